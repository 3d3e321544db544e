"""The one door to training: jobs in, results out as they finish, whatever the device."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Literal

from leanset.errors import LeansetError
from leanset.hardware import usable_cores
from leanset.images import ImageSet
from leanset.models import input_size
from leanset.training.job import Job, RunResult
from leanset.training.recipe import TrainingSettings
from leanset.training.run import attempt
from leanset.training.stack.choice import Width, is_stacked
from leanset.training.workers import train_on_workers

if TYPE_CHECKING:
    from leanset.training.prepared import PreparedImages

ENGINE_VERSION = 2
"""Part of every run key; raised when the same job would give another result."""


def train_runs(
    images: ImageSet, jobs: Sequence[Job], settings: TrainingSettings
) -> Iterator[RunResult]:
    """Do every job and yield its result as soon as it is there, in any order.

    A job that fails yields a result with its reason; the others go on.

    Raises:
        LeansetError: the device asked for is not there.
    """
    if not jobs:
        return
    device = device_kind(settings.device)
    available = len(images.train)
    stacked: list[Job] = []
    alone: list[Job] = []
    for job in sorted(jobs, key=lambda job: job.steps(available), reverse=True):
        side_by_side = is_stacked(job.recipe.model, settings.stack, device)
        (stacked if side_by_side else alone).append(job)
    prepared = _preparing(images, device)
    if stacked:
        yield from _train_stacked(prepared, stacked, device, settings.stack)
    if device == "cuda":
        for job in alone:
            yield attempt(partial(prepared, job.recipe.model), job, device, concurrency=1)
    elif alone:
        count = usable_cores() if settings.workers == "auto" else settings.workers
        yield from train_on_workers(images, alone, count)


def device_kind(device: Literal["auto", "cpu", "cuda"]) -> Literal["cpu", "cuda"]:
    """The kind of device that a setting leads to on this machine.

    Raises:
        LeansetError: a GPU is asked for and there is none.
    """
    import torch

    if device == "cpu":
        return "cpu"
    available = torch.cuda.is_available()
    if device == "cuda" and not available:
        raise LeansetError(
            "the device 'cuda' is asked for, but torch sees no GPU.",
            where="training.device",
            remedy="Set it to auto or cpu, or install a CUDA build of torch.",
        )
    return "cuda" if available else "cpu"


def _train_stacked(
    prepared: Callable[[str], PreparedImages], jobs: Sequence[Job], device: str, width: Width
) -> Iterator[RunResult]:
    import torch

    from leanset.training.stack.scheduler import train_stacked

    yield from train_stacked(prepared, jobs, torch.device(device), width)


def _preparing(images: ImageSet, device: str) -> Callable[[str], PreparedImages]:
    """What hands out the images as a network wants them, prepared once for each network."""

    @cache
    def prepared(model: str) -> PreparedImages:
        import torch

        from leanset.training.prepared import prepare

        return prepare(images, input_size(model), torch.device(device))

    return prepared
