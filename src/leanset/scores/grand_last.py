"""The gradient of a sample's loss in the last layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from leanset.scores.base import ChosenEpochScore
from leanset.training.log.sums import mean

if TYPE_CHECKING:
    from torch import Tensor

    from leanset.training.log.dynamics import Dynamics


class GrandLast(ChosenEpochScore):
    """The norm of the gradient of a sample's loss over the last layer only, after one epoch.

    ‖p − y‖₂ √(‖h‖₂² + 1), h the penultimate features, mean over proxies. The weights' gradient is
    (p − y) hᵀ, the biases' p − y: this is the norm of both together, GraNd (Paul et al. 2021,
    definition 2.1) of the last layer only. A classifier without biases is one whose biases are
    zero.
    """

    kind: ClassVar[Literal["difficulty", "uncertainty"]] = "difficulty"
    uses_labels: ClassVar[bool] = True
    method: Literal["grand_last"]

    def score(self, dynamics: Dynamics) -> Tensor:
        """Mean norm over proxies, ``float32 [B]``."""
        errors, features = (self.at_chosen(dynamics, name) for name in ("errors", "features"))
        squared = errors.square().sum(-1) * (features.square().sum(-1) + 1)
        return mean(squared.sqrt())
