"""Wiring of ingestion."""

from collections.abc import Iterable

from kedro.pipeline import Node, Pipeline

from leanset.pipelines.ingestion.nodes import accept_images, keep_truth, mislabel, read_images


def create_pipeline(variants: Iterable[str], *, has_noise: bool) -> Pipeline:
    """Read the raw folder; accept the images only if the settings of all variants fit them.

    Where noise is asked for, labels are made wrong in between, and the truth is kept.
    """
    read = Node(
        read_images,
        inputs={"folder": "raw_folder", "dataset": "params:dataset", "sweep": "params:sweep"},
        outputs="source_images",
        name="read_images",
    )
    accept = Node(
        accept_images,
        inputs={
            "images": "noisy_images" if has_noise else "source_images",
            "store": "store",
            "sweep": "params:sweep",
            "clusterings": "params:clusterings",
            "scores": "params:scores",
            "embeddings": "params:embeddings",
            **{name: f"params:{name}" for name in variants},
        },
        outputs=["image_set", "plan"],
        name="accept_images",
    )
    nodes = [read, *(_noise() if has_noise else []), accept]
    return Pipeline(nodes, namespace="ingestion", prefix_datasets_with_namespace=False)


def _noise() -> list[Node]:
    make = Node(
        mislabel,
        inputs={
            "images": "source_images",
            "noise": "params:dataset.noise",
            "sweep": "params:sweep",
        },
        outputs=["noisy_images", "noisy_labels"],
        name="mislabel",
    )
    keep = Node(
        keep_truth,
        inputs={
            "image_set": "image_set",
            "images": "source_images",
            "noisy": "noisy_labels",
            "store": "store",
        },
        outputs="label_noise",
        name="keep_truth",
    )
    return [make, keep]
