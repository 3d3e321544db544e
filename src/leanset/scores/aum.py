"""The area under the margin."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from leanset.scores.base import LogScore
from leanset.training.log.sums import mean

if TYPE_CHECKING:
    from torch import Tensor

    from leanset.training.log.dynamics import Dynamics


class Aum(LogScore):
    """The area under the margin, negated: how surely proxies give another class than the label.

    −mean over epochs of z_y − max_{k≠y} z_k, on logits (Pleiss et al. 2020, section 3). Negated,
    because a small area is what marks hard and wrong labels; mean over proxies.
    """

    kind: ClassVar[Literal["difficulty", "uncertainty"]] = "difficulty"
    uses_labels: ClassVar[bool] = True
    method: Literal["aum"]

    def score(self, dynamics: Dynamics) -> Tensor:
        """Mean margin over proxies and epochs, negated, ``float32 [B]``."""
        return -mean(dynamics.scalar("margin").flatten(0, 1))
