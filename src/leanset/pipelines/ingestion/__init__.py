"""From raw files to a checked image set and the plan of the sweep."""

from leanset.pipelines.ingestion.pipeline import create_pipeline

__all__ = ["create_pipeline"]
