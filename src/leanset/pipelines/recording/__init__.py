"""Named training logs."""

from leanset.pipelines.recording.pipeline import create_pipeline

__all__ = ["create_pipeline"]
