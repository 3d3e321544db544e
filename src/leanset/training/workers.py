"""Worker processes: one thread each, the images shared by memory map.

Workers start once and serve the whole process, because importing torch takes seconds.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from leanset.images import ImageSet
from leanset.models import input_size
from leanset.training.run import Job, RunResult, attempt, failed
from leanset.training.sharing import SharedImages, shared

if TYPE_CHECKING:
    from leanset.training.prepared import PreparedImages


def train_on_workers(images: ImageSet, jobs: Sequence[Job], count: int) -> Iterator[RunResult]:
    """Do the jobs in order on ``count`` processes and yield results as they finish."""
    pool = _pool(count)
    with shared(images) as handle:
        futures: dict[Future[RunResult], Job] = {
            pool.submit(_work, handle, job, count): job for job in jobs
        }
        try:
            for future in as_completed(futures):
                yield _result(future, futures[future], count)
        finally:
            for future in futures:
                future.cancel()


def _result(future: Future[RunResult], job: Job, count: int) -> RunResult:
    try:
        return future.result()
    except BrokenProcessPool:
        _pool.cache_clear()
        return failed(job, "a worker process died", "cpu", 1, count)


@cache
def _pool(count: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        count, mp_context=multiprocessing.get_context("spawn"), initializer=_start_worker
    )


def _start_worker() -> None:
    import torch

    # Ctrl-C reaches the whole process group: the parent reports it, workers just end
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    torch.set_num_threads(1)
    # vanishing Adam moments become denormal numbers, on which a core is many times slower
    torch.set_flush_denormal(True)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(handle: SharedImages, job: Job, concurrency: int) -> RunResult:
    return attempt(_prepared(handle, job.recipe.model), job, concurrency)


@lru_cache(maxsize=2)
def _prepared(handle: SharedImages, model: str) -> PreparedImages:
    import torch

    from leanset.training.prepared import prepare

    return prepare(handle.open(), input_size(model), torch.device("cpu"))
