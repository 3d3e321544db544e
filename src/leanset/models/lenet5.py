"""LeNet-5 (LeCun et al. 1998) in its modern form: batch norm, ReLU and max-pool, as in R1."""

from typing import ClassVar

from torch import nn

from leanset.models.base import Network


class LeNet5(Network):
    """Two 5×5 convolutions (6 and 16 maps), then 120, 84 and ``classes`` units, on 32×32 images."""

    input_size: ClassVar[int] = 32

    @staticmethod
    def build(channels: int, classes: int) -> nn.Sequential:
        """The layers: 32 → 28 → 14 → 10 → 5 pixels, 400 features."""
        return nn.Sequential(
            nn.Conv2d(channels, 6, 5), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(6, 16, 5), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(400, 120), nn.ReLU(),
            nn.Linear(120, 84), nn.ReLU(),
            nn.Linear(84, classes),
        )  # fmt: skip
