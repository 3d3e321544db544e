"""Wiring of clusterings."""

from collections.abc import Collection, Mapping

from kedro.pipeline import Node, Pipeline

from leanset.clustering import Clusterer, PrecomputedClustering
from leanset.pipelines import precomputed
from leanset.pipelines.binding import bound
from leanset.pipelines.clustering.nodes import cluster, place_precomputed


def create_pipeline(clusterings: Mapping[str, Clusterer], listed: Collection[str]) -> Pipeline:
    """One node for each named clustering; ``listed`` are those behind scores the sweep lists."""
    return Pipeline(
        [
            _clustering(name, clusterer, listed=name in listed)
            for name, clusterer in clusterings.items()
        ]
    )


def _clustering(name: str, clusterer: Clusterer, *, listed: bool) -> Node:
    common = {"embedding": f"embedding_{clusterer.embedding}", "store": "store"}
    settings = f"params:clusterings.{name}"
    if isinstance(clusterer, PrecomputedClustering):
        function = bound(place_precomputed, name=name)
        inputs = precomputed.INPUTS | {"settings": settings}
    else:
        function = bound(cluster, name=name, listed=listed)
        inputs = {"plan": "plan", "kmeans": settings, "sweep": "params:sweep"}
    return Node(
        function,
        {**inputs, **common},
        f"clustering_{name}",
        name=f"cluster_{name}",
        tags="clustering",
    )
