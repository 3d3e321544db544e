"""How the time and memory of facility location grow with the number of samples."""

import multiprocessing
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from leanset.coverage.demand import Demand
from leanset.coverage.optimizers import Batched, Task
from leanset.coverage.similarity import Cosine
from leanset.seeds import numpy_generator
from leanset.selectors import Materials, parse_selector
from leanset.selectors.base import MEMORY
from tests.benchmarks.coverage import WIDTH, features
from tests.benchmarks.figure import Benchmark, Figure
from tests.benchmarks.machine import peak_memory
from tests.benchmarks.workload import REPOSITORY

SIZES = (5_000, 10_000, 20_000, 40_000)
_SHARE = 0.1
_MANY, _FEW = 200_000, 2_000
_NOISE = 0.1

FIGURE = REPOSITORY / "data" / "facility_location_growth.svg"


def growth() -> Iterator[Figure]:
    """A tenth of N digits, of all classes together, within the usual memory limit."""
    points = numpy_generator(0).permutation(features())
    _select(points[:1_000], 100)
    seconds = []
    for size in SIZES:
        seconds.append(_select(points[:size], round(_SHARE * size)))
        expected = _demand(size, round(_SHARE * size)).seconds()
        yield Figure(
            f"facility_location_{size // 1000}k", seconds[-1], "s", f"{expected:.1f} s expected"
        )
    exponent = float(np.polyfit(np.log(SIZES), np.log(seconds), 1)[0])
    _draw(seconds, exponent, FIGURE)
    yield Figure(
        "facility_location_growth", exponent, "exponent", "seconds against N, keeping N / 10"
    )


def many() -> Iterator[Figure]:
    """1 % of 200,000 points, digits with some noise on them, in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        seconds, before, peak = pool.apply(_many)
    demand = _demand(_MANY, _FEW)
    expected = f"{demand.seconds():.0f} s and {demand.memory / 1e9:.1f} GB expected"
    yield Figure("facility_location_200k", seconds, "s", f"{_FEW:,} of {_MANY:,}; {expected}")
    yield Figure(
        "facility_location_200k_peak", peak, "GB", f"of it {before:.2f} GB before the selection"
    )


def _many() -> tuple[float, float, float]:
    digits, rng = features(), numpy_generator(0)
    points = digits[rng.integers(len(digits), size=_MANY)]
    points += _NOISE * digits.std() * rng.standard_normal(points.shape, dtype=np.float32)
    before = peak_memory() or float("nan")
    return _select(points, _FEW), before, peak_memory() or float("nan")


def _select(points: NDArray[np.float32], keep: int) -> float:
    rule = parse_selector({"method": "facility_location", "embedding": "digits", "balance": "none"})
    materials = Materials(np.zeros(len(points), dtype=np.int64), embeddings={"digits": points})
    start = time.perf_counter()
    rule.select(keep, materials, numpy_generator(0))
    return time.perf_counter() - start


def _demand(points: int, keep: int) -> Demand:
    return Batched().demand(Task(Cosine, points, WIDTH, keep, MEMORY))


def _draw(seconds: list[float], exponent: float, path: Path) -> None:
    """Seconds against N, both on logarithmic axes."""
    from matplotlib.figure import Figure as Drawing

    drawing = Drawing(figsize=(6, 4), layout="constrained")
    axes = drawing.subplots()
    axes.loglog(SIZES, seconds, "o-", color="#0072b2")
    axes.set_xticks(SIZES, [f"{size:,}" for size in SIZES], minor=False)
    axes.set_xticks([], minor=True)
    axes.set_xlabel("samples, a tenth of which is kept")
    axes.set_ylabel("seconds")
    axes.set_title(f"Facility location over all classes: N to the power of {exponent:.2f}")
    axes.grid(visible=True, alpha=0.3)
    path.parent.mkdir(exist_ok=True)
    drawing.savefig(path, metadata={"Date": None})


GROWTH = Benchmark(
    (*(f"facility_location_{size // 1000}k" for size in SIZES), "facility_location_growth"), growth
)
MANY = Benchmark(("facility_location_200k", "facility_location_200k_peak"), many)
