"""K-means on an embedding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PositiveInt

from leanset.errors import LeansetError
from leanset.finite import require_finite
from leanset.frozen import Frozen

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


class KMeans(Frozen):
    """Mini-batch k-means (Sculley 2010) with k-means++ starts, as the source experiment ran it."""

    version: ClassVar[int] = 2
    embedding: str
    clusters: Annotated[int, Field(ge=2)]
    batch_size: PositiveInt = 1024
    passes: PositiveInt = 20
    patience: PositiveInt = 5

    def fit(self, embedding: NDArray[np.float32], seed: int) -> Clustering:
        """Cluster ``float32 [N, D]`` from one seed.

        Raises:
            LeansetError: fewer samples than clusters, or a value that is not finite.
        """
        from sklearn.cluster import MiniBatchKMeans

        if self.clusters > len(embedding):
            raise LeansetError(
                f"{self.clusters} clusters asked of {len(embedding)} samples.",
                where=f"clustering of {self.embedding}",
                remedy="Lower clusters.",
            )
        require_finite(embedding, f"embedding {self.embedding}")
        kmeans = MiniBatchKMeans(
            self.clusters,
            batch_size=self.batch_size,
            max_iter=self.passes,
            max_no_improvement=self.patience,
            n_init=1,
            random_state=seed % 2**32,
            compute_labels=False,
        ).fit(embedding)
        assignment = kmeans.predict(embedding).astype(np.int64)
        centroids = kmeans.cluster_centers_.astype(np.float32)
        return Clustering(assignment, _own_distance(embedding, assignment, centroids), centroids)


def _own_distance(
    embedding: NDArray[np.float32], assignment: NDArray[np.int64], centroids: NDArray[np.float32]
) -> NDArray[np.float64]:
    distance = np.empty(len(embedding))
    for start in range(0, len(embedding), _BLOCK):
        block = slice(start, start + _BLOCK)
        offset = embedding[block].astype(np.float64) - centroids[assignment[block]]
        distance[block] = np.sqrt((offset**2).sum(axis=1))
    return distance
