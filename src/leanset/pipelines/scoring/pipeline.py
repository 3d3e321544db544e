"""Wiring of scores."""

from collections.abc import Mapping

from kedro.pipeline import Node, Pipeline

from leanset.clustering import Clusterer
from leanset.pipelines import precomputed
from leanset.pipelines.binding import bound
from leanset.pipelines.scoring.nodes import (
    score_from_clustering,
    score_from_embedding,
    score_from_log,
    score_precomputed,
)
from leanset.scores import PrecomputedScore, Score


def create_pipeline(scores: Mapping[str, Score], clusterings: Mapping[str, Clusterer]) -> Pipeline:
    """One node for each named score."""
    return Pipeline([_score(name, score, clusterings) for name, score in scores.items()])


def _score(name: str, score: Score, clusterings: Mapping[str, Clusterer]) -> Node:
    common = {"store": "store", "settings": f"params:scores.{name}"}
    source = score.sources()
    if isinstance(score, PrecomputedScore):
        function = bound(score_precomputed, name=name)
        inputs = precomputed.INPUTS
    elif source.log is not None:
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
