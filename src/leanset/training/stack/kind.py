"""Which jobs can share a stack."""

from __future__ import annotations

from dataclasses import dataclass

from leanset.training.job import Job
from leanset.training.recipe import Recipe
from leanset.training.recipe.schedules import Constant


@dataclass(frozen=True)
class Kind:
    """What all jobs of a stack have in common.

    Attributes:
        recipe: theirs, in which length, schedule and learning rate, in which lanes may differ,
            are replaced by any.
        weighted: whether their losses have weights.
    """

    recipe: Recipe
    weighted: bool

    @classmethod
    def of(cls, job: Job) -> Kind:
        """The kind of a job."""
        any_rate = job.recipe.optimizer.model_copy(update={"learning_rate": 1.0})
        any_length = {"epochs": 1, "compute": "equal_epochs", "schedule": Constant()}
        recipe = job.recipe.model_copy(update={"optimizer": any_rate, **any_length})
        return cls(recipe, weighted=job.loss_weights is not None)
