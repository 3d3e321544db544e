"""The engine on a GPU, beside the tight loop on the same GPU.

The tight loop trains one run after another, so its time is that of one run of each size times the
number of runs of that size.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import torch

from leanset.images import ImageSet, Split
from leanset.models import input_size
from leanset.training import Job, Recipe
from leanset.training.prepared import prepare
from leanset.training.stack.scheduler import train_stacked
from tests.benchmarks import engine
from tests.benchmarks.baselines import tight_loop
from tests.benchmarks.figure import Benchmark, Figure
from tests.benchmarks.timing import Timed, accuracy_by_size, timed
from tests.benchmarks.workload import R1, Run, mnist, random_runs

_DEVICE = "cuda"

_R1_GRID = Counter({60: 35, 600: 35, 1200: 35, 3000: 35, 6000: 35, 30000: 35, 60000: 5})
"""Runs of each size: seven rules at six sizes and the full set, five times each."""

_HUNDRED = Counter({6000: 100})

_RESNET9 = {
    "model": "resnet9",
    "optimizer": {
        "name": "sgd",
        "learning_rate": 0.4,
        "momentum": 0.9,
        "nesterov": True,
        "weight_decay": 5e-4,
    },
    "schedule": {"name": "one_cycle"},
    "batch_size": 512,
    "epochs": 10,
    "label_smoothing": 0.1,
    "augmentation": {"flip": True, "crop_padding": 4},
}
_RESNET9_RUNS = 3


def r1_grid() -> Iterator[Figure]:
    """The whole grid of the source experiment, handed to the door at once."""
    images = mnist()
    ours, theirs = _timed_engine(images, _R1_GRID), _timed_tight_loop(images, _R1_GRID)
    yield _ratio("engine_gpu_vs_tight_loop", ours, theirs, _R1_GRID)
    yield Figure(
        "engine_gpu_r1_grid", ours.seconds, "s", f"{_R1_GRID.total()} runs, evaluation included"
    )
    captures = _captures(images, _R1_GRID)
    yield Figure("engine_gpu_capture", sum(captures), "s", f"of these, {len(captures)} captures")


def hundred_runs() -> Iterator[Figure]:
    """A hundred runs of one size."""
    images = mnist()
    ours, theirs = _timed_engine(images, _HUNDRED), _timed_tight_loop(images, _HUNDRED)
    yield _ratio("engine_gpu_100_runs_6000_vs_tight_loop", ours, theirs, _HUNDRED)


def resnet9() -> Iterator[Figure]:
    """Runs on all of an image set as large as CIFAR-10. Noise takes as long as photographs do."""
    images = _noise(train=50_000, test=10_000)
    recipe = Recipe.model_validate(_RESNET9)
    everything = len(images.train)
    _by_engine(images, recipe)(random_runs([everything], everything, seed=1))
    runs = random_runs([everything] * _RESNET9_RUNS, everything, seed=0)
    measured = timed(runs, _by_engine(images, recipe))
    yield Figure(
        "engine_gpu_resnet9_runs_per_minute",
        60 / measured.seconds_per_run,
        "runs/min",
        f"{everything:,} images, {recipe.epochs} epochs, {measured.seconds_per_run:.2f} s a run",
    )


def _timed_engine(images: ImageSet, runs_of: Mapping[int, int]) -> Timed:
    """All the runs at once, after one short run has woken the device."""
    train = _by_engine(images, R1)
    train(random_runs([600], len(images.train), seed=1))
    sizes = [size for size, count in runs_of.items() for _ in range(count)]
    return timed(random_runs(sizes, len(images.train), seed=0), train)


def _captures(images: ImageSet, runs_of: Mapping[int, int]) -> list[float]:
    """Seconds of each capture of a step, from a stack that is given the runs again."""
    device = torch.device(_DEVICE)
    prepared = prepare(images, input_size(R1.model), device)
    sizes = [size for size, count in runs_of.items() for _ in range(count)]
    runs = random_runs(sizes, len(images.train), seed=0)
    jobs = [Job(str(number), run.indices, R1, run.seed) for number, run in enumerate(runs)]
    captures: list[float] = []
    for _ in train_stacked(lambda _: prepared, jobs, device, "auto", captures.append):
        pass
    return captures


def _by_engine(images: ImageSet, recipe: Recipe) -> Callable[[Sequence[Run]], list[float]]:
    def train(runs: Sequence[Run]) -> list[float]:
        results = engine.results(images, runs, engine.settings(_DEVICE), recipe)
        return engine.accuracies(images, results)

    return train


def _timed_tight_loop(images: ImageSet, runs_of: Mapping[int, int]) -> list[Timed]:
    """One run of each size, after one that has woken the device."""
    train, test = images.train, images.test
    data = tight_loop.prepare(train.images, train.labels, test.images, test.labels).to(_DEVICE)

    def one_after_another(runs: Sequence[Run]) -> list[float]:
        return [tight_loop.train_and_evaluate(data, run.indices, run.seed) for run in runs]

    one_after_another(random_runs([600], len(train), seed=1))
    one_of_each_size = random_runs(list(runs_of), len(train), seed=0)
    return [timed([run], one_after_another) for run in one_of_each_size]


def _ratio(name: str, ours: Timed, theirs: Sequence[Timed], runs_of: Mapping[int, int]) -> Figure:
    seconds = sum(
        each.seconds * count for each, count in zip(theirs, runs_of.values(), strict=True)
    )
    detail = (
        f"engine {ours.seconds:.1f} s, {accuracy_by_size([ours])}; "
        f"tight loop {seconds:.1f} s, {accuracy_by_size(theirs)}, from one run of each size"
    )
    return Figure(name, seconds / ours.seconds, "x", detail)


def _noise(train: int, test: int) -> ImageSet:
    rng = np.random.default_rng(0)
    splits = (
        Split.whole(
            rng.integers(0, 256, (samples, 3, 32, 32), dtype=np.uint8),
            rng.integers(0, 10, samples),
        )
        for samples in (train, test)
    )
    return ImageSet("noise", tuple("0123456789"), *splits)


def _on_gpu(measure: Callable[[], Iterator[Figure]], **units: str) -> Benchmark:
    """A benchmark whose figures, named with their units, are not measured without a GPU."""

    def measured_if_there_is_one() -> Iterator[Figure]:
        if torch.cuda.is_available():
            yield from measure()
        else:
            yield from (Figure(name, None, unit, "no GPU") for name, unit in units.items())

    return Benchmark(tuple(units), measured_if_there_is_one)


R1_GRID = _on_gpu(
    r1_grid, engine_gpu_vs_tight_loop="x", engine_gpu_r1_grid="s", engine_gpu_capture="s"
)
HUNDRED_RUNS = _on_gpu(hundred_runs, engine_gpu_100_runs_6000_vs_tight_loop="x")
RESNET9 = _on_gpu(resnet9, engine_gpu_resnet9_runs_per_minute="runs/min")
