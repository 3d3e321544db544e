"""LeNet-5 (LeCun et al. 1998) in its modern form: batch norm, ReLU and max-pool, as in R1."""

from typing import ClassVar

from torch import nn

from leanset.models.base import Network


class LeNet5(Network):
    """Two 5×5 convolutions (6 and 16 maps), then 120, 84 and ``classes`` units, on 32×32 images."""

    input_size: ClassVar[int | None] = 32
    least_size: ClassVar[int] = 16
    stackable: ClassVar[bool] = True

    @staticmethod
    def build(shape: tuple[int, int, int], classes: int) -> nn.Sequential:
        """The layers; a side of 32 pixels goes 28 → 14 → 10 → 5, which makes 400 features."""
        channels, height, width = shape
        return nn.Sequential(
            nn.Conv2d(channels, 6, 5), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(6, 16, 5), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(16 * _left_of(height) * _left_of(width), 120), nn.ReLU(),
            nn.Linear(120, 84), nn.ReLU(),
            nn.Linear(84, classes),
        )  # fmt: skip


def _left_of(side: int) -> int:
    """Pixels left of a side after both convolutions and pools."""
    return ((side - 4) // 2 - 4) // 2
