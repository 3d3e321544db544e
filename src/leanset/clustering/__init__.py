"""Clusterings of an embedding, one class per method."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, Discriminator, TypeAdapter

from leanset.clustering.clustering import Clustering
from leanset.clustering.k_means import KMeans
from leanset.clustering.precomputed import PrecomputedClustering


def _by_k_means(block: Any) -> Any:
    """A block that says no method is one of k-means."""
    return {"method": "kmeans", **block} if isinstance(block, Mapping) else block


Clusterer: TypeAlias = Annotated[
    Annotated[KMeans | PrecomputedClustering, Discriminator("method")],
    BeforeValidator(_by_k_means),
]
"""Every clustering method; a new one is a class in its own file and a name in this line."""

_ADAPTER: TypeAdapter[Clusterer] = TypeAdapter(Clusterer)


def parse_clusterer(block: Any) -> Clusterer:
    """The clustering method that a block of parameters describes."""
    return _ADAPTER.validate_python(block)


__all__ = ["Clusterer", "Clustering", "KMeans", "PrecomputedClustering", "parse_clusterer"]
