"""Selectors: rules that turn a budget, labels and artifacts into sample indices."""

from typing import Annotated, Any, TypeAlias, get_args

from pydantic import Discriminator, TypeAdapter

from leanset.selectors.base import Materials, Needs, SampleScores, Selection
from leanset.selectors.baseline import Full, Random, StratifiedRandom
from leanset.selectors.beta_sampling import BetaSampling
from leanset.selectors.cal import Cal
from leanset.selectors.ccs import Ccs
from leanset.selectors.clustered import Clustered
from leanset.selectors.contextual_diversity import ContextualDiversity
from leanset.selectors.craig import Craig
from leanset.selectors.d2 import D2
from leanset.selectors.denoised import Denoised
from leanset.selectors.facility_location import FacilityLocation
from leanset.selectors.glister import Glister
from leanset.selectors.gradmatch import GradMatch
from leanset.selectors.graph_cut import GraphCut
from leanset.selectors.herding import Herding
from leanset.selectors.k_center import KCenter
from leanset.selectors.middle import Middle
from leanset.selectors.oracle_clean import OracleClean
from leanset.selectors.ranked import Ranked
from leanset.selectors.rs2 import Rs2
from leanset.selectors.rules import Rule
from leanset.selectors.semdedup import SemDeDup
from leanset.selectors.weighted import Weighted
from leanset.selectors.window import Window

Selector: TypeAlias = Annotated[Full | Rs2 | Rule | Denoised | OracleClean, Discriminator("method")]
"""Every selector; a new one is a class in its own file and a name here or, if it can follow a
filter, in ``rules``."""

METHODS: tuple[str, ...] = tuple(
    get_args(selector.model_fields["method"].annotation)[0]
    for selector in get_args(get_args(Selector)[0])
)
"""The names of all methods."""

_ADAPTER: TypeAdapter[Selector] = TypeAdapter(Selector)


def parse_selector(block: Any) -> Selector:
    """The selector that a block of parameters describes."""
    return _ADAPTER.validate_python(block)


__all__ = [
    "D2",
    "METHODS",
    "BetaSampling",
    "Cal",
    "Ccs",
    "Clustered",
    "ContextualDiversity",
    "Craig",
    "Denoised",
    "FacilityLocation",
    "Full",
    "Glister",
    "GradMatch",
    "GraphCut",
    "Herding",
    "KCenter",
    "Materials",
    "Middle",
    "Needs",
    "OracleClean",
    "Random",
    "Ranked",
    "Rs2",
    "SampleScores",
    "Selection",
    "Selector",
    "SemDeDup",
    "StratifiedRandom",
    "Weighted",
    "Window",
    "parse_selector",
]
