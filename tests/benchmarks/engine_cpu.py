"""The engine alone on two cores: how it starts, what memory it takes, how its time grows."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from leanset.images import ImageSet, Split
from tests.benchmarks import engine
from tests.benchmarks.figure import Benchmark, Figure
from tests.benchmarks.machine import peak_memory
from tests.benchmarks.workload import R1, mnist, on_disk, random_runs

CORES = 2
SETTINGS = engine.settings("cpu", workers=CORES)

_LARGEST = 6000
_COUNTS = {1: "1_run", 10: "10_runs", 100: "100_runs"}
_TEST_IMAGES = 1000
_ONE_EPOCH = R1.model_copy(update={"epochs": 1})


def start() -> Iterator[Figure]:
    """The first call of all, and the memory that one of the longest runs on each core takes."""
    with on_disk(mnist()) as images:
        yield Figure(
            "engine_cpu_start_up", warm_up(images), "s", "once: workers start and prepare images"
        )
        _train(images, [_LARGEST] * CORES)
        yield Figure("engine_cpu_peak_memory", peak_memory(), "GB", f"parent and {CORES} workers")


def growth() -> Iterator[Figure]:
    """How time grows with the number of runs."""
    mnist_set = mnist()
    test = mnist_set.test
    few = Split.whole(test.images[:_TEST_IMAGES], test.labels[:_TEST_IMAGES])
    with on_disk(replace(mnist_set, test=few)) as images:
        warm_up(images)
        for count, counted in _COUNTS.items():
            seconds = _train(images, [600] * count)
            detail = f"600 samples, 1 epoch, {_TEST_IMAGES} test images"
            yield Figure(f"engine_cpu_seconds_{counted}", seconds, "s", detail)


def warm_up(images: ImageSet) -> float:
    """Seconds of a few short runs, after which every worker is up and has its images ready."""
    return _train(images, [600] * 2 * CORES)


def _train(images: ImageSet, sizes: Sequence[int]) -> float:
    runs = random_runs(sizes, len(images.train), seed=0)
    begin = time.perf_counter()
    engine.results(images, runs, SETTINGS, _ONE_EPOCH)
    return time.perf_counter() - begin


START = Benchmark(("engine_cpu_start_up", "engine_cpu_peak_memory"), start)
GROWTH = Benchmark(tuple(f"engine_cpu_seconds_{counted}" for counted in _COUNTS.values()), growth)
