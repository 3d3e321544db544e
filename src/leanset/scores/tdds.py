"""How unsteadily the whole prediction changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from leanset.scores.base import WindowScore, windows
from leanset.training.log.sums import mean, std, total

if TYPE_CHECKING:
    from torch import Tensor

    from leanset.training.log.dynamics import Dynamics


class Tdds(WindowScore):
    """How unsteadily the whole prediction changes, the last epochs counting most.

    Σ_s α (1 − α)^{T−K+1−s} G_s over the windows of K epochs, s = 1 … T − K + 1 the first epoch. G_s
    is the L2 norm of Δ_s … Δ_{s+K−2} less their mean, where Δ_t = Σ_k |p_{t+1,k} log(p_{t+1,k} /
    p_{t,k})| is the change after epoch t: K epochs hold K − 1 changes, and the last window weighs
    most. Mean over proxies (Zhang et al. 2024; the absolute value is taken of each class as in the
    authors' code, but without the 1e-8 that it adds to every p).
    """

    kind: ClassVar[Literal["difficulty", "uncertainty"]] = "uncertainty"
    uses_labels: ClassVar[bool] = False
    needs_logits: ClassVar[bool] = True
    method: Literal["tdds"]
    window: Annotated[int, Field(ge=3)] = 10
    alpha: Annotated[float, Field(gt=0, le=1)] = 0.9

    def score(self, dynamics: Dynamics) -> Tensor:
        """Mean over proxies of the decayed sum over windows, ``float32 [B]``."""
        changes = self._changes(dynamics)
        unsteadiness = std(windows(changes, self.window - 1)) * (self.window - 2) ** 0.5
        first, *later = unsteadiness.unbind(1)
        decayed = self.alpha * first
        for window in later:
            decayed = self.alpha * window + (1 - self.alpha) * decayed
        return mean(decayed)

    def _changes(self, dynamics: Dynamics) -> Tensor:
        """Δ, ``[R, T − 1, B]``."""
        of_classes = zip(dynamics.predictions.p, dynamics.predictions.log_p, strict=True)
        return total((p[:, 1:] * log_p.diff(dim=1)).abs() for p, log_p in of_classes)
