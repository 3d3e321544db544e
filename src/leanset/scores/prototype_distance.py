"""How far a sample is from what is typical."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from leanset.clustering import Clustering
from leanset.scores.base import ScoreBase, Sources

_BLOCK = 8192


class PrototypeDistance(ScoreBase):
    """The distance to the nearest centroid of k-means (Sorscher et al. 2022).

    Cosine distance is 1 − max_c cos(x, c); a sample or centroid that is zero is at right angles
    to everything. The source experiment R3 (bezalelc, Data-pruning) calls it KM.
    """

    kind: ClassVar[Literal["difficulty", "uncertainty"]] = "difficulty"
    uses_labels: ClassVar[bool] = False
    method: Literal["prototype_distance"]
    clustering: str
    metric: Literal["euclidean", "cosine"] = "euclidean"

    def sources(self) -> Sources:
        """The clustering."""
        return Sources(clustering=self.clustering)

    def score(self, clustering: Clustering, embedding: NDArray[np.float32]) -> NDArray[np.float32]:
        """Distance of each of ``float32 [N, D]`` to the nearest centroid, ``float32 [N]``."""
        distance = {"euclidean": _euclidean, "cosine": _cosine}[self.metric]
        return distance(clustering, embedding).astype(np.float32)


def _euclidean(clustering: Clustering, _: NDArray[np.float32]) -> NDArray[np.float64]:
    return clustering.distance


def _cosine(clustering: Clustering, embedding: NDArray[np.float32]) -> NDArray[np.float64]:
    prototypes = _directions(clustering.centroids).T
    distance = np.empty(len(embedding))
    for start in range(0, len(embedding), _BLOCK):
        block = slice(start, start + _BLOCK)
        distance[block] = 1 - (_directions(embedding[block]) @ prototypes).max(axis=1)
    return distance.clip(0, 2)


def _directions(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Each vector at length 1, but zero as it is."""
    wide = vectors.astype(np.float64)
    length = np.linalg.norm(wide, axis=1, keepdims=True)
    return wide / np.where(length == 0, 1, length)
