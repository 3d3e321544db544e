"""All parameters of a network as one, so that a step of the optimiser is one operation."""

from __future__ import annotations

import torch
from torch import nn


class FlatParameters:
    """One vector whose stretches are the parameters of a network, and its gradient likewise.

    A small network has more tensors than work for an optimiser that visits each of them.

    Attributes:
        vector: ``[P]``, what the optimiser updates.
    """

    def __init__(self, model: nn.Module) -> None:
        self._parameters = list(model.parameters())
        values = [each.detach().flatten() for each in self._parameters]
        self.vector = nn.Parameter(torch.cat(values))
        stretches = self.vector.data.split([each.numel() for each in self._parameters])
        for each, stretch in zip(self._parameters, stretches, strict=True):
            each.data = stretch.view_as(each)

    def gather_gradients(self) -> None:
        """Move the gradients of the parameters to the vector's."""
        gradients = []
        for each in self._parameters:
            if each.grad is None:
                raise RuntimeError("a parameter has no gradient: the loss does not depend on it")
            gradients.append(each.grad.flatten())
            each.grad = None
        self.vector.grad = torch.cat(gradients)
