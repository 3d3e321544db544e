"""How much belief in the label wavers."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from leanset.scores.base import WindowScore, windows
from leanset.training.log.sums import mean, std

if TYPE_CHECKING:
    from torch import Tensor

    from leanset.training.log.dynamics import Dynamics


class DynUnc(WindowScore):
    """The standard deviation of p_y over J epochs, mean over all T − J + 1 windows of J epochs.

    Mean over proxies. The divisor is J − 1, and the last window counts, which the authors' code
    leaves out (He et al. 2024).
    """

    kind: ClassVar[Literal["difficulty", "uncertainty"]] = "uncertainty"
    uses_labels: ClassVar[bool] = True
    method: Literal["dyn_unc"]

    def score(self, dynamics: Dynamics) -> Tensor:
        """Mean deviation over proxies and windows, ``float32 [B]``."""
        return mean(std(windows(dynamics.scalar("doubt"), self.window)).flatten(0, 1))
