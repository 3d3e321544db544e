"""What it takes to score all of MNIST from a training log of ten proxies and ten epochs."""

import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import cross_entropy

from leanset.models import build_model
from leanset.models.base import Network
from leanset.scores import METHODS, LogScore, parse_score
from leanset.scores.scoring import score_log
from leanset.seeds import numpy_generator, torch_generator
from leanset.training.log import TrainingLog
from leanset.training.log.gradients import gradient_norms
from tests.benchmarks.figure import Benchmark, Figure
from tests.benchmarks.machine import peak_memory
from tests.benchmarks.workload import mnist

PROXIES = EPOCHS = 10
SAMPLES, CLASSES, FEATURES = 60_000, 10, 84
_GRADIENTS, _REPEATS = 1_000, 3

ALL = {
    name: parse_score({"method": name, "log": "made_up"})
    for name, score in METHODS.items()
    if issubclass(score, LogScore)
}
"""Every score that is read from a training log."""


def scores_from_log() -> Iterator[Figure]:
    """Every score, one after another in one process, from a log on disk.

    Its logits are made up: what they are makes no difference to the time.
    """
    with tempfile.TemporaryDirectory() as folder:
        _write_log(Path(folder))
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            seconds, memory = pool.apply(_measured, (folder,))
    slowest = sorted(seconds, key=lambda name: seconds[name], reverse=True)[:3]
    detail = ", ".join(f"{name} {seconds[name]:.2f}" for name in slowest)
    total = sum(seconds.values())
    yield Figure("scores_from_log", total, "s", f"{len(seconds)} scores; the slowest: {detail}")
    yield Figure("scores_from_log_peak_memory", memory, "GB", "with the pages of the log it read")


def gradients() -> Iterator[Figure]:
    """GraNd, which takes passes of its own: all gradients by torch.func, or one after another."""
    train = mnist().train
    pixels = torch.from_numpy(train.images[:_GRADIENTS].copy()).float().div(255)
    pixels = torch.nn.functional.pad(pixels, (2, 2, 2, 2))
    labels = torch.from_numpy(train.labels[:_GRADIENTS].copy())
    model = build_model("lenet5", (1, 32, 32), CLASSES, torch_generator(0)).eval()
    ours, theirs = (
        min(_timed(norms, model, pixels, labels) for _ in range(_REPEATS))
        for norms in (gradient_norms, _one_by_one)
    )
    yield Figure("grand_gradients", _GRADIENTS / ours, "samples/s", "LeNet-5, two threads")
    yield Figure("grand_vs_backward_loop", theirs / ours, "x", "one backward pass a sample")


def _write_log(folder: Path) -> None:
    """The arrays of a log, from seeded noise."""
    rng = numpy_generator(0)
    np.save(folder / "labels.npy", rng.integers(CLASSES, size=SAMPLES))
    np.save(folder / "fold.npy", rng.integers(PROXIES, size=SAMPLES))
    for name, (dtype, shape) in {
        "logits": (np.float16, (PROXIES, EPOCHS, SAMPLES, CLASSES)),
        "features": (np.float32, (PROXIES, 1, SAMPLES, FEATURES)),
        "errors": (np.float32, (PROXIES, 1, SAMPLES, CLASSES)),
        "gradient_norms": (np.float32, (PROXIES, 1, SAMPLES)),
    }.items():
        array = np.lib.format.open_memmap(f"{folder}/{name}.npy", "w+", dtype, shape)
        for row in array:
            row[:] = 4 * rng.standard_normal(row.shape, dtype=np.float32)


def _measured(folder: str) -> tuple[dict[str, float], float | None]:
    """Seconds of each score, and the memory of this process at its highest."""
    log = _log(Path(folder), SAMPLES)
    for name, score in ALL.items():  # what is imported when it is first needed
        score_log(_log(Path(folder), 100), score, name)
    seconds = {}
    for name, score in ALL.items():
        start = time.perf_counter()
        score_log(log, score, name)
        seconds[name] = time.perf_counter() - start
    return seconds, peak_memory()


def _log(folder: Path, samples: int) -> TrainingLog:
    """The first samples of the log."""
    arrays: dict[str, NDArray[Any]] = {
        file.stem: np.load(file, mmap_mode="r") for file in folder.glob("*.npy")
    }
    labels, fold = arrays.pop("labels")[:samples], arrays.pop("fold")[:samples]
    rows = {name: array[:, :, :samples] for name, array in arrays.items()}
    return TrainingLog(labels, (EPOCHS,), np.ones(PROXIES), rows, fold)


def _one_by_one(model: Network, pixels: Tensor, labels: Tensor) -> Tensor:
    norms = []
    for image, label in zip(pixels, labels, strict=True):
        loss = cross_entropy(model(image[None]), label[None])
        gradients = torch.autograd.grad(loss, list(model.parameters()))
        norms.append(torch.stack([part.square().sum() for part in gradients]).sum().sqrt())
    return torch.stack(norms)


def _timed(norms: Any, model: Network, pixels: Tensor, labels: Tensor) -> float:
    start = time.perf_counter()
    norms(model, pixels, labels)
    return time.perf_counter() - start


FROM_LOG = Benchmark(("scores_from_log", "scores_from_log_peak_memory"), scores_from_log)
GRADIENTS = Benchmark(("grand_gradients", "grand_vs_backward_loop"), gradients)
