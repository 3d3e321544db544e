"""The engine on two cores, beside plain PyTorch on the same two.

The workload is the mixed cells of R1: random subsets of 600, 3,000 and 6,000 of MNIST's training
images, five epochs each, and the 10,000 test images once. Times are wall seconds for a run of that
mixture. Outside of the clock, for all but the DataLoader: starting processes and preparing the
images, which is done once. What is said of accuracy is the mean at each of the three sizes.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median

import torch

from leanset.images import ImageSet
from leanset.training import RunResult
from tests.benchmarks import engine
from tests.benchmarks.baselines import dataloader, tight_loop, two_processes
from tests.benchmarks.engine_cpu import CORES, SETTINGS, warm_up
from tests.benchmarks.figure import Benchmark, Figure
from tests.benchmarks.machine import lenet5_training_flops, peak_flops, watch_other_work
from tests.benchmarks.timing import Timed, described, timed
from tests.benchmarks.workload import Run, mnist, on_disk, random_runs

_SIZES = (6000, 3000, 600)
_ROUNDS = 3


@dataclass(frozen=True)
class _Round:
    """One timing of each contender, close together because a machine's speed drifts."""

    engine: Timed
    two_processes: Timed
    tight_loop: Timed
    images_per_second: float
    peak_flops: float
    other_work: float | None


@dataclass(frozen=True)
class _Contenders:
    """All that are compared, ready to train.

    Those that train one run after another get one run of each size, those that train two at a
    time get two.
    """

    images: ImageSet
    loader_splits: tuple[dataloader.ResizedImages, dataloader.ResizedImages]
    prepared: tight_loop.Prepared
    processes: two_processes.TwoProcesses

    def round(self, seed: int) -> _Round:
        two_each = self._two_of_each_size(seed)
        one_each = two_each[::2]
        trained: list[RunResult] = []

        def by_engine(runs: Sequence[Run]) -> list[float]:
            trained.extend(engine.results(self.images, runs, SETTINGS))
            return engine.accuracies(self.images, trained)

        other_work = watch_other_work()
        by_engine_timed = timed(two_each, by_engine)
        seconds_train = sum(result.seconds_train for result in trained) / CORES
        return _Round(
            by_engine_timed,
            timed(two_each, self._by_two_processes),
            timed(one_each, self._by_tight_loop),
            sum(result.samples_seen for result in trained) / seconds_train,
            peak_flops(),
            other_work(),
        )

    def by_dataloader(self, seed: int) -> Timed:
        return timed(
            self._two_of_each_size(seed)[::2],
            lambda runs: [
                dataloader.train_and_evaluate(*self.loader_splits, run.indices, run.seed)
                for run in runs
            ],
        )

    def _by_two_processes(self, runs: Sequence[Run]) -> list[float]:
        return self.processes.train_and_evaluate([(run.indices, run.seed) for run in runs])

    def _by_tight_loop(self, runs: Sequence[Run]) -> list[float]:
        return [tight_loop.train_and_evaluate(self.prepared, run.indices, run.seed) for run in runs]

    def _two_of_each_size(self, seed: int) -> list[Run]:
        # alike in pairs, so that dealt out by turns every process gets the same work
        sizes = [size for size in _SIZES for _ in range(2)]
        return random_runs(sizes, len(self.images.train), seed)


@contextmanager
def _contenders() -> Iterator[_Contenders]:
    with on_disk(mnist()) as images:
        train, test = images.train, images.test
        loader_splits = (
            dataloader.ResizedImages(train.images, train.labels, dataloader.TRAIN_STATISTICS),
            dataloader.ResizedImages(test.images, test.labels, dataloader.TEST_STATISTICS),
        )
        prepared = tight_loop.prepare(train.images, train.labels, test.images, test.labels)
        with two_processes.started(prepared) as processes:
            warm_up(images)
            yield _Contenders(images, loader_splits, prepared, processes)


def comparison() -> Iterator[Figure]:
    """Ratios to the three baselines, and what the engine makes of the machine."""
    torch.set_num_threads(CORES)
    with _contenders() as contenders:
        rounds = [contenders.round(seed) for seed in range(_ROUNDS)]
        loader = contenders.by_dataloader(seed=_ROUNDS)
    ours = [each.engine for each in rounds]
    # too slow to be part of every round
    yield _ratio("dataloader", "DataLoader", ours, [loader] * _ROUNDS, "timed once")
    yield _ratio("tight_loop", "tight loop", ours, [each.tight_loop for each in rounds])
    yield _ratio("two_processes", "two processes", ours, [each.two_processes for each in rounds])
    yield from _rates(rounds)
    yield _disturbance(rounds)


def _ratio(
    baseline: str, words: str, ours: Sequence[Timed], theirs: Sequence[Timed], remark: str = ""
) -> Figure:
    ratios = [
        other.seconds_per_run / own.seconds_per_run for other, own in zip(theirs, ours, strict=True)
    ]
    listed = ", ".join(f"{ratio:.2f}" for ratio in ratios)
    detail = f"{described('engine', ours)}; {described(words, theirs)}"
    remark = remark or f"median of {listed}"
    return Figure(f"engine_cpu_vs_{baseline}", median(ratios), "x", f"{detail}; {remark}")


def _rates(rounds: Sequence[_Round]) -> Iterator[Figure]:
    yield Figure(
        "engine_cpu_images_per_second",
        median(each.images_per_second for each in rounds),
        "images/s",
        f"trained on by {CORES} workers together, the time of evaluation left out",
    )
    flops = lenet5_training_flops()
    peak = median(each.peak_flops for each in rounds)
    yield Figure(
        "engine_cpu_peak_share",
        100 * median(flops * each.images_per_second / each.peak_flops for each in rounds),
        "%",
        f"{flops / 1e6:.2f} MFLOP an image; a float32 product reaches {peak / 1e9:.0f} GFLOP/s",
    )


def _disturbance(rounds: Sequence[_Round]) -> Figure:
    shares = [100 * each.other_work for each in rounds if each.other_work is not None]
    return Figure(
        "engine_cpu_other_work",
        median(shares) if shares else None,
        "%",
        "of the machine went to other processes; above a few percent, measure again. Rounds: "
        + ", ".join(f"{share:.0f}" for share in shares),
    )


COMPARISON = Benchmark(
    (
        "engine_cpu_vs_dataloader",
        "engine_cpu_vs_tight_loop",
        "engine_cpu_vs_two_processes",
        "engine_cpu_images_per_second",
        "engine_cpu_peak_share",
        "engine_cpu_other_work",
    ),
    comparison,
)
