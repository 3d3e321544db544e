"""How spread out the prediction is."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from leanset.scores.base import EpochScore
from leanset.training.log.sums import mean

if TYPE_CHECKING:
    from torch import Tensor

    from leanset.training.log.dynamics import Dynamics


class Entropy(EpochScore):
    """−Σ_k p_k log p_k after one epoch, mean over proxies.

    The entropy of active learning (Settles 2009, section 3.1).
    """

    kind: ClassVar[Literal["difficulty", "uncertainty"]] = "uncertainty"
    uses_labels: ClassVar[bool] = False
    method: Literal["entropy"]

    def score(self, dynamics: Dynamics) -> Tensor:
        """Mean entropy over proxies, ``float32 [B]``, in [0, log C] nats."""
        return mean(self.after_epoch(dynamics).scalar("entropy")[:, 0])
