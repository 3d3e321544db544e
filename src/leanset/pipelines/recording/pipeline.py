"""Wiring of training logs."""

from collections.abc import Mapping

from kedro.pipeline import Node, Pipeline

from leanset.pipelines.binding import bound
from leanset.pipelines.recording.nodes import record
from leanset.training.log import LogSettings


def create_pipeline(logs: Mapping[str, LogSettings]) -> Pipeline:
    """One node for each named training log."""
    return Pipeline(
        [
            Node(
                bound(record, name=name),
                inputs={
                    "image_set": "image_set",
                    "store": "store",
                    "recipe": f"params:recipes.{settings.recipe}",
                    "settings": f"params:logs.{name}",
                    "training": "params:training",
                    "sweep": "params:sweep",
                },
                outputs=f"log_{name}",
                name=f"log_{name}",
                tags=["recording", "gpu"],
            )
            for name, settings in logs.items()
        ]
    )
