"""The rules that can choose from a part of the samples as well as from all."""

from typing import TypeAlias

from leanset.selectors.baseline import Random, StratifiedRandom
from leanset.selectors.beta_sampling import BetaSampling
from leanset.selectors.cal import Cal
from leanset.selectors.ccs import Ccs
from leanset.selectors.clustered import Clustered
from leanset.selectors.contextual_diversity import ContextualDiversity
from leanset.selectors.craig import Craig
from leanset.selectors.d2 import D2
from leanset.selectors.facility_location import FacilityLocation
from leanset.selectors.glister import Glister
from leanset.selectors.gradmatch import GradMatch
from leanset.selectors.graph_cut import GraphCut
from leanset.selectors.herding import Herding
from leanset.selectors.k_center import KCenter
from leanset.selectors.middle import Middle
from leanset.selectors.ranked import Ranked
from leanset.selectors.semdedup import SemDeDup
from leanset.selectors.weighted import Weighted
from leanset.selectors.window import Window

Rule: TypeAlias = (
    Random
    | StratifiedRandom
    | BetaSampling
    | Cal
    | Ccs
    | Clustered
    | ContextualDiversity
    | Craig
    | D2
    | FacilityLocation
    | Glister
    | GradMatch
    | GraphCut
    | Herding
    | KCenter
    | Middle
    | Ranked
    | SemDeDup
    | Weighted
    | Window
)
"""All of them; a new one is a class in its own file and a name here."""
