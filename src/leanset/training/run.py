"""One training: a job goes in, a result comes out."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from leanset.models import build_model
from leanset.seeds import torch_generator
from leanset.training.job import Job, RunResult, failed, reason_of

if TYPE_CHECKING:
    from leanset.training.prepared import PreparedImages


def attempt(
    prepared: Callable[[], PreparedImages], job: Job, device: str, concurrency: int
) -> RunResult:
    """Train one network; what goes wrong becomes a failed result, so that the others go on."""
    import torch

    try:
        return train_one(prepared(), job, concurrency)
    except Exception as error:
        return failed(job, reason_of(error), device, torch.get_num_threads(), concurrency)


def train_one(images: PreparedImages, job: Job, concurrency: int) -> RunResult:
    """Train one network and evaluate it. Bit for bit reproducible on one CPU with one thread.

    Raises:
        DivergedError: the loss is NaN or infinite after an epoch or on the test split.
    """
    from leanset.training.loop import TrainingLoop
    from leanset.training.outcome import Trained, judged

    generator = torch_generator(job.training_seed)
    model = build_model(job.recipe.model, images.shape, images.classes, generator)
    loop = TrainingLoop(model.to(images.device), images, job, generator)
    start = time.perf_counter()
    loop.run()
    seconds = time.perf_counter() - start
    trained = Trained(
        steps=loop.steps,
        samples_seen=loop.samples_seen,
        unique_samples=int(loop.seen.sum()),
        seconds_train=seconds - loop.seconds_recording,
        seconds_recording=loop.seconds_recording,
        history=tuple(loop.history),
    )
    return judged(model, loop.forward, images, job, trained, concurrency)
