"""Wiring of clusterings."""

from collections.abc import Collection, Mapping

from kedro.pipeline import Node, Pipeline

from leanset.clustering import KMeans
from leanset.pipelines.binding import bound
from leanset.pipelines.clustering.nodes import cluster


def create_pipeline(clusterings: Mapping[str, KMeans], listed: Collection[str]) -> Pipeline:
    """One node for each named clustering; ``listed`` are those behind scores the sweep lists."""
    return Pipeline(
        [
            Node(
                bound(cluster, name=name, listed=name in listed),
                inputs={
                    "embedding": f"embedding_{kmeans.embedding}",
                    "plan": "plan",
                    "store": "store",
                    "kmeans": f"params:clusterings.{name}",
                    "sweep": "params:sweep",
                },
                outputs=f"clustering_{name}",
                name=f"cluster_{name}",
                tags="clustering",
            )
            for name, kmeans in clusterings.items()
        ]
    )
