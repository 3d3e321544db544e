"""What a training minimises."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def batch_loss(
    logits: Tensor, labels: Tensor, weights: Tensor | None, label_smoothing: float
) -> Tensor:
    """Mean cross-entropy over a batch of B, or Σ wᵢℓᵢ / B where samples have weights.

    Args:
        logits: ``[B, classes]``.
        labels: ``int64 [B]``.
        weights: ``float32 [B]`` or None.
        label_smoothing: ε of (1 - ε)·one-hot + ε / classes (Szegedy et al. 2016, section 7).
    """
    if weights is not None:
        return sample_losses(logits, labels, weights, label_smoothing).mean()
    from torch.nn.functional import cross_entropy

    return cross_entropy(logits, labels, label_smoothing=label_smoothing)


def sample_losses(
    logits: Tensor, labels: Tensor, weights: Tensor | None, label_smoothing: float
) -> Tensor:
    """wᵢℓᵢ of each sample, ``[B]``; the arguments are those of ``batch_loss``."""
    from torch.nn.functional import cross_entropy

    losses = cross_entropy(logits, labels, label_smoothing=label_smoothing, reduction="none")
    return losses if weights is None else losses * weights
