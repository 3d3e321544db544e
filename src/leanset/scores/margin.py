"""How close the second most likely class comes to the first."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from leanset.scores.base import EpochScore
from leanset.training.log.sums import mean

if TYPE_CHECKING:
    from torch import Tensor

    from leanset.training.log.dynamics import Dynamics


class Margin(EpochScore):
    """1 − (p₍₁₎ − p₍₂₎) after one epoch, of the two largest p_k, mean over proxies.

    The margin of active learning (Scheffer et al. 2001; Settles 2009, section 3.1), turned round.
    """

    kind: ClassVar[Literal["difficulty", "uncertainty"]] = "uncertainty"
    uses_labels: ClassVar[bool] = False
    needs_logits: ClassVar[bool] = True
    method: Literal["margin"]

    def score(self, dynamics: Dynamics) -> Tensor:
        """Mean of 1 − (p₍₁₎ − p₍₂₎) over proxies, ``float32 [B]``, in [0, 1]."""
        predictions = self.after_epoch(dynamics).predictions
        return mean((predictions.least_confidence + predictions.second)[:, 0])
