"""Named scores, one replicate for each run where what they are made from has replicates."""

from leanset.pipelines.scoring.pipeline import create_pipeline

__all__ = ["create_pipeline"]
