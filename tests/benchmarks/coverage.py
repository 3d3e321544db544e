"""Coverage against the packages that people use for it, on the same digits."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leanset.coverage.facility_location import FacilityLocation
from leanset.coverage.optimizers import Batched, Lazy, Optimizer, Stochastic
from leanset.coverage.similarity import Cosine
from leanset.embeddings import parse_embedding
from leanset.seeds import numpy_generator
from leanset.selectors import Materials, parse_selector
from leanset.selectors.base import MEMORY
from tests.benchmarks.baselines.plain_greedy import plain_greedy
from tests.benchmarks.figure import Benchmark, Figure
from tests.benchmarks.workload import mnist

SAMPLES, WIDTH, KEEP = 6_000, 64, 600
_CLASS = 1
_REPEATS = 3
_CENTRES = 600


@dataclass(frozen=True)
class Timed:
    """Seconds of a choice, and what it covers."""

    seconds: float
    value: float


@cache
def features() -> NDArray[np.float32]:
    """All training digits, ``float32 [60000, 64]``: their first principal components."""
    pca = parse_embedding({"method": "pca", "components": WIDTH})
    return pca.embed(mnist().train.images)  # type: ignore[union-attr]


def facility_location() -> Iterator[Figure]:
    """600 of 6,000 ones, exactly greedy by everyone; the others are given all similarities."""
    points = features()[np.flatnonzero(mnist().train.labels == _CLASS)[:SAMPLES]]
    similarity = _similarity(points)
    ours = _best_of(_REPEATS, lambda: _chosen(points, Batched()), similarity)
    plain = _best_of(2, lambda: plain_greedy(similarity, KEEP), similarity)
    yield Figure(
        "facility_location", ours.seconds, "s", f"{KEEP} of {SAMPLES:,}, with similarities"
    )
    yield _against("plain_greedy", plain, ours)
    for name, optimizer in (("lazy", Lazy(name="lazy")), ("stochastic", _STOCHASTIC)):
        timed = _best_of(1, partial(_chosen, points, optimizer), similarity)
        yield _against(name, timed, ours)
    yield from _against_peers(similarity, ours)


def _against_peers(similarity: NDArray[np.float32], ours: Timed) -> Iterator[Figure]:
    for name, ways in _PEERS.items():
        if find_spec(name) is None:
            yield Figure(f"facility_location_vs_{name}", None, "x", f"{name} is not installed")
            continue
        timed = []
        for choose in ways:
            choose(similarity[:200, :200].copy(), 20)  # what it compiles or imports when needed
            timed.append(_best_of(1, partial(choose, similarity, KEEP), similarity))
        yield _against(name, min(timed, key=lambda way: way.seconds), ours)


def _apricot(similarity: NDArray[np.float32], keep: int, optimizer: str) -> NDArray[np.int64]:
    from apricot import FacilityLocationSelection

    rule = FacilityLocationSelection(keep, metric="precomputed", optimizer=optimizer)
    return np.asarray(rule.fit(similarity.astype(np.float64)).ranking)


def _submodlib(similarity: NDArray[np.float32], keep: int) -> NDArray[np.int64]:
    from submodlib import FacilityLocationFunction

    function = FacilityLocationFunction(
        n=len(similarity), mode="dense", sijs=similarity, separate_rep=False
    )
    chosen = function.maximize(budget=keep, optimizer="LazyGreedy", show_progress=False)
    return np.array([point for point, _ in chosen])


_PEERS: dict[str, tuple[Callable[..., NDArray[np.int64]], ...]] = {
    "apricot": (partial(_apricot, optimizer="lazy"), partial(_apricot, optimizer="two-stage")),
    "submodlib": (_submodlib,),
}
"""The exact optimisers of the packages; the fastest of each counts."""


def k_center() -> Iterator[Figure]:
    """600 of all digits, the furthest first, from the same first one."""
    points = features()
    rule = parse_selector({"method": "k_center", "embedding": "pixels"})
    materials = Materials(mnist().train.labels, embeddings={"pixels": points})
    rule.select(10, materials, numpy_generator(0))
    ours = min(
        _seconds(lambda: rule.select(_CENTRES, materials, numpy_generator(0)))
        for _ in range(_REPEATS)
    )
    detail = f"{_CENTRES} of {len(points):,} points of {WIDTH} numbers"
    yield Figure("k_center", ours, "s", detail)
    if find_spec("fpsample") is None:
        yield Figure("k_center_vs_fpsample", None, "x", "fpsample is not installed")
        return
    import fpsample

    theirs = min(
        _seconds(lambda: fpsample.fps_sampling(points, _CENTRES, start_idx=0))
        for _ in range(_REPEATS)
    )
    yield Figure("k_center_vs_fpsample", theirs / ours, "x", f"fps_sampling, {theirs:.2f} s")


def _chosen(points: NDArray[np.float32], optimizer: Optimizer) -> NDArray[np.int64]:
    objective = FacilityLocation(Cosine(points, MEMORY))
    return optimizer.maximise(objective, KEEP, MEMORY, numpy_generator(0)).chosen


def _similarity(points: NDArray[np.float32]) -> NDArray[np.float32]:
    every = np.arange(len(points))
    return next(Cosine(points, MEMORY).blocks(every)).values.copy()


def _best_of(
    repeats: int, choose: Callable[[], NDArray[np.int64]], similarity: NDArray[np.float32]
) -> Timed:
    seconds, chosen = [], np.empty(0, dtype=np.int64)
    for _ in range(repeats):
        start = time.perf_counter()
        chosen = choose()
        seconds.append(time.perf_counter() - start)
    return Timed(min(seconds), float(similarity[chosen].max(axis=0).sum(dtype=np.float64)))


def _against(name: str, other: Timed, ours: Timed) -> Figure:
    detail = f"{other.seconds:.2f} s; ours covers {ours.value / other.value:.6f} of what it does"
    return Figure(f"facility_location_vs_{name}", other.seconds / ours.seconds, "x", detail)


def _seconds(task: Callable[[], Any]) -> float:
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


_STOCHASTIC = Stochastic(name="stochastic", epsilon=0.1)

FACILITY_LOCATION = Benchmark(
    (
        "facility_location",
        "facility_location_vs_plain_greedy",
        "facility_location_vs_lazy",
        "facility_location_vs_stochastic",
        "facility_location_vs_apricot",
        "facility_location_vs_submodlib",
    ),
    facility_location,
)
K_CENTER = Benchmark(("k_center", "k_center_vs_fpsample"), k_center)
