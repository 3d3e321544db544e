"""What coverage means, written out plainly and in double precision."""

from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from leanset.coverage.facility_location import FacilityLocation
from leanset.coverage.similarity import SIMILARITIES, Similarity, SimilarityName

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

NAMES: list[SimilarityName] = ["cosine", "euclidean"]

ROOMY = 10**8
"""Bytes that hold all pairs of a test."""

NARROW = 1
"""Bytes that make a block a single row."""

GRID = st.tuples(st.integers(1, 10), st.integers(1, 3)).flatmap(
    lambda shape: arrays(np.float32, shape, elements=st.integers(-3, 3).map(float))
)
"""Up to ten points on a small grid: some are copies, some are zero, and most ties are exact."""

MEMORIES = st.one_of(st.just(ROOMY), st.integers(1, 1000))


def normal(points: int, width: int, seed: int = 0) -> Floats:
    """Points no two of which tie."""
    return np.random.default_rng(seed).normal(size=(points, width)).astype(np.float32)


def clustered(points: int, clusters: int, width: int = 8, seed: int = 0) -> Floats:
    """Points of which few are similar to each, once every cluster has one chosen."""
    rng = np.random.default_rng(seed)
    centres = 10 * rng.normal(size=(clusters, width))
    places = centres[np.arange(points) % clusters] + rng.normal(size=(points, width))
    return places.astype(np.float32)


def similarity_of(name: SimilarityName, points: Floats, memory: int = ROOMY) -> Similarity:
    return SIMILARITIES[name](points, memory)


def objective_of(name: SimilarityName, points: Floats, memory: int = ROOMY) -> FacilityLocation:
    return FacilityLocation(similarity_of(name, points, memory))


def matrix_of(name: SimilarityName, points: Floats) -> Doubles:
    """All similarities by their formulas, ``[N, N]``."""
    places = points.astype(np.float64)
    if name == "euclidean":
        return -np.sqrt(((places[:, np.newaxis] - places) ** 2).sum(axis=2))
    lengths = np.sqrt((places**2).sum(axis=1))
    cosines = np.zeros((len(points), len(points)))
    some = lengths > 0
    cosines[np.ix_(some, some)] = places[some] @ places[some].T
    cosines[np.ix_(some, some)] /= lengths[some, np.newaxis] * lengths[some]
    return (1 + cosines) / 2


def covered_by(matrix: Doubles, floor: float, chosen: Sequence[int]) -> float:
    """f(S) = Σᵢ max_{j ∈ S} s_ij, less f(∅) = N · floor."""
    return float(sum(max([row[j] for j in chosen], default=floor) - floor for row in matrix))


def tolerance(matrix: Doubles, floor: float) -> float:
    """What single precision may do to a gain: of the greatest there could be, a millionth."""
    return 1e-6 * max(1.0, float((matrix - floor).sum(axis=1).max()))


def plain_greedy(value: Callable[[list[int]], float], points: int, keep: int) -> list[int]:
    """Time and again the point that makes the value the greatest."""
    chosen: list[int] = []
    for _ in range(keep):
        left = [point for point in range(points) if point not in chosen]
        chosen.append(max(left, key=lambda point: value([*chosen, point])))
    return chosen


def regrets(value: Callable[[list[int]], float], points: int, chosen: Sequence[int]) -> list[float]:
    """By how much each choice gained less than the best that there was then."""
    lost = []
    for place, point in enumerate(chosen):
        before = list(chosen[:place])
        best = max(value([*before, other]) for other in range(points) if other not in before)
        lost.append(best - value([*before, point]))
    return lost


def best_of_all(value: Callable[[list[int]], float], points: int, keep: int) -> float:
    """The greatest value of so many points, by trying all sets of them."""
    return max(value(list(chosen)) for chosen in combinations(range(points), keep))


def losses_and_leads(
    matrix: Doubles, floor: float, chosen: Sequence[int]
) -> tuple[Doubles, Doubles]:
    """Of each choice of facility location, how it compares with the plain greedy's.

    Returns:
        By how much it gained less than the best there was, and by how much that gained more than
        the second best; where one tops the other within rounding, either may be chosen. So do two
        points that are each other's nearest and that no third one gains by: both gain the same.
    """
    level, losses, leads = np.full(len(matrix), floor), [], []
    for place, point in enumerate(chosen):
        gains = np.maximum(matrix - level[:, np.newaxis], 0).sum(axis=0)
        gains[list(chosen[:place])] = -np.inf
        second, best = np.sort(gains)[-2:]
        losses.append(best - gains[point])
        leads.append(best - second)
        level = np.maximum(level, matrix[point])
    return np.array(losses), np.array(leads)


def assert_greedy(name: SimilarityName, points: Floats, chosen: Sequence[int]) -> None:
    """Each choice is the plain greedy's, and mostly there is but one."""
    matrix, floor = matrix_of(name, points), similarity_of(name, points).floor
    losses, leads = losses_and_leads(matrix, floor, chosen)
    within = tolerance(matrix, floor)
    assert losses.max() <= within
    assert (losses[leads > within] == 0).all()
    assert np.count_nonzero(leads > within) > len(chosen) / 2
