"""An equal share of every cluster: its nearest, its furthest, or a draw from it.

The rule of the source experiment R1 (bitsofchris, deep-learning, 05_data-pruning, 2025), with
budgets made exact: short clusters give their share to the others, and ties break by seed.
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from leanset.budgets import equal_quotas, largest_remainder
from leanset.clustering import Clustering
from leanset.selectors.base import Materials, Needs, SelectorBase


class Clustered(SelectorBase):
    """Keep an equal quota of every cluster, chosen by distance to the centroid.

    ``closest`` and ``furthest`` keep one end, ``hybrid`` a share ``closest_share`` from the near
    end and the rest from the far end, ``random`` draws within the cluster. The rule of the source
    experiment R1 (bitsofchris, deep-learning, 05_data-pruning, 2025), with exact budgets.
    """

    method: Literal["clustered"]
    clustering: str
    keep: Literal["closest", "furthest", "random", "hybrid"]
    closest_share: Annotated[float, Field(gt=0, lt=1)] | None = None

    @model_validator(mode="after")
    def _share_belongs_to_hybrid(self) -> Clustered:
        if (self.keep == "hybrid") != (self.closest_share is not None):
            raise ValueError(
                "closest_share belongs to keep: hybrid, and only to it "
                f"(keep is {self.keep}, closest_share is {self.closest_share})"
            )
        return self

    def uses_labels(self) -> bool:
        """No."""
        return False

    def needs(self) -> Needs:
        """The clustering this variant names."""
        return Needs(clusterings=(self.clustering,))

    def select(
        self, keep: int, materials: Materials, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Rank each sample within its cluster, then keep the quota from the two ends."""
        clustering = materials.clusterings[self.clustering]
        quotas = equal_quotas(clustering.sizes, keep, rng)
        from_near = largest_remainder(quotas * self._near_share(), rng)
        from_far = quotas - from_near
        order, rank = self._ranked(clustering, rng)
        cluster = clustering.assignment[order]
        chosen = (rank < from_near[cluster]) | (rank >= (clustering.sizes - from_far)[cluster])
        return order[chosen]

    def _near_share(self) -> float:
        """The share of a quota that the near end gives; a random order has no ends."""
        return {"closest": 1.0, "random": 1.0, "furthest": 0.0}.get(
            self.keep, self.closest_share or 0.0
        )

    def _ranked(
        self, clustering: Clustering, rng: np.random.Generator
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Samples ordered by cluster, then distance, then chance; and each one's rank there."""
        chance = rng.random(len(clustering.assignment))
        distance = np.zeros_like(chance) if self.keep == "random" else clustering.distance
        order = np.lexsort((chance, distance, clustering.assignment))
        starts = np.cumsum(clustering.sizes) - clustering.sizes
        return order, np.arange(len(order)) - starts[clustering.assignment[order]]
