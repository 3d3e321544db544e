"""How a network is trained, and on what."""

from typing import Annotated, Literal

from pydantic import AfterValidator, PositiveFloat, PositiveInt

from leanset.errors import nearest
from leanset.frozen import Frozen
from leanset.models import MODELS


def _is_model(name: str) -> str:
    if name not in MODELS:
        raise ValueError(f"there is no model '{name}'. {nearest(name, MODELS)}")
    return name


class Adam(Frozen):
    """Adam (Kingma and Ba 2015) at a constant learning rate."""

    name: Literal["adam"]
    learning_rate: PositiveFloat


class Recipe(Frozen):
    """Model, optimiser, batch size and compute budget of a training.

    ``epochs`` is the number of passes over the subset, so a smaller subset takes fewer steps.
    """

    model: Annotated[str, AfterValidator(_is_model)]
    optimizer: Adam
    batch_size: PositiveInt
    epochs: PositiveInt

    def steps(self, samples: int) -> int:
        """Optimiser steps on a subset of ``samples``."""
        return self.epochs * -(-samples // self.batch_size)


class TrainingSettings(Frozen):
    """Where trainings run and what is kept of them.

    ``workers`` is the number of processes on a CPU, each with one thread.
    """

    device: Literal["auto", "cpu", "cuda"]
    workers: Literal["auto"] | PositiveInt
    keep_models: Literal["none", "median", "all"]
