"""How often a sample is forgotten."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from leanset.scores.base import LogScore
from leanset.training.log.sums import mean

if TYPE_CHECKING:
    from torch import Tensor

    from leanset.training.log.dynamics import Dynamics


class Forgetting(LogScore):
    """The number of epochs after which a sample is wrong that was right after the epoch before.

    One that is never right counts T + 1, more than any other; mean over proxies (Toneva et al.
    2019, section 3). The paper looks whenever a sample is in a mini-batch, this once an epoch.
    """

    kind: ClassVar[Literal["difficulty", "uncertainty"]] = "difficulty"
    uses_labels: ClassVar[bool] = True
    least_epochs: ClassVar[int] = 2
    method: Literal["forgetting"]

    def score(self, dynamics: Dynamics) -> Tensor:
        """Mean number of forgettings over proxies, ``float32 [B]``, in [0, T + 1]."""
        correct = dynamics.scalar("correct")
        forgotten = (correct[:, :-1] > correct[:, 1:]).sum(1)
        never_learned = correct.sum(1) == 0
        return mean(forgotten.masked_fill(never_learned, dynamics.epochs + 1))
