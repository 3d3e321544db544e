"""Where the time of one training step goes on one thread."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

import numpy as np
import torch

from leanset.kernels.block import FusedBlock
from leanset.kernels.dense import Dense
from leanset.models import build_model
from leanset.seeds import torch_generator
from leanset.training import Job
from leanset.training.batches import Batch
from leanset.training.flat import FlatParameters
from leanset.training.loop import TrainingLoop
from leanset.training.prepared import PreparedImages, prepare
from tests.benchmarks.figure import Benchmark, Figure
from tests.benchmarks.workload import R1, mnist

_STEPS = 200
_REPEATS = 5

_PARTS: dict[str, tuple[tuple[Any, str], ...]] = {
    "convolution blocks forward": ((FusedBlock, "forward"),),
    "convolution blocks backward": ((FusedBlock, "backward"),),
    "linear layers forward": ((Dense, "forward"),),
    "linear layers backward": ((Dense, "backward"),),
    "gathering pixels": ((Batch, "pixels"),),
    "optimiser": ((FlatParameters, "gather_gradients"), (torch.optim.Adam, "step")),
}
_REST = "packing, loss, autograd, Python"


def step() -> Iterator[Figure]:
    """A LeNet-5 step of 64 images, the parts of its fastest repeat in percent."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    images = prepare(mnist(), 32, torch.device("cpu"))
    whole, parts = min((_repeat(images) for _ in range(_REPEATS)), key=lambda repeat: repeat[0])
    torch.set_num_threads(threads)
    parts[_REST] = whole - sum(parts.values())
    shares = ", ".join(f"{part} {100 * parts[part] / whole:.0f} %" for part in [*_PARTS, _REST])
    yield Figure("engine_cpu_step", 1000 * whole / _STEPS, "ms", shares)


def _repeat(images: PreparedImages) -> tuple[float, dict[str, float]]:
    """Seconds of an epoch of ``_STEPS``, and of each part of it."""
    recipe = R1.model_copy(update={"epochs": 1})
    job = Job("step", np.arange(_STEPS * recipe.batch_size), recipe, training_seed=0)
    generator = torch_generator(job.training_seed)
    loop = TrainingLoop(
        build_model(recipe.model, images.shape, images.classes, generator), images, job, generator
    )
    with _clocks() as parts:
        start = time.perf_counter()
        loop.run()
        return time.perf_counter() - start, parts


@contextmanager
def _clocks() -> Iterator[dict[str, float]]:
    """Let every part add up its seconds."""
    seconds: dict[str, float] = defaultdict(float)
    with ExitStack() as patches:
        for part, methods in _PARTS.items():
            for owner, name in methods:
                clocked = _clocked(getattr(owner, name), part, seconds)
                patches.enter_context(patch.object(owner, name, clocked))
        yield seconds


def _clocked(
    method: Callable[..., Any], part: str, seconds: dict[str, float]
) -> Callable[..., Any]:
    def clocked(*arguments: Any, **named: Any) -> Any:
        start = time.perf_counter()
        try:
            return method(*arguments, **named)
        finally:
            seconds[part] += time.perf_counter() - start

    return clocked


STEP = Benchmark(("engine_cpu_step",), step)
