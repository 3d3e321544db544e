"""Wiring of embeddings."""

from collections.abc import Iterable

from kedro.pipeline import Node, Pipeline

from leanset.pipelines.embedding.nodes import embed


def create_pipeline(names: Iterable[str]) -> Pipeline:
    """One node for each named embedding."""
    return Pipeline(
        [
            Node(
                embed,
                inputs={
                    "image_set": "image_set",
                    "store": "store",
                    "settings": f"params:embeddings.{name}",
                },
                outputs=f"embedding_{name}",
                name=f"embed_{name}",
                tags="embedding",
            )
            for name in names
        ]
    )
