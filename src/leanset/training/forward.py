"""How a network computes its logits on a device: the fastest way that does not move the result."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from leanset.models.base import Network
from leanset.training.evaluation import Forward

_LEAST_BATCH = 32
"""Kernels take samples in packs of 64, of which a smaller batch would leave most empty."""


def fastest_forward(model: Network, batch_size: int) -> Forward:
    """The network itself, or what computes the same with its parameters in either mode."""
    parameter = next(model.parameters())
    if parameter.device.type == "cuda" and not model.stackable:
        return HalfPrecision(model)
    if (
        parameter.device.type == "cpu"
        and parameter.dtype == torch.float32
        and batch_size >= _LEAST_BATCH
    ):
        from leanset.kernels.network import accelerated

        return accelerated(model.layers) or model
    return model


@dataclass(frozen=True)
class HalfPrecision:
    """A network computed in bfloat16 with channels last, its parameters and loss in float32."""

    model: Network

    def __call__(self, images: Tensor) -> Tensor:
        """Logits ``float32 [B, classes]``."""
        with torch.autocast(images.device.type, torch.bfloat16):
            logits: Tensor = self.model(images.contiguous(memory_format=torch.channels_last))
        return logits.float()
