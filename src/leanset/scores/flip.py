"""How often a network changes its mind."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from leanset.scores.base import LogScore
from leanset.training.log.sums import mean

if TYPE_CHECKING:
    from torch import Tensor

    from leanset.training.log.dynamics import Dynamics


class Flip(LogScore):
    """The number of epochs after which the predicted class is not that of the epoch before.

    The flip of the source experiment R3 (bezalelc, Data-pruning); mean over proxies. The labels
    are not read.
    """

    kind: ClassVar[Literal["difficulty", "uncertainty"]] = "uncertainty"
    uses_labels: ClassVar[bool] = False
    least_epochs: ClassVar[int] = 2
    needs_logits: ClassVar[bool] = True
    method: Literal["flip"]

    def score(self, dynamics: Dynamics) -> Tensor:
        """Mean number of changes over proxies, ``float32 [B]``, in [0, T − 1]."""
        predicted = dynamics.predictions.predicted
        return mean((predicted[:, :-1] != predicted[:, 1:]).sum(1))
