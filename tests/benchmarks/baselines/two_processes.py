"""Baseline (c): the tight loop of (b) in two processes of one thread each.

So that training side by side alone is not mistaken for speed.
"""

import multiprocessing
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from tests.benchmarks.baselines.tight_loop import Prepared, train_and_evaluate

Training: TypeAlias = tuple[NDArray[np.int64], int]
"""Sample indices and a seed."""

PROCESSES = 2

_own: dict[str, Prepared] = {}
"""What a process was given when it started."""


class TwoProcesses:
    """Two processes that are up and hold the prepared images."""

    def __init__(self, pool: ProcessPoolExecutor) -> None:
        self._pool = pool

    def train_and_evaluate(self, trainings: Sequence[Training]) -> list[float]:
        """The test accuracies, in order; every other training goes to the same process."""
        hands = [trainings[start::PROCESSES] for start in range(PROCESSES)]
        accuracies = [0.0] * len(trainings)
        for start, dealt in enumerate(self._pool.map(_train_hand, hands)):
            accuracies[start::PROCESSES] = dealt
        return accuracies


@contextmanager
def started(data: Prepared) -> Iterator[TwoProcesses]:
    """Start the processes and wait until both have imported torch and loaded the images."""
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "prepared.pt"
        torch.save(tuple(data), file)
        everyone = context.Barrier(PROCESSES + 1)
        pool = ProcessPoolExecutor(PROCESSES, context, _start, (file, everyone))
        with pool:
            # the pool starts one process for each call that finds none idle
            for _ in range(PROCESSES):
                pool.submit(int)
            everyone.wait()
            yield TwoProcesses(pool)


def _start(file: Path, everyone: Barrier) -> None:
    torch.set_num_threads(1)
    _own["data"] = Prepared(*torch.load(file))
    everyone.wait()


def _train_hand(trainings: Sequence[Training]) -> list[float]:
    return [train_and_evaluate(_own["data"], indices, seed) for indices, seed in trainings]
