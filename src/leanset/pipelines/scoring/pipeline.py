"""Wiring of scores."""

from collections.abc import Mapping

from kedro.pipeline import Node, Pipeline

from leanset.clustering import KMeans
from leanset.pipelines.binding import bound
from leanset.pipelines.scoring.nodes import (
    score_from_clustering,
    score_from_embedding,
    score_from_log,
)
from leanset.scores import Score, Sources


def create_pipeline(scores: Mapping[str, Score], clusterings: Mapping[str, KMeans]) -> Pipeline:
    """One node for each named score."""
    return Pipeline([_score(name, score.sources(), clusterings) for name, score in scores.items()])


def _score(name: str, source: Sources, clusterings: Mapping[str, KMeans]) -> Node:
    common = {"store": "store", "settings": f"params:scores.{name}"}
    if source.log is not None:
        function = bound(score_from_log, name=name)
        inputs = {"log": f"log_{source.log}", "plan": "plan", "sweep": "params:sweep"}
    elif source.clustering is not None:
        function = score_from_clustering
        inputs = {
            "clustering": f"clustering_{source.clustering}",
            "embedding": f"embedding_{clusterings[source.clustering].embedding}",
        }
    else:
        function = score_from_embedding
        inputs = {"embedding": f"embedding_{source.embedding}", "image_set": "image_set"}
    return Node(
        function, {**inputs, **common}, f"score_{name}", name=f"score_{name}", tags="scoring"
    )
