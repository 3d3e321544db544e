"""What a network tells the trainer, and how its first weights are drawn."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import torch
from torch import Generator, Tensor, nn


class Network(nn.Module, ABC):
    """A classifier of square images.

    Attributes:
        input_size: height and width it wants; images of another size are resized.
        layers: images ``float32 [B, C, S, S]`` to logits ``float32 [B, classes]``.
    """

    input_size: ClassVar[int]
    layers: nn.Sequential

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.layers = self.build(channels, classes)

    @staticmethod
    @abstractmethod
    def build(channels: int, classes: int) -> nn.Sequential:
        """The layers."""

    def forward(self, images: Tensor) -> Tensor:
        """Logits of a batch."""
        logits: Tensor = self.layers(images)
        return logits


def initialise(
    network: type[Network], channels: int, classes: int, generator: Generator
) -> Network:
    """Build a network with torch's default initial weights, drawn from an explicit generator.

    Torch's default for linear and convolution layers is uniform in ±1/√fan_in, for weights and
    biases alike; normalisation layers start at scale 1 and shift 0.

    Raises:
        TypeError: the network has a layer of another kind with parameters.
    """
    with torch.device("meta"):
        model = network(channels, classes)
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
