"""Many jobs through stacks: longest first, lanes refilled, and narrower when few are left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Sequence

import torch

from leanset.training.job import Job, RunResult, failed, reason_of
from leanset.training.prepared import PreparedImages
from leanset.training.stack.choice import Width
from leanset.training.stack.convoy import Convoy
from leanset.training.stack.kind import Kind
from leanset.training.stack.memory import planned_width, release

ImagesOf = Callable[[str], PreparedImages]
"""The image set as a network wants it, on the device, by the network's name."""


def train_stacked(
    images_of: ImagesOf,
    jobs: Sequence[Job],
    device: torch.device,
    width: Width,
    on_capture: Callable[[float], None] = lambda seconds: None,  # noqa: ARG005
) -> Iterator[RunResult]:
    """Do every job and yield results as they finish.

    Jobs that differ only in what lanes may differ in advance together. A job that fails yields
    a result with its reason. Where a stack does not fit into the device's memory, its unfinished
    jobs start again in a stack half as wide.

    Args:
        images_of: the images.
        jobs: in any order.
        device: where they are trained.
        width: how many lanes a stack has; ``auto`` for what the device has room for.
        on_capture: told how many seconds each capture of a step took.
    """
    kinds: dict[Kind, dict[int, Job]] = defaultdict(dict)
    for number, job in enumerate(jobs):
        kinds[Kind.of(job)][number] = job
    for kind, unfinished in kinds.items():
        reason = ""
        try:
            yield from _train_kind(
                images_of(kind.recipe.model), kind, unfinished, width, on_capture
            )
        except Exception as error:
            # not one job's fault, or it would have become that job's result
            reason = reason_of(error)
        for job in unfinished.values():
            yield failed(job, reason, device.type, torch.get_num_threads(), concurrency=1)


def _train_kind(
    images: PreparedImages,
    kind: Kind,
    unfinished: dict[int, Job],
    setting: Width,
    on_capture: Callable[[float], None],
) -> Iterator[RunResult]:
    """Do the jobs of one kind, by number, and take out each whose result is yielded."""
    available = len(images.train_labels)
    longest = max(job.steps(available) for job in unfinished.values())
    width = (
        planned_width(images, kind, capacity=longest, jobs=len(unfinished))
        if setting == "auto"
        else min(setting, len(unfinished))
    )
    while unfinished:
        width = yield from _train_once(images, kind, unfinished, width, on_capture)
        release(images.device)


def _train_once(
    images: PreparedImages,
    kind: Kind,
    unfinished: dict[int, Job],
    width: int,
    on_capture: Callable[[float], None],
) -> Generator[RunResult, None, int]:
    """Do jobs until all are done or memory runs out; how wide the next stack may be."""
    convoy = Convoy(images, kind, unfinished, width, on_capture)
    try:
        yield from convoy.results()
    except torch.OutOfMemoryError as error:
        if convoy.width > 1:
            return convoy.width // 2
        # alone in its stack, it was the first of those that are left
        job = unfinished.pop(convoy.longest_first()[0])
        yield failed(
            job, reason_of(error), images.device.type, torch.get_num_threads(), concurrency=1
        )
    return 1
