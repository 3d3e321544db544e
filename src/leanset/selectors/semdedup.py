"""The samples least like one that comes before them."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leanset.coverage.demand import Demand
from leanset.coverage.similarity import normalised
from leanset.finite import require_finite
from leanset.selectors.base import Materials, Needs, SelectorBase
from leanset.selectors.ranking import by_rank

_ROWS = 256
"""Samples that are compared with all before them at once, where memory allows."""

_DECIMALS = 6
"""Of a product of float32 vectors of length 1; the next one would be rounding."""


class SemDeDup(SelectorBase):
    """Samples least like those that come before them in their cluster.

    Semantic deduplication (Abbas et al. 2023, section 3), to an exact budget. The samples of each
    cluster are put in the order of their distance to its centroid, the furthest first, as the paper
    has it, or the closest; equal ones by chance. Where the paper drops every sample whose cosine
    similarity to one before it in its cluster is above a threshold, those of which the highest such
    similarity is lowest are kept: the threshold is what the budget makes it. The first of a cluster
    has none before it. The clustering may be of another embedding than the similarities; its
    distances are Euclidean.
    """

    method: Literal["semdedup"]
    embedding: str
    clustering: str
    keep: Literal["furthest", "closest"] = "furthest"

    def uses_labels(self) -> bool:
        """No."""
        return False

    def needs(self) -> Needs:
        """The clustering and the embedding this variant names."""
        return Needs(clusterings=(self.clustering,), embeddings=(self.embedding,))

    def demand(self, keep: int, materials: Materials) -> Demand:  # noqa: ARG002
        """Half of all pairs of each cluster, a block of rows of the largest at a time."""
        width = materials.embeddings[self.embedding].shape[1]
        sizes = materials.clusterings[self.clustering].sizes.astype(np.float64)
        largest = int(sizes.max())
        rows = rows_at_once(largest, materials.memory)
        return Demand(
            memory=len(materials.labels) * (2 * width + 64)
            + largest * (32 * width + 4 * rows)
            + 6 * rows**2,
            products=float((sizes * (sizes + rows)).sum()) * width / 2,
            passes=float((sizes * (sizes + rows)).sum()) / 2,
            remedy="Name a clustering with more clusters, or an embedding with fewer dimensions.",
        )

    def select(
        self, keep: int, materials: Materials, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Compare every sample with those before it in its cluster, then keep the least alike.

        Raises:
            LeansetError: a value of the embedding is not finite.
        """
        points = materials.embeddings[self.embedding]
        require_finite(points, f"embedding {self.embedding}")
        clustering = materials.clusterings[self.clustering]
        sign = {"closest": 1.0, "furthest": -1.0}[self.keep]
        chance = rng.random(len(points))
        order = np.lexsort((chance, sign * clustering.distance, clustering.assignment))
        likeness = np.empty(len(points))
        for members in np.split(order, np.cumsum(clustering.sizes)[:-1]):
            rows = rows_at_once(len(members), materials.memory)
            likeness[members] = likeness_before(points[members], rows)
        return by_rank(likeness, rng)[:keep]


def rows_at_once(size: int, memory: int) -> int:
    """How many samples of a cluster are compared at once, in a quarter of the memory."""
    return max(1, min(_ROWS, size, memory // (16 * max(1, size))))


def likeness_before(points: NDArray[np.float32], rows: int) -> NDArray[np.float64]:
    """The highest cosine similarity of each point to one before it, ``float64 [n]``.

    Of the first it is -inf, and a point of length 0 has similarity 0 to all.

    Args:
        points: ``float32 [n, D]``, in order.
        rows: points to be compared at a time.
    """
    unit = normalised(points)
    likeness = np.empty(len(points))
    for start in range(0, len(points), rows):
        likeness[start : start + rows] = _highest(unit[start : start + rows], unit[:start])
    return np.round(likeness, _DECIMALS)


def _highest(block: NDArray[np.float32], before: NDArray[np.float32]) -> NDArray[np.float32]:
    """The highest product of each vector of a block with one before it, in the block or not."""
    within = block @ block.T
    within[np.tri(len(block), dtype=np.bool_).T] = -np.inf
    outside = (block @ before.T).max(axis=1, initial=-np.inf)
    highest: NDArray[np.float32] = np.maximum(outside, within.max(axis=1))
    return highest
