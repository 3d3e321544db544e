"""The engine: from recipe, subset and seeds to run results, through one door."""

from leanset.training.engine import train_runs
from leanset.training.job import EpochRecord, Job, RunResult
from leanset.training.orders import Fresh, Order, Shuffled, Weighted
from leanset.training.recipe.recipe import Recipe, TrainingSettings

__all__ = [
    "EpochRecord",
    "Fresh",
    "Job",
    "Order",
    "Recipe",
    "RunResult",
    "Shuffled",
    "TrainingSettings",
    "Weighted",
    "train_runs",
]
