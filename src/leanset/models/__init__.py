"""Networks by name. The names are known without importing torch."""

from __future__ import annotations

from collections.abc import Mapping
from pkgutil import resolve_name
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Generator

    from leanset.models.base import Network

MODELS: Mapping[str, str] = {
    "lenet5": "leanset.models.lenet5:LeNet5",
    "mlp": "leanset.models.mlp:MLP",
    "resnet9": "leanset.models.resnet9:ResNet9",
    "resnet18": "leanset.models.resnet18:ResNet18",
}


def build_model(
    name: str, shape: tuple[int, int, int], classes: int, generator: Generator
) -> Network:
    """A freshly initialised network on the CPU, its weights drawn from ``generator``.

    Args:
        name: one of ``MODELS``.
        shape: channels, height and width of the images as the network gets them.
        classes: the number of logits.
        generator: a generator on the CPU.

    Raises:
        LeansetError: the images are too small for the network.
    """
    from leanset.models.base import initialise

    return initialise(_network(name), shape, classes, generator)


def input_size(name: str) -> int | None:
    """Height and width of the images a network wants; ``None`` takes them as they are."""
    return _network(name).input_size


def stackable(name: str) -> bool:
    """Whether many of a network are trained side by side on one GPU."""
    return _network(name).stackable


def _network(name: str) -> type[Network]:
    network: type[Network] = resolve_name(MODELS[name])
    return network
