"""The loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from leanset.scores.base import LogScore
from leanset.training.log.sums import mean

if TYPE_CHECKING:
    from torch import Tensor

    from leanset.training.log.dynamics import Dynamics


class Loss(LogScore):
    """−log p_y, the cross-entropy, mean over epochs and proxies."""

    kind: ClassVar[Literal["difficulty", "uncertainty"]] = "difficulty"
    uses_labels: ClassVar[bool] = True
    method: Literal["loss"]

    def score(self, dynamics: Dynamics) -> Tensor:
        """Mean cross-entropy over proxies and epochs, ``float32 [B]``, in nats."""
        return mean(dynamics.scalar("loss").flatten(0, 1))
