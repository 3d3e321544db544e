"""A clustering that was made elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import PositiveInt

from leanset.clustering.clustering import Clustering
from leanset.errors import LeansetError
from leanset.finite import require_finite
from leanset.precomputed import DiskRows, GivenFile, PrecomputedFile


class PrecomputedClustering(PrecomputedFile):
    """The cluster of each sample, from 0, out of a file; where it lies is told by an embedding.

    Without a file of ``centroids``, ``[clusters, D]``, a cluster is around the mean of its
    samples, and one that has none is left out, so that the numbers of others move up.
    """

    version: ClassVar[int] = 1
    method: Literal["precomputed"]
    embedding: str
    clusters: PositiveInt
    centroids: GivenFile | None = None

    def place(self, folder: Path, rows: DiskRows, embedding: NDArray[np.float32]) -> Clustering:
        """The clustering of the training samples, embedded as ``float32 [N, D]``.

        Raises:
            LeansetError: a file is missing or damaged, not of as many samples or clusters, or
                assigns a sample to no cluster.
        """
        assignment = self.integers(folder, rows)
        outside = np.flatnonzero((assignment < 0) | (assignment >= self.clusters))
        if len(outside):
            raise LeansetError(
                f"sample {outside[0]} is in cluster {assignment[outside[0]]} of {self.clusters}.",
                where=str(folder / self.file),
                remedy=f"Number clusters from 0 to {self.clusters - 1}, or correct clusters.",
            )
        if self.centroids is None:
            used, assignment = np.unique(assignment, return_inverse=True)
            return Clustering.around(
                embedding, assignment, _means(embedding, assignment, len(used))
            )
        return Clustering.around(
            embedding, assignment, self._given(self.centroids, folder, embedding.shape[1])
        )

    def _given(self, file: GivenFile, folder: Path, width: int) -> NDArray[np.float32]:
        values, where = file.read(folder), str(folder / file.file)
        if values.shape != (self.clusters, width) or values.dtype.kind != "f":
            raise LeansetError(
                f"the file holds {values.dtype} of shape {values.shape}.",
                where=where,
                remedy=f"Give a row of {width} numbers, as embedding {self.embedding} has them, "
                f"for each of {self.clusters} clusters, as float32.",
            )
        centroids = values.astype(np.float32)
        require_finite(centroids, where)
        return centroids


def _means(
    embedding: NDArray[np.float32], assignment: NDArray[np.int64], clusters: int
) -> NDArray[np.float32]:
    """The mean of the samples of each cluster, ``float32 [k, D]``; none is empty."""
    sums = [np.bincount(assignment, column, clusters) for column in embedding.T]
    means = np.stack(sums, axis=1) / np.bincount(assignment)[:, None]
    return means.astype(np.float32)
