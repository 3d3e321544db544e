"""How far networks differ from each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from leanset.scores.base import EpochScore
from leanset.training.log.sums import std, total

if TYPE_CHECKING:
    from torch import Tensor

    from leanset.training.log.dynamics import Dynamics


class EnsembleStd(EpochScore):
    """Σ_k of the standard deviation of p_k over proxies, divisor M − 1, after one epoch.

    The ``std`` of the source experiment R3 (bezalelc, Data-pruning).
    """

    kind: ClassVar[Literal["difficulty", "uncertainty"]] = "uncertainty"
    uses_labels: ClassVar[bool] = False
    least_proxies: ClassVar[int] = 2
    needs_logits: ClassVar[bool] = True
    method: Literal["ensemble_std"]

    def score(self, dynamics: Dynamics) -> Tensor:
        """Standard deviation over proxies, summed over classes, ``float32 [B]``."""
        p = self.after_epoch(dynamics).predictions.p[:, :, 0]
        return total(std(p.transpose(0, 1)))
