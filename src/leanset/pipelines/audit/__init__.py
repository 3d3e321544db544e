"""Looking for wrong labels: the ranked suspects, and their pictures."""

from leanset.pipelines.audit.pipeline import create_pipeline

__all__ = ["create_pipeline"]
