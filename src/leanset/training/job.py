"""What goes in at the door and what comes out: a job and its result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leanset.training.log.recording import Recording
from leanset.training.orders import Order, Shuffled
from leanset.training.recipe import Recipe


@dataclass(frozen=True)
class Job:
    """One training to be done.

    Attributes:
        key: names the job in its result.
        indices: ``int64 [n]``, the training samples.
        order: which of them an epoch shows.
        loss_weights: ``float32 [n]``, mean 1; the loss of a batch of B is Σ wᵢℓᵢ / B.
        keep_state: whether the result carries the trained weights.
        recording: what is written down of every training sample after each epoch, if anything.

    Raises:
        ValueError: there are no samples, or order or weights do not fit their number.
    """

    key: str
    indices: NDArray[np.int64]
    recipe: Recipe
    training_seed: int
    order: Order = field(default_factory=Shuffled)
    loss_weights: NDArray[np.float32] | None = None
    keep_state: bool = False
    recording: Recording | None = None

    def __post_init__(self) -> None:
        if len(self.indices) == 0:
            raise ValueError("there is nothing to train on: the subset is empty")
        self.order.check(len(self.indices))
        if self.loss_weights is not None and len(self.loss_weights) != len(self.indices):
            raise ValueError(
                f"{len(self.loss_weights)} loss weights for {len(self.indices)} samples"
            )

    @property
    def shown(self) -> int:
        """Samples in an epoch."""
        return self.order.length(len(self.indices))

    def steps(self, available: int) -> int:
        """Optimiser steps, where the training split has ``available`` samples."""
        return self.recipe.steps(self.shown, available)


@dataclass(frozen=True)
class EpochRecord:
    """What was seen while an epoch was trained: mean loss and accuracy of its batches' samples."""

    epoch: int
    loss: float
    accuracy: float


@dataclass(frozen=True)
class RunResult:
    """What a training led to; the final epoch is what was evaluated, once, on the test split.

    Attributes:
        key: the job's.
        failure: why it failed, or None.
        predicted: ``int64 [N_test]``, the class given to each test sample; empty on failure.
        loss: mean cross-entropy on the test split.
        unique_samples: distinct samples that were shown.
        seconds_train: of wall time, without recording; in a stack its share by steps.
        concurrency: processes that trained side by side.
        state: the trained weights by name, if the job asked for them.
    """

    key: str
    failure: str | None
    device: str
    threads: int
    concurrency: int
    predicted: NDArray[np.int64]
    loss: float = float("nan")
    steps: int = 0
    samples_seen: int = 0
    unique_samples: int = 0
    seconds_train: float = float("nan")
    seconds_evaluate: float = float("nan")
    seconds_recording: float = 0.0
    history: tuple[EpochRecord, ...] = ()
    state: Mapping[str, NDArray[Any]] | None = None


class DivergedError(ArithmeticError):
    """The loss stopped being a number."""


def require_number(loss: float, message: str) -> None:
    """Pass a finite loss.

    Raises:
        DivergedError: with ``message``, whose ``{}`` becomes the loss.
    """
    if not np.isfinite(loss):
        raise DivergedError(message.format(loss))


def reason_of(error: Exception) -> str:
    """An error as the reason of a failed run."""
    return f"{type(error).__name__}: {error}"


def failed(job: Job, reason: str, device: str, threads: int, concurrency: int) -> RunResult:
    """The result of a job that came to nothing."""
    return RunResult(job.key, reason, device, threads, concurrency, np.empty(0, dtype=np.int64))
