"""What a network tells the trainer, and how its first weights are drawn."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from torch import Generator, Tensor, nn

from leanset.errors import LeansetError


class Network(nn.Module, ABC):
    """A classifier of images of one shape: channels, height and width, after any resizing.

    Attributes:
        input_size: side of the square it wants, to which other images are resized; ``None``
            takes images as they are, square or not.
        least_size: the least height and width from which its layers leave anything.
        stackable: whether many of it are trained side by side on one GPU, because one alone
            leaves it idle.
        layers: images ``float32 [B, C, H, W]`` to logits ``float32 [B, classes]``. The last layer
            is the classifier, a linear one; those before it make the penultimate features.

    Raises:
        LeansetError: the images are smaller than ``least_size``.
    """

    input_size: ClassVar[int | None]
    least_size: ClassVar[int]
    stackable: ClassVar[bool]
    layers: nn.Sequential

    def __init__(self, shape: tuple[int, int, int], classes: int) -> None:
        super().__init__()
        self._require_size(*shape[1:])
        self.layers = self.build(shape, classes)

    @staticmethod
    @abstractmethod
    def build(shape: tuple[int, int, int], classes: int) -> nn.Sequential:
        """The layers for images ``[C, H, W]``, the classifier last."""

    def forward(self, images: Tensor) -> Tensor:
        """Logits ``float32 [B, classes]`` of a batch."""
        logits: Tensor = self.layers(images)
        return logits

    def features(self, images: Tensor) -> Tensor:
        """Penultimate features ``float32 [B, D]`` of a batch: what the classifier sees."""
        seen: Tensor = self.layers[:-1](images)
        return seen

    def _require_size(self, height: int, width: int) -> None:
        least = self.least_size
        if min(height, width) < least:
            raise LeansetError(
                f"{type(self).__name__} needs images of at least {least}×{least} pixels, "
                f"these are {height}×{width}.",
                where="model",
                remedy="Enlarge the images, or choose a model for smaller ones, such as mlp.",
            )


def initialise(
    network: type[Network], shape: tuple[int, int, int], classes: int, generator: Generator
) -> Network:
    """Build a network with torch's default initial weights, drawn from an explicit generator.

    Torch's default for linear and convolution layers is uniform in ±1/√fan_in, for weights and
    biases alike; normalisation layers start at scale 1 and shift 0.

    Raises:
        LeansetError: the images are too small for the network.
        TypeError: the network has a layer of another kind with parameters.
    """
    with torch.device("meta"):
        model = network(shape, classes)
    model.to_empty(device="cpu")
    with torch.no_grad():
        for layer in model.modules():
            if isinstance(layer, nn.Linear | nn.Conv2d):
                bound = layer.weight[0].numel() ** -0.5
                for parameter in layer.parameters():
                    parameter.uniform_(-bound, bound, generator=generator)
            elif isinstance(layer, nn.BatchNorm2d):
                layer.reset_parameters()
            elif list(layer.parameters(recurse=False)):
                raise TypeError(f"no initial weights are defined for {type(layer).__name__}")
    return model
