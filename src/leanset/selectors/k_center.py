"""The samples that leave no other far from all that are kept."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leanset.coverage.demand import Demand, one_after_another
from leanset.selectors.base import Materials
from leanset.selectors.embedded import Embedded


class KCenter(Embedded):
    """Samples that leave no other far from all that are kept.

    Greedy k-center in an embedding (Sener and Savarese 2018, algorithm 1). The first sample is
    drawn, and time and again the one farthest from all kept so far follows. Wherever it starts, no
    sample is farther from the nearest one kept than twice the least possible with so many
    (Gonzalez 1985); with class balance that holds within each class.
    """

    method: Literal["k_center"]

    def demand(self, keep: int, materials: Materials) -> Demand:
        """The distances from every sample to those kept, in each group."""
        from leanset.coverage.farthest_first import demand_of

        samples, width = self.points(materials).shape
        return one_after_another(
            demand_of(int(size), width, keep * size / samples).also(memory=int(size) * 4 * width)
            for size in self.group_sizes(materials.labels)
        )

    def pick(self, keep: int, group: Materials, rng: np.random.Generator) -> NDArray[np.int64]:
        """Farthest-first from a sample drawn at random."""
        # imported here: it compiles, and settings are read by every command
        from leanset.coverage.farthest_first import farthest_first

        points = self.points(group)
        return farthest_first(points, keep, int(rng.integers(len(points))), rng)
