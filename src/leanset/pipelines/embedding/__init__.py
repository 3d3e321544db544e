"""Named embeddings of the image set."""

from leanset.pipelines.embedding.pipeline import create_pipeline

__all__ = ["create_pipeline"]
