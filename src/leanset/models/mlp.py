"""The one-hidden-layer perceptron of R2: 100 sigmoid units."""

from math import prod
from typing import ClassVar

from torch import nn

from leanset.models.base import Network

_HIDDEN = 100


class MLP(Network):
    """All pixels to 100 sigmoid units to ``classes`` units; 784-100-10 on MNIST."""

    input_size: ClassVar[int | None] = None
    least_size: ClassVar[int] = 1
    stackable: ClassVar[bool] = True

    @staticmethod
    def build(shape: tuple[int, int, int], classes: int) -> nn.Sequential:
        """The layers."""
        return nn.Sequential(
            nn.Flatten(),
            nn.Linear(prod(shape), _HIDDEN), nn.Sigmoid(),
            nn.Linear(_HIDDEN, classes),
        )  # fmt: skip
