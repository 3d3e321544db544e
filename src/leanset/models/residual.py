"""What residual networks are made of (He et al. 2016, "Deep Residual Learning", section 3)."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor, nn


class Residual(nn.Module):
    """The sum of a body and a shortcut of one input; an empty shortcut is the identity.

    Body and shortcut both map ``[B, C, H, W]`` to one shape.
    """

    def __init__(self, body: nn.Sequential, shortcut: nn.Sequential | None = None) -> None:
        super().__init__()
        self.body = body
        self.shortcut = nn.Sequential() if shortcut is None else shortcut

    def forward(self, maps: Tensor) -> Tensor:
        """Body plus shortcut."""
        total: Tensor = self.body(maps) + self.shortcut(maps)
        return total


def convolution_norm(
    channels: int, maps: int, *, kernel: int = 3, stride: int = 1
) -> Iterator[nn.Module]:
    """A convolution that keeps height and width (over ``stride``), and its batch norm.

    The convolution has no bias: the norm would shift it back.
    """
    yield nn.Conv2d(channels, maps, kernel, stride, padding=kernel // 2, bias=False)
    yield nn.BatchNorm2d(maps)


def convolution_norm_relu(channels: int, maps: int, *, stride: int = 1) -> Iterator[nn.Module]:
    """A 3×3 convolution without bias, its batch norm and a ReLU."""
    yield from convolution_norm(channels, maps, stride=stride)
    yield nn.ReLU()
