"""Selectors: rules that turn a budget, labels and artifacts into sample indices."""

from typing import Annotated, TypeAlias, get_args

from pydantic import Discriminator

from leanset.selectors.base import Materials, Needs, SampleScores
from leanset.selectors.baseline import Full, Random, StratifiedRandom
from leanset.selectors.beta_sampling import BetaSampling
from leanset.selectors.ccs import Ccs
from leanset.selectors.clustered import Clustered
from leanset.selectors.denoised import Denoised, Rule
from leanset.selectors.middle import Middle
from leanset.selectors.oracle_clean import OracleClean
from leanset.selectors.ranked import Ranked
from leanset.selectors.rs2 import Rs2
from leanset.selectors.weighted import Weighted
from leanset.selectors.window import Window

Selector: TypeAlias = Annotated[Full | Rs2 | Rule | Denoised | OracleClean, Discriminator("method")]
"""Every selector; a new one is a class in its own file and a name here or, if it can follow a
filter, in ``Rule``."""

METHODS: tuple[str, ...] = tuple(
    get_args(selector.model_fields["method"].annotation)[0]
    for selector in get_args(get_args(Selector)[0])
)
"""The names of all methods."""

__all__ = [
    "METHODS",
    "BetaSampling",
    "Ccs",
    "Clustered",
    "Denoised",
    "Full",
    "Materials",
    "Middle",
    "Needs",
    "OracleClean",
    "Random",
    "Ranked",
    "Rs2",
    "SampleScores",
    "Selector",
    "StratifiedRandom",
    "Weighted",
    "Window",
]
