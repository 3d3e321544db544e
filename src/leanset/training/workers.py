"""Worker processes: one thread each, the images shared by memory map.

Workers start once and serve the whole process, because importing torch takes seconds.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from functools import cache, lru_cache, partial
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from leanset.images import ImageSet
from leanset.models import input_size
from leanset.training.job import Job, RunResult, failed
from leanset.training.run import attempt
from leanset.training.sharing import SharedImages, shared

if TYPE_CHECKING:
    from leanset.training.prepared import PreparedImages


def train_on_workers(images: ImageSet, jobs: Sequence[Job], count: int) -> Iterator[RunResult]:
    """Do the jobs in order on ``count`` processes and yield results as they finish.

    If a worker dies, the jobs in flight are tried again one at a time, so that only the one that
    kills its worker fails.
    """
    waiting, suspects = deque(jobs), deque[Job]()
    with shared(images) as handle:
        while waiting:
            suspects += yield from _drain(handle, waiting, count, in_flight=count)
        while suspects:
            for job in (yield from _drain(handle, suspects, count, in_flight=1)):
                yield failed(job, "a worker process died", "cpu", threads=1, concurrency=count)


def _drain(
    handle: SharedImages, queue: deque[Job], count: int, in_flight: int
) -> Generator[RunResult, None, list[Job]]:
    """Do the jobs of a queue; if a worker dies, stop and return those that were in flight."""
    running: dict[Future[RunResult], Job] = {}
    try:
        while queue or running:
            while queue and len(running) < in_flight:
                future = _workers(count).pool.submit(_work, handle, queue[0], count)
                running[future] = queue.popleft()
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                result = future.result()
                del running[future]
                yield result
    except BrokenProcessPool:
        _workers.cache_clear()
        return list(running.values())
    except BaseException:
        # interrupted, or nobody wants the results any more: what is in flight may take hours
        _workers(count).end()
        _workers.cache_clear()
        raise
    return []


class _Workers:
    """Processes that live as long as their lifeline: a pipe whose other end only we hold."""

    def __init__(self, count: int) -> None:
        context = multiprocessing.get_context("spawn")
        theirs, self._ours = context.Pipe(duplex=False)
        self.pool = ProcessPoolExecutor(
            count, mp_context=context, initializer=_start_worker, initargs=(theirs,)
        )

    def end(self) -> None:
        """End all of them at once, whatever they are doing."""
        self._ours.close()
        self.pool.shutdown(cancel_futures=True)


@cache
def _workers(count: int) -> _Workers:
    return _Workers(count)


def _start_worker(lifeline: Connection) -> None:
    # Ctrl-C reaches the whole process group: the parent reports it, workers just end
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()
    # only now, because it takes seconds, in which the parent may die
    import torch

    torch.set_num_threads(1)
    # vanishing Adam moments become denormal numbers, on which a core is many times slower
    torch.set_flush_denormal(True)


def _end_with(lifeline: Connection) -> None:
    """Wait for the other end to be closed, by the parent's will or by its death."""
    lifeline.poll(None)
    os._exit(1)


def _work(handle: SharedImages, job: Job, concurrency: int) -> RunResult:
    return attempt(partial(_prepared, handle, job.recipe.model), job, "cpu", concurrency)


@lru_cache(maxsize=2)
def _prepared(handle: SharedImages, model: str) -> PreparedImages:
    import torch

    from leanset.training.prepared import prepare

    return prepare(handle.open(), input_size(model), torch.device("cpu"))
