"""One variant: select, train, evaluate."""

from leanset.pipelines.pruning.pipeline import create_pipeline

__all__ = ["create_pipeline"]
