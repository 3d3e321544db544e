"""How much belief in the label wavers, and how little there is."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from leanset.scores.base import WindowScore, windows
from leanset.training.log.sums import mean, std

if TYPE_CHECKING:
    from torch import Tensor

    from leanset.training.log.dynamics import Dynamics


class Dual(WindowScore):
    """How much belief in the label wavers, times how little there is of it.

    std_J(p_y) (1 − mean_J(p_y)), mean over all T − J + 1 windows of J epochs. The divisor of the
    deviation is J − 1; mean over proxies (Cho et al. 2025).
    """

    kind: ClassVar[Literal["difficulty", "uncertainty"]] = "uncertainty"
    uses_labels: ClassVar[bool] = True
    method: Literal["dual"]

    def score(self, dynamics: Dynamics) -> Tensor:
        """Mean product over proxies and windows, ``float32 [B]``."""
        doubt = windows(dynamics.scalar("doubt"), self.window)
        return mean((std(doubt) * mean(doubt)).flatten(0, 1))
