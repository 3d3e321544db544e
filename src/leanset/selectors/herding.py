"""The samples whose running mean stays nearest to the mean of all."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leanset.coverage.demand import Demand, one_after_another
from leanset.selectors.base import Materials
from leanset.selectors.embedded import Embedded
from leanset.selectors.grouped import Balance


class Herding(Embedded):
    """Samples whose running mean stays nearest to the mean of all.

    Herding (Welling 2009), within each class as in iCaRL (Rebuffi et al. 2017, algorithm 4). With φ
    the rows of an embedding divided by their norms, and μ their mean, after t samples S the next
    one kept is that of least ‖(t + 1) μ − Σ_S φ − φ(x)‖ among those that are left. A row of zeros
    stays as it is.
    """

    method: Literal["herding"]
    balance: Balance = "proportional"

    def demand(self, keep: int, materials: Materials) -> Demand:
        """A look at every sample of the group for each one kept."""
        samples, width = self.points(materials).shape
        return one_after_another(
            # the group's own rows, in a random order, and in double precision
            Demand(
                memory=int(size) * ((4 + 4 + 8) * width + 6 * 8),
                passes=keep * size / samples * size * width,
            )
            for size in self.group_sizes(materials.labels)
        )

    def pick(self, keep: int, group: Materials, rng: np.random.Generator) -> NDArray[np.int64]:
        """Of all samples left, time and again the one that brings the mean nearest."""
        # in a random order the first of equals is one by chance
        order = rng.permutation(len(group.labels))
        features = unit_rows(self.points(group)[order])
        mean = features.mean(axis=0)
        # ‖r − φ‖² is ‖r‖² less 2 r·φ − ‖φ‖²; the last is not 1 where a row is zeros
        shortfall = np.vecdot(features, features)
        chosen = np.empty(keep, dtype=np.int64)
        residual = mean.copy()
        for place in range(keep):
            chosen[place] = sample = np.argmax(features @ (2 * residual) - shortfall)
            shortfall[sample] = np.inf
            residual += mean - features[sample]
        return order[chosen]


def unit_rows(rows: NDArray[np.float32]) -> NDArray[np.float64]:
    """Rows ``float32 [n, D]`` divided by their norms, but for those that are zeros."""
    double = rows.astype(np.float64)
    norms = np.sqrt(np.vecdot(double, double))
    double /= np.where(norms > 0, norms, 1.0)[:, np.newaxis]
    return double
