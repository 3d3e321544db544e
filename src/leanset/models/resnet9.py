"""The nine-layer residual network of Page's DAWNBench entry ("How to train your ResNet", 2018)."""

from typing import ClassVar

from torch import nn

from leanset.models.base import Network
from leanset.models.residual import Residual, convolution_norm_relu
from leanset.models.scale import Scale

_LOGIT_SCALE = 0.125


class ResNet9(Network):
    """Eight 3×3 convolutions, two pairs of them with a shortcut, and a linear classifier.

    Page scales the logits by 1/8. The classifier has no bias, so scaling its features is the
    same, and leaves the classifier last.
    """

    input_size: ClassVar[int | None] = None
    least_size: ClassVar[int] = 8
    stackable: ClassVar[bool] = False

    @staticmethod
    def build(shape: tuple[int, int, int], classes: int) -> nn.Sequential:
        """The layers; a side of 32 pixels goes 16 → 8 → 4 → 1, which makes 512 features."""
        channels, _, _ = shape
        return nn.Sequential(
            *convolution_norm_relu(channels, 64),
            *convolution_norm_relu(64, 128), nn.MaxPool2d(2), _residual(128),
            *convolution_norm_relu(128, 256), nn.MaxPool2d(2),
            *convolution_norm_relu(256, 512), nn.MaxPool2d(2), _residual(512),
            nn.AdaptiveMaxPool2d(1), nn.Flatten(), Scale(_LOGIT_SCALE),
            nn.Linear(512, classes, bias=False),
        )  # fmt: skip


def _residual(maps: int) -> Residual:
    """Two convolutions beside the identity; unlike He et al., rectified before the sum."""
    return Residual(
        nn.Sequential(*convolution_norm_relu(maps, maps), *convolution_norm_relu(maps, maps))
    )
