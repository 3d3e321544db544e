"""From the runs of all variants to tables and figures."""

from leanset.pipelines.reporting.pipeline import Reported, create_pipeline

__all__ = ["Reported", "create_pipeline"]
