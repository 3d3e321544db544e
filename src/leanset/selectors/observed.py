"""What the rules over a training log have in common."""

from __future__ import annotations

from abc import ABC

import numpy as np
from pydantic import NonNegativeInt

from leanset.finite import require_finite
from leanset.selectors.base import Materials, Needs
from leanset.selectors.grouped import Grouped
from leanset.training.log.snapshot import Moment, Snapshot


class Observed(Grouped, ABC):
    """A rule over what the proxies of ``log`` said after ``epoch``, or after the last recorded."""

    log: str
    epoch: NonNegativeInt | None = None

    def needs(self) -> Needs:
        """What the proxies said after the epoch."""
        return Needs(moments=(self.moment,))

    @property
    def moment(self) -> Moment:
        """The log at that epoch."""
        return Moment(self.log, self.epoch)

    def snapshot(self, materials: Materials) -> Snapshot:
        """What the proxies said of the samples."""
        return materials.snapshots[self.moment]

    def refuse_unusable(self, materials: Materials) -> None:
        """Refuse predictions and features that are not finite."""
        snapshot = self.snapshot(materials)
        require_finite(np.moveaxis(snapshot.errors, 1, 0), f"predictions of log {self.log}")
        require_finite(np.moveaxis(snapshot.features, 1, 0), f"features of log {self.log}")
