"""The engine: from recipe, subset and seeds to run results, through one door."""

from leanset.training.engine import train_runs
from leanset.training.recipe import Recipe, TrainingSettings
from leanset.training.run import EpochRecord, Job, RunResult

__all__ = ["EpochRecord", "Job", "Recipe", "RunResult", "TrainingSettings", "train_runs"]
