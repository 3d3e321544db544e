"""Selectors: rules that turn a budget, labels and artifacts into sample indices."""

from typing import Annotated, TypeAlias, get_args

from pydantic import Discriminator

from leanset.selectors.base import Materials, Needs
from leanset.selectors.baseline import Full, Random, StratifiedRandom
from leanset.selectors.clustered import Clustered
from leanset.selectors.rs2 import Rs2

Selector: TypeAlias = Annotated[
    Full | Random | StratifiedRandom | Rs2 | Clustered, Discriminator("method")
]
"""Every selector; a new one is a class in its own file and a name in this line."""

METHODS: tuple[str, ...] = tuple(
    get_args(selector.model_fields["method"].annotation)[0]
    for selector in get_args(get_args(Selector)[0])
)
"""The names of all methods."""

__all__ = [
    "METHODS",
    "Clustered",
    "Full",
    "Materials",
    "Needs",
    "Random",
    "Rs2",
    "Selector",
    "StratifiedRandom",
]
