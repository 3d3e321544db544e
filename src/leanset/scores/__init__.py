"""Scores: one number for each training sample, one class per method."""

from typing import Annotated, Any, TypeAlias, get_args

from pydantic import Discriminator, TypeAdapter

from leanset.scores.aum import Aum
from leanset.scores.base import Fault, LogScore, ScoreBase, Sources, unrecorded
from leanset.scores.class_median_distance import ClassMedianDistance
from leanset.scores.confident_learning import ConfidentLearning
from leanset.scores.doubt import Doubt
from leanset.scores.dual import Dual
from leanset.scores.dyn_unc import DynUnc
from leanset.scores.el2n import El2n
from leanset.scores.ensemble_std import EnsembleStd
from leanset.scores.entropy import Entropy
from leanset.scores.flip import Flip
from leanset.scores.forgetting import Forgetting
from leanset.scores.grand import Grand
from leanset.scores.grand_last import GrandLast
from leanset.scores.least_confidence import LeastConfidence
from leanset.scores.loss import Loss
from leanset.scores.margin import Margin
from leanset.scores.precomputed import PrecomputedScore
from leanset.scores.pred_sum import PredSum
from leanset.scores.prototype_distance import PrototypeDistance
from leanset.scores.tdds import Tdds

Score: TypeAlias = Annotated[
    Aum
    | ClassMedianDistance
    | ConfidentLearning
    | Doubt
    | Dual
    | DynUnc
    | El2n
    | EnsembleStd
    | Entropy
    | Flip
    | Forgetting
    | Grand
    | GrandLast
    | LeastConfidence
    | Loss
    | Margin
    | PrecomputedScore
    | PredSum
    | PrototypeDistance
    | Tdds,
    Discriminator("method"),
]
"""Every score; a new one is a class in its own file and a name in this line."""

METHODS: dict[str, type[ScoreBase]] = {
    get_args(score.model_fields["method"].annotation)[0]: score
    for score in get_args(get_args(Score)[0])
    if issubclass(score, ScoreBase)
}
"""All methods by name, but for what was made elsewhere."""

_ADAPTER: TypeAdapter[Score] = TypeAdapter(Score)


def parse_score(block: Any) -> Score:
    """The score that a block of parameters describes."""
    return _ADAPTER.validate_python(block)


__all__ = [
    "METHODS",
    "Fault",
    "LogScore",
    "PrecomputedScore",
    "Score",
    "ScoreBase",
    "Sources",
    "parse_score",
    "unrecorded",
]
