"""Wiring of embeddings."""

from collections.abc import Collection, Mapping

from kedro.pipeline import Node, Pipeline

from leanset.embeddings import Embedding, PrecomputedEmbedding
from leanset.pipelines import precomputed
from leanset.pipelines.binding import bound
from leanset.pipelines.embedding.nodes import embed, embed_from_log, embed_precomputed


def create_pipeline(embeddings: Mapping[str, Embedding], listed: Collection[str]) -> Pipeline:
    """One node for each named embedding; ``listed`` are those behind scores the sweep lists."""
    return Pipeline(
        [
            _embedding(name, embedding, listed=name in listed)
            for name, embedding in embeddings.items()
        ]
    )


def _embedding(name: str, embedding: Embedding, *, listed: bool) -> Node:
    common = {"store": "store", "settings": f"params:embeddings.{name}"}
    log = embedding.source_log()
    if log is not None:
        function = bound(embed_from_log, name=name, listed=listed)
        inputs = {"log": f"log_{log}", "plan": "plan", "sweep": "params:sweep"}
    elif isinstance(embedding, PrecomputedEmbedding):
        function = embed_precomputed
        inputs = precomputed.INPUTS
    else:
        function, inputs = embed, {"image_set": "image_set"}
    return Node(
        function, {**inputs, **common}, f"embedding_{name}", name=f"embed_{name}", tags="embedding"
    )
