"""The gradient of a sample's loss."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from leanset.scores.base import ChosenEpochScore, Fault
from leanset.training.log.sums import mean

if TYPE_CHECKING:
    from torch import Tensor

    from leanset.training.log import LogSettings
    from leanset.training.log.dynamics import Dynamics


class Grand(ChosenEpochScore):
    """The norm of the gradient of a sample's loss over all parameters, after one epoch.

    GraNd (Paul et al. 2021, definition 2.1): ‖∇ℓ‖₂, mean over proxies, out of a log with
    ``gradient_norms: true``, with batch norm in evaluation mode, so that the
    gradient is the sample's own.
    """

    kind: ClassVar[Literal["difficulty", "uncertainty"]] = "difficulty"
    uses_labels: ClassVar[bool] = True
    method: Literal["grand"]

    def faults(self, log: LogSettings) -> Iterator[Fault]:
        """Besides those of every such log: it holds no norms of gradients."""
        yield from super().faults(log)
        if not log.gradient_norms:
            yield Fault("log", f"it needs gradient_norms: true in logs.{self.log}.")

    def score(self, dynamics: Dynamics) -> Tensor:
        """Mean norm over proxies, ``float32 [B]``."""
        return mean(self.at_chosen(dynamics, "gradient_norms"))
