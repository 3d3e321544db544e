"""Wiring of clusterings."""

from collections.abc import Mapping

from kedro.pipeline import Node, Pipeline

from leanset.clustering import KMeans
from leanset.pipelines.binding import bound
from leanset.pipelines.clustering.nodes import cluster


def create_pipeline(clusterings: Mapping[str, KMeans], at_least: int) -> Pipeline:
    """One node for each named clustering, which has at least so many replicates."""
    return Pipeline(
        [
            Node(
                bound(cluster, name=name, at_least=at_least),
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
