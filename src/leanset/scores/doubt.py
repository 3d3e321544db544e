"""What is left of the probability for other classes than the label."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from leanset.scores.base import LogScore
from leanset.training.log.sums import mean

if TYPE_CHECKING:
    from torch import Tensor

    from leanset.training.log.dynamics import Dynamics


class Doubt(LogScore):
    """1 − mean over epochs of p_y, mean over proxies.

    The confidence of dataset cartography (Swayamdipta et al. 2020, section 2), turned round.
    """

    kind: ClassVar[Literal["difficulty", "uncertainty"]] = "difficulty"
    uses_labels: ClassVar[bool] = True
    method: Literal["doubt"]

    def score(self, dynamics: Dynamics) -> Tensor:
        """Mean of 1 − p_y over proxies and epochs, ``float32 [B]``, in [0, 1]."""
        return mean(dynamics.scalar("doubt").flatten(0, 1))
