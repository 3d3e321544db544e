"""Everything a training log can hold, by name: what is measured of a batch of samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from leanset.models.base import Network
from leanset.training.log.gradients import gradient_norms
from leanset.training.log.predictions import SCALARS, Predictions

_LARGEST_HALF = torch.finfo(torch.float16).max


@dataclass(frozen=True)
class Shown:
    """A batch of samples as a network in evaluation mode sees them.

    Attributes:
        pixels: normalised images, ``float32 [B, C, H, W]``.
        labels: ``int64 [B]``.
        logits: ``float32 [B, classes]``.
    """

    model: Network
    pixels: Tensor
    labels: Tensor
    logits: Tensor

    @cached_property
    def predictions(self) -> Predictions:
        """What the logits say of the samples."""
        return Predictions(self.logits.T, self.labels)


def _logits(shown: Shown) -> Tensor:
    """In half precision; beyond its range, its largest number rather than infinity."""
    return shown.logits.clamp(-_LARGEST_HALF, _LARGEST_HALF).half()


def _scalar(name: str) -> Callable[[Shown], Tensor]:
    return lambda shown: getattr(shown.predictions, name)


MEASURES: Mapping[str, Callable[[Shown], Tensor]] = {
    "logits": _logits,
    "features": lambda shown: shown.model.features(shown.pixels),
    "errors": lambda shown: shown.predictions.errors.T,
    "gradient_norms": lambda shown: gradient_norms(shown.model, shown.pixels, shown.labels),
    **{name: _scalar(name) for name in SCALARS},
}
