"""K-means on an embedding."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PositiveInt

from leanset.clustering.clustering import Clustering
from leanset.errors import LeansetError
from leanset.finite import require_finite
from leanset.frozen import Frozen


class KMeans(Frozen):
    """Mini-batch k-means (Sculley 2010) with k-means++ starts, as the source experiment ran it."""

    version: ClassVar[int] = 2
    method: Literal["kmeans"] = "kmeans"
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
        return Clustering.around(embedding, assignment, centroids)
