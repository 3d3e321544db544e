"""The one door to training: jobs in, results out as they finish, whatever the device."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, partial

from leanset.errors import LeansetError
from leanset.hardware import usable_cores
from leanset.images import ImageSet
from leanset.models import input_size
from leanset.training.recipe import TrainingSettings
from leanset.training.run import Job, RunResult, attempt
from leanset.training.workers import train_on_workers

ENGINE_VERSION = 1
"""Part of every run key; raised when the same job would give another result."""


def train_runs(
    images: ImageSet, jobs: Sequence[Job], settings: TrainingSettings
) -> Iterator[RunResult]:
    """Do every job and yield its result as soon as it is there, in any order.

    A job that fails yields a result with its reason; the others go on.

    Raises:
        LeansetError: the device asked for is not there.
    """
    longest_first = sorted(jobs, key=lambda job: job.recipe.steps(len(job.indices)), reverse=True)
    if not longest_first:
        return
    if _uses_cuda(settings.device):
        yield from _train_on_cuda(images, longest_first)
    else:
        count = usable_cores() if settings.workers == "auto" else settings.workers
        yield from train_on_workers(images, longest_first, count)


def _uses_cuda(device: str) -> bool:
    import torch

    if device == "cpu":
        return False
    available = torch.cuda.is_available()
    if device == "cuda" and not available:
        raise LeansetError(
            "the device 'cuda' is asked for, but torch sees no GPU.",
            where="training.device",
            remedy="Set it to auto or cpu, or install a CUDA build of torch.",
        )
    return available


def _train_on_cuda(images: ImageSet, jobs: Sequence[Job]) -> Iterator[RunResult]:
    import torch

    from leanset.training.prepared import PreparedImages, prepare

    @cache
    def prepared(model: str) -> PreparedImages:
        return prepare(images, input_size(model), torch.device("cuda"))

    for job in jobs:
        yield attempt(partial(prepared, job.recipe.model), job, "cuda", concurrency=1)
