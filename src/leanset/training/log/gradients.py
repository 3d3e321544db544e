"""The gradient of each sample's own loss, of which only the norm is kept."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.func import functional_call, grad, vmap
from torch.nn.functional import cross_entropy

from leanset.models.base import Network

_MOST_BYTES = 2**25
"""What the gradients of the samples that are worked on together may take."""


def gradient_norms(model: Network, pixels: Tensor, labels: Tensor) -> Tensor:
    """‖∇ℓ‖₂ over all parameters for each sample (GraNd, Paul et al. 2021, definition 2.1).

    ℓ is cross-entropy without smoothing. The model is in evaluation mode, so that batch norm
    lets no sample depend on another.

    Args:
        model: the network.
        pixels: normalised images, ``float32 [B, C, H, W]``.
        labels: ``int64 [B]``.

    Returns:
        ``float32 [B]``.
    """
    parameters = {name: value.detach() for name, value in model.named_parameters()}

    def loss(parameters: dict[str, Tensor], image: Tensor, label: Tensor) -> Tensor:
        logits = functional_call(model, parameters, (image[None],))
        return cross_entropy(logits, label[None])

    def norm(image: Tensor, label: Tensor) -> Tensor:
        gradients = grad(loss)(parameters, image, label)
        return torch.stack([part.square().sum() for part in gradients.values()]).sum().sqrt()

    of_one = sum(value.numel() * value.element_size() for value in parameters.values())
    norms: Tensor = vmap(norm, chunk_size=max(1, _MOST_BYTES // of_one))(pixels, labels)
    return norms
