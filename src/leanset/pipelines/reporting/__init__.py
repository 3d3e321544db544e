"""From the runs of all variants to tables and figures."""

from leanset.pipelines.reporting.pipeline import create_pipeline

__all__ = ["create_pipeline"]
