"""What the machine can do, and what was taken of it."""

import multiprocessing
import os
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch.utils.flop_counter import FlopCounterMode

from tests.benchmarks.baselines.lenet5 import lenet5

_SGEMM_SIZE = 2048
_SGEMM_REPEATS = 8


def peak_flops() -> float:
    """Operations a second of the best of several large float32 products, on torch's threads."""
    left, right = torch.rand(2, _SGEMM_SIZE, _SGEMM_SIZE).unbind()
    out = torch.empty(_SGEMM_SIZE, _SGEMM_SIZE)
    fastest = float("inf")
    for _ in range(_SGEMM_REPEATS):
        start = time.perf_counter()
        torch.mm(left, right, out=out)
        fastest = min(fastest, time.perf_counter() - start)
    return 2 * _SGEMM_SIZE**3 / fastest


def lenet5_training_flops() -> float:
    """Operations of one image forward and backward: convolutions and linear layers only.

    2.26 million: 0.83 forward, as much for the gradients of the weights, and 0.60 for those of the
    activations, which the first layer does not need.
    """
    batch = 64
    model, images = lenet5(), torch.rand(batch, 1, 32, 32)
    with FlopCounterMode(display=False) as counter:
        model(images).sum().backward()
    return float(counter.get_total_flops()) / batch


def peak_memory() -> float | None:
    """Gigabytes of this process and its children, each at its own highest; None without /proc.

    Pages that they share are counted once for each.
    """
    if not _PROC.exists():
        return None
    return sum(_highest((_PROC / str(process) / "status").read_text()) for process in _ours()) / 1e9


def watch_other_work() -> Callable[[], float | None]:
    """Start to watch; the answer is the share of all cores that others took since, if it is known.

    What a guest of a virtual machine cannot see, its neighbours, is counted as ours.
    """
    if not _PROC.exists():
        return lambda: None
    start, busy, own = time.perf_counter(), _busy_seconds(), _own_seconds()

    def share() -> float:
        others = (_busy_seconds() - busy) - (_own_seconds() - own)
        return max(0.0, others / (time.perf_counter() - start) / (os.cpu_count() or 1))

    return share


_PROC = Path("/proc")


def _ours() -> list[int]:
    """This process and its living children."""
    return [os.getpid(), *(child.pid for child in multiprocessing.active_children() if child.pid)]


def _highest(status: str) -> int:
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def _busy_seconds() -> float:
    """What all cores together have worked since the machine started."""
    user, nice, system = (_PROC / "stat").read_text().split()[1:4]
    return (int(user) + int(nice) + int(system)) / os.sysconf("SC_CLK_TCK")


def _own_seconds() -> float:
    """What this process and its living children have worked since each started."""
    stats = [(_PROC / str(process) / "stat").read_text() for process in _ours()]
    # the name, which may hold spaces, ends with the last bracket; user and system time follow
    ticks = [stat.rpartition(")")[2].split()[11:13] for stat in stats]
    return sum(int(user) + int(system) for user, system in ticks) / os.sysconf("SC_CLK_TCK")
