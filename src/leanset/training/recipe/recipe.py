"""How a network is trained, and on what."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PositiveInt

from leanset.errors import nearest
from leanset.frozen import Frozen
from leanset.models import MODELS
from leanset.training.recipe.augmentation import Augmentation
from leanset.training.recipe.optimizers import Optimizer
from leanset.training.recipe.schedules import Constant, Schedule


def _is_model(name: str) -> str:
    if name not in MODELS:
        raise ValueError(f"there is no model '{name}'. {nearest(name, MODELS)}")
    return name


class Recipe(Frozen):
    """Model, optimiser, schedule, batch size, augmentation and compute budget of a training.

    With ``equal_epochs`` every subset is passed over ``epochs`` times, so a smaller one takes
    fewer steps; with ``equal_steps`` every subset takes the steps that ``epochs`` passes over the
    whole training split would take, and the schedule is stretched over them.
    """

    model: Annotated[str, AfterValidator(_is_model)]
    optimizer: Optimizer
    schedule: Schedule = Constant()
    batch_size: PositiveInt
    epochs: PositiveInt
    compute: Literal["equal_epochs", "equal_steps"] = "equal_epochs"
    label_smoothing: Annotated[float, Field(ge=0, lt=1)] = 0.0
    augmentation: Augmentation = Augmentation()

    def steps(self, shown: int, available: int) -> int:
        """Optimiser steps of a training whose epochs show ``shown`` samples each.

        Args:
            shown: samples in an epoch.
            available: samples in the whole training split.
        """
        passed = shown if self.compute == "equal_epochs" else available
        return self.epochs * self.steps_per_epoch(passed)

    def steps_per_epoch(self, shown: int) -> int:
        """Batches in an epoch of ``shown`` samples; the last one may be short."""
        return -(-shown // self.batch_size)

    def learning_rate(self, step: int, steps: int) -> float:
        """The rate of step ``step`` (from 0) of ``steps``."""
        return self.optimizer.learning_rate * self.schedule.factor(step, steps)


class TrainingSettings(Frozen):
    """Where trainings run and what is kept of them.

    ``workers`` is the number of processes on a CPU, each with one thread. ``stack`` is how many
    runs of a small network advance together on one device: ``auto`` is as many as its memory
    allows on a GPU, and none on a CPU, where processes are faster.
    """

    device: Literal["auto", "cpu", "cuda"]
    workers: Literal["auto"] | PositiveInt
    stack: Literal["auto"] | PositiveInt = "auto"
    keep_models: Literal["none", "median", "all"]
