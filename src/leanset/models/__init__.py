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
}


def build_model(name: str, channels: int, classes: int, generator: Generator) -> Network:
    """A freshly initialised network on the CPU, its weights drawn from ``generator``."""
    from leanset.models.base import initialise

    return initialise(_network(name), channels, classes, generator)


def input_size(name: str) -> int:
    """Height and width of the images a network wants."""
    return _network(name).input_size


def _network(name: str) -> type[Network]:
    network: type[Network] = resolve_name(MODELS[name])
    return network
