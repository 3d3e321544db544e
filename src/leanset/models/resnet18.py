"""ResNet-18 (He et al. 2016) for small images: a 3×3 stem and no max-pool after it."""

from collections.abc import Iterator
from typing import ClassVar

from torch import nn

from leanset.models.base import Network
from leanset.models.residual import Residual, convolution_norm, convolution_norm_relu


class ResNet18(Network):
    """Eight basic blocks, two each of 64, 128, 256 and 512 maps, and a linear classifier.

    He et al.'s table 1, but for the stem: theirs, 7×7 with stride 2 and a pool after it, would
    leave a 32×32 image 8×8 pixels before the first block.
    """

    input_size: ClassVar[int | None] = None
    least_size: ClassVar[int] = 1
    stackable: ClassVar[bool] = False

    @staticmethod
    def build(shape: tuple[int, int, int], classes: int) -> nn.Sequential:
        """The layers; a side of 32 pixels goes 16 → 8 → 4 → 1, which makes 512 features."""
        channels, _, _ = shape
        return nn.Sequential(
            *convolution_norm_relu(channels, 64),
            *_block(64, 64), *_block(64, 64),
            *_block(64, 128, stride=2), *_block(128, 128),
            *_block(128, 256, stride=2), *_block(256, 256),
            *_block(256, 512, stride=2), *_block(512, 512),
            nn.AdaptiveAvgPool2d(1), nn.Flatten(),
            nn.Linear(512, classes),
        )  # fmt: skip


def _block(channels: int, maps: int, *, stride: int = 1) -> Iterator[nn.Module]:
    """A basic block (figure 2): two convolutions beside the shortcut, the sum rectified.

    Where the shape changes, the shortcut is a projection by 1×1 convolution (option B).
    """
    body = nn.Sequential(
        *convolution_norm_relu(channels, maps, stride=stride), *convolution_norm(maps, maps)
    )
    if channels == maps:
        yield Residual(body)
    else:
        projection = convolution_norm(channels, maps, kernel=1, stride=stride)
        yield Residual(body, nn.Sequential(*projection))
    yield nn.ReLU()
