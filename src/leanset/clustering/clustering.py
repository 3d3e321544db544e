"""What a clustering is, whoever made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_BLOCK = 8192


@dataclass(frozen=True)
class Clustering:
    """One fitted clustering.

    Attributes:
        assignment: ``int64 [N]``, the cluster of each sample.
        distance: ``float64 [N]``, Euclidean distance to the own centroid.
        centroids: ``float32 [k, D]``.
    """

    assignment: NDArray[np.int64]
    distance: NDArray[np.float64]
    centroids: NDArray[np.float32]

    @classmethod
    def around(
        cls,
        embedding: NDArray[np.float32],
        assignment: NDArray[np.int64],
        centroids: NDArray[np.float32],
    ) -> Clustering:
        """The clustering of ``float32 [N, D]`` with this assignment ``[N]`` to centroids."""
        return cls(assignment, _own_distance(embedding, assignment, centroids), centroids)

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Samples in each cluster, ``[k]``; a cluster may be empty."""
        return np.bincount(self.assignment, minlength=len(self.centroids))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The clustering as named arrays, for the store."""
        return {
            "assignment": self.assignment,
            "distance": self.distance,
            "centroids": self.centroids,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Clustering:
        """The clustering back from its named arrays."""
        return cls(arrays["assignment"], arrays["distance"], arrays["centroids"])


def _own_distance(
    embedding: NDArray[np.float32], assignment: NDArray[np.int64], centroids: NDArray[np.float32]
) -> NDArray[np.float64]:
    distance = np.empty(len(embedding))
    for start in range(0, len(embedding), _BLOCK):
        block = slice(start, start + _BLOCK)
        offset = embedding[block].astype(np.float64) - centroids[assignment[block]]
        distance[block] = np.sqrt((offset**2).sum(axis=1))
    return distance
