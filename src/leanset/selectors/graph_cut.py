"""Samples that are like all others but unlike each other."""

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from leanset.coverage.demand import Demand, one_after_another
from leanset.coverage.similarity import Cosine
from leanset.coverage.ties import Ties
from leanset.selectors.base import Materials
from leanset.selectors.embedded import Embedded
from leanset.selectors.grouped import Balance


class GraphCut(Embedded):
    """Samples that are like all others but unlike each other.

    Greedily maximise λ Σ_i Σ_{j ∈ S} s_ij − Σ_{i, j ∈ S} s_ij (Iyer et al. 2021). The first sum, i
    over all samples, asks for samples like all others, the second for samples unlike each other;
    similarities are (1 + cos) / 2 in an embedding. From ``lam`` 2 on it is monotone, and greedy
    reaches at least 1 − 1/e of the best there is; below it has no such guarantee.
    """

    method: Literal["graph_cut"]
    lam: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 2.0
    balance: Balance = "proportional"

    def demand(self, keep: int, materials: Materials) -> Demand:
        """All similarities once, and a row of them for each sample kept."""
        samples, width = self.points(materials).shape
        return one_after_another(
            Cosine.demand(int(size), width, materials.memory).also(
                products=keep * size / samples * size * width,
                passes=size * size + 4 * keep * size / samples * size,
            )
            for size in self.group_sizes(materials.labels)
        )

    def pick(self, keep: int, group: Materials, rng: np.random.Generator) -> NDArray[np.int64]:
        """Of all samples left, time and again the one that gains most."""
        points = self.points(group)
        similarity, ties = Cosine(points, group.memory), Ties(len(points), rng)
        # of a sample with itself the similarity is 1, or 1/2 if it has no direction
        with_itself = np.where(points.any(axis=1), 1.0, 0.5)
        gains = self.lam * similarity.sums() - with_itself
        chosen = np.empty(keep, dtype=np.int64)
        for place in range(keep):
            chosen[place] = sample = ties.largest(gains)
            gains -= 2.0 * similarity.row(sample)
            gains[sample] = -np.inf
        return chosen
