"""How many networks get a sample wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from leanset.scores.base import EpochScore

if TYPE_CHECKING:
    from torch import Tensor

    from leanset.training.log.dynamics import Dynamics


class PredSum(EpochScore):
    """The number of proxies that get the sample wrong after one epoch.

    The source experiment R3 (bezalelc, Data-pruning) counts those that get it right, and
    keeps the samples with fewest. M proxies make M + 1 values, so most samples tie.
    """

    kind: ClassVar[Literal["difficulty", "uncertainty"]] = "difficulty"
    uses_labels: ClassVar[bool] = True
    least_proxies: ClassVar[int] = 2
    method: Literal["pred_sum"]

    def score(self, dynamics: Dynamics) -> Tensor:
        """Of all proxies those that are wrong, ``float32 [B]``, a whole number in [0, M]."""
        return dynamics.proxies - self.after_epoch(dynamics).scalar("correct")[:, 0].sum(0)
