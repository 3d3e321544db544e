"""Rules that choose by facility location."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
from numpy.typing import NDArray

from leanset.coverage.demand import Demand, one_after_another
from leanset.coverage.facility_location import Cover, FacilityLocation
from leanset.coverage.optimizers import Batched, Optimizer, Task
from leanset.coverage.similarity import SIMILARITIES, SimilarityName
from leanset.selectors.base import Materials
from leanset.selectors.grouped import Grouped


class Covering(Grouped, ABC):
    """Greedily maximise Σᵢ max_{j ∈ S} s_ij over sets S of points (Nemhauser et al. 1978).

    Greedy reaches at least 1 − 1/e of the best there is. ``optimizer`` says how it is done:
    ``batched`` and ``lazy`` choose the same set, but for gains equal within rounding.
    """

    optimizer: Optimizer = Batched()

    def demand(self, keep: int, materials: Materials) -> Demand:
        """What the groups take, one after another."""
        points = self.points(materials)
        sizes = self.group_sizes(materials.labels)
        return one_after_another(
            self.optimizer.demand(
                Task(
                    SIMILARITIES[self.similarity_name()],
                    int(size),
                    points.shape[1],
                    keep=max(1, round(keep * size / len(points))),
                    memory=materials.memory,
                )
            )
            for size in sizes
        )

    def covered(
        self, points: NDArray[np.float32], keep: int, memory: int, rng: np.random.Generator
    ) -> Cover:
        """Cover ``float32 [n, D]`` points with ``keep`` of them."""
        similarity = SIMILARITIES[self.similarity_name()](points, memory)
        return self.optimizer.maximise(FacilityLocation(similarity), keep, memory, rng)

    @abstractmethod
    def points(self, materials: Materials) -> NDArray[np.float32]:
        """What is to be covered, ``float32 [n, D]``."""

    @abstractmethod
    def similarity_name(self) -> SimilarityName:
        """How alike two of them are."""
