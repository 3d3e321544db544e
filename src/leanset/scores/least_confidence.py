"""How little the most likely class is believed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from leanset.scores.base import EpochScore
from leanset.training.log.sums import mean

if TYPE_CHECKING:
    from torch import Tensor

    from leanset.training.log.dynamics import Dynamics


class LeastConfidence(EpochScore):
    """1 − max_k p_k after one epoch, mean over proxies.

    The least confidence of active learning (Settles 2009, section 3.1).
    """

    kind: ClassVar[Literal["difficulty", "uncertainty"]] = "uncertainty"
    uses_labels: ClassVar[bool] = False
    method: Literal["least_confidence"]

    def score(self, dynamics: Dynamics) -> Tensor:
        """Mean of 1 − max p over proxies, ``float32 [B]``, in [0, 1 − 1/C]."""
        return mean(self.after_epoch(dynamics).scalar("least_confidence")[:, 0])
