"""How far the prediction is from the label."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from leanset.scores.base import EpochScore
from leanset.training.log.sums import mean

if TYPE_CHECKING:
    from torch import Tensor

    from leanset.training.log.dynamics import Dynamics


class El2n(EpochScore):
    """The length of the error p − y after one epoch.

    EL2N (Paul et al. 2021, definition 2.2): ‖p − y‖₂, mean over proxies.
    """

    kind: ClassVar[Literal["difficulty", "uncertainty"]] = "difficulty"
    uses_labels: ClassVar[bool] = True
    method: Literal["el2n"]

    def score(self, dynamics: Dynamics) -> Tensor:
        """Mean of ‖p − y‖₂ over proxies, ``float32 [B]``, in [0, √2]."""
        return mean(self.after_epoch(dynamics).scalar("el2n")[:, 0])
