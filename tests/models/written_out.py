"""Residual networks' parts as formulas, to hold the networks against."""

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812 - its usual name

from leanset.models import build_model
from leanset.models.base import Network


def disturbed(name: str, shape: tuple[int, int, int], classes: int) -> Network:
    """A network in double precision whose norms are not neutral, so that leaving one out shows."""
    generator = torch.Generator().manual_seed(0)
    model = build_model(name, shape, classes, generator).double()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.1 * torch.randn(parameter.shape, generator=generator)
    return model


def convolution_norm(x: Tensor, parameters: Iterator[Tensor], stride: int = 1) -> Tensor:
    """A padded convolution, then each map to the mean and deviation of its own parameters."""
    kernel, scale, shift = (next(parameters) for _ in range(3))
    maps = F.conv2d(x, kernel, stride=stride, padding=kernel.shape[-1] // 2)
    mean = maps.mean(dim=(0, 2, 3), keepdim=True)
    variance = maps.var(dim=(0, 2, 3), correction=0, keepdim=True)
    standard = (maps - mean) / (variance + 1e-5) ** 0.5
    return standard * scale[:, None, None] + shift[:, None, None]


def convolution_norm_relu(x: Tensor, parameters: Iterator[Tensor], stride: int = 1) -> Tensor:
    """The same, negative values to zero."""
    return convolution_norm(x, parameters, stride).clamp(min=0)


def halved(x: Tensor) -> Tensor:
    """The largest of every 2×2 pixels; an odd last row or column is dropped."""
    return x.unfold(2, 2, 2).unfold(3, 2, 2).amax(dim=(4, 5))
