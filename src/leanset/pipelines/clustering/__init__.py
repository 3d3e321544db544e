"""Named clusterings, one replicate for each run."""

from leanset.pipelines.clustering.pipeline import create_pipeline

__all__ = ["create_pipeline"]
