"""Wiring of ingestion."""

from collections.abc import Iterable

from kedro.pipeline import Node, Pipeline

from leanset.pipelines.ingestion.nodes import accept_images, read_images


def create_pipeline(variants: Iterable[str]) -> Pipeline:
    """Read the raw folder; accept the images only if the settings of all variants fit them."""
    read = Node(
        read_images,
        inputs={"folder": "raw_folder", "dataset": "params:dataset", "sweep": "params:sweep"},
        outputs="source_images",
        name="read_images",
    )
    accept = Node(
        accept_images,
        inputs={
            "images": "source_images",
            "store": "store",
            "sweep": "params:sweep",
            "clusterings": "params:clusterings",
            **{name: f"params:{name}" for name in variants},
        },
        outputs=["image_set", "plan"],
        name="accept_images",
    )
    return Pipeline([read, accept], namespace="ingestion", prefix_datasets_with_namespace=False)
