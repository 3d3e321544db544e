"""From a trained network to its result."""

from __future__ import annotations

import time
from dataclasses import dataclass

import torch

from leanset.models.base import Network
from leanset.training.evaluation import Forward, evaluate
from leanset.training.job import EpochRecord, Job, RunResult, require_number
from leanset.training.prepared import PreparedImages


@dataclass(frozen=True)
class Trained:
    """What is known of a training before its network is judged; the fields are a result's."""

    steps: int
    samples_seen: int
    unique_samples: int
    seconds_train: float
    seconds_recording: float
    history: tuple[EpochRecord, ...]


def judged(
    model: Network,
    forward: Forward,
    images: PreparedImages,
    job: Job,
    trained: Trained,
    concurrency: int,
) -> RunResult:
    """Have a network in evaluation mode classify the test split, once, and say what came of it.

    Raises:
        DivergedError: the loss on the test split is NaN or infinite.
    """
    start = time.perf_counter()
    predicted, loss = evaluate(forward, images)
    seconds_evaluate = time.perf_counter() - start
    require_number(loss, "the test loss is {}")
    return RunResult(
        key=job.key,
        failure=None,
        device=images.device.type,
        threads=torch.get_num_threads(),
        concurrency=concurrency,
        predicted=predicted,
        loss=loss,
        steps=trained.steps,
        samples_seen=trained.samples_seen,
        unique_samples=trained.unique_samples,
        seconds_train=trained.seconds_train,
        seconds_evaluate=seconds_evaluate,
        seconds_recording=trained.seconds_recording,
        history=trained.history,
        # copied, because the tensors may be used for another network
        state=(
            {name: value.cpu().numpy().copy() for name, value in model.state_dict().items()}
            if job.keep_state
            else None
        ),
    )
