"""Farthest-first traversal: again and again the point that is farthest from all picked before.

Where the distances are a metric, the points picked so far are always centres whose greatest
distance to any point is at most twice the least there can be with so many (Gonzalez 1985, theorem
2.2; the greedy k-center of Sener & Savarese 2018, algorithm 1).

A point's distance to the nearest pick only ever falls, so that an old one is an upper bound. Only
points whose bound is among the highest are compared to the picks that they have not seen, until
they fall below the others; then picks are made among those few, as long as the farthest of them is
not below the bounds of all others. So every pick is what comparing all points to all picks gives.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leanset.coverage.demand import Demand
from leanset.coverage.threads import side_by_side
from leanset.kernels.compiling import compiled
from leanset.kernels.lanes import LANES, load, splat, store

_PACK = 4 * LANES
"""Points side by side, column by column, that are compared to one point at a time."""

_CONTENDERS = 4096
"""Points brought up to date at a time: the more, the fewer rounds, the more often for nothing."""

_PICKED = np.float32(-np.inf)


def farthest_first(
    points: NDArray[np.float32],
    keep: int,
    first: int,
    rng: np.random.Generator,
    partners: NDArray[np.float32] | None = None,
) -> NDArray[np.int64]:
    """Distinct points in the order picked, each the farthest from its nearest pick before.

    The distance of points x and y is the sum of squares (x_j − y_j)², or with partners x' and y'
    that of the products (x_j − y_j)(x'_j − y'_j). Equal points are at equal distances to the bit,
    and of those equally far one is drawn. The result is the same for any number of threads.

    Args:
        points: ``float32 [n, D]``, finite.
        keep: how many to pick, from 1 to n.
        first: the point picked first.
        rng: breaks ties.
        partners: ``float32 [n, D]``, finite, so that no product is negative.

    Returns:
        ``int64 [keep]``.
    """
    columns = points if partners is None else np.hstack([points, partners])
    shift = 0 if partners is None else points.shape[1]
    traversal = _Traversal(np.ascontiguousarray(columns, dtype=np.float32), shift, keep, rng)
    traversal.begin(first)
    while traversal.count < keep:
        traversal.go_on()
    return traversal.picked


def demand_of(size: int, columns: int, keep: float) -> Demand:
    """What picking ``keep`` of ``size`` points with so many columns, with partners', takes.

    The work is what it would be if every point were compared to every pick by a product of
    matrices: the comparisons cost more each, but most points are spared the most of them.
    """
    contenders = min(size, _CONTENDERS)
    bounds = size * (2 * 4 + 6 * 8)
    rows = 4 * columns * (round(keep) + _PACK + contenders + _PACK)
    return Demand(memory=bounds + rows + 8 * round(keep), products=size * keep * columns)


class _Traversal:
    """The picks so far, and what is known of every point's distance to the nearest of them.

    Attributes:
        picked: the picks in order, ``int64 [keep]``, the first ``count`` of them made.
    """

    def __init__(
        self, points: NDArray[np.float32], shift: int, keep: int, rng: np.random.Generator
    ) -> None:
        self.picked = np.zeros(keep, dtype=np.int64)
        self.count = 0
        self._points = points
        self._shift = shift
        # picks that are still to come are infinitely far away
        self._picks = _packs(keep, points.shape[1], np.inf)
        self._bound = np.full(len(points), np.inf, dtype=np.float32)
        self._seen = np.zeros(len(points), dtype=np.int64)
        self._priority = rng.permutation(len(points))

    def begin(self, first: int) -> None:
        """Make the first pick."""
        self.picked[0] = first
        self._picks[0, :, 0] = self._points[first]
        self._bound[first] = _PICKED
        self.count = 1

    def go_on(self) -> None:
        """Make the next picks, or lower the bounds that had the first one waiting."""
        rank = max(0, len(self._bound) - _CONTENDERS)
        highest = np.partition(self._bound, rank)[rank]
        threshold = float(max(highest, np.finfo(np.float32).min))
        members = np.flatnonzero(self._bound >= threshold)
        self._bring_up_to_date(members, threshold)
        members = members[self._bound[members] >= threshold]
        if len(members):
            self._pick_among(self._foremost(members), threshold)

    def _foremost(self, members: NDArray[np.int64]) -> NDArray[np.int64]:
        """The farthest of some points, no more than there is room for, equals by priority."""
        farthest = np.lexsort((self._priority[members], -self._bound[members]))[:_CONTENDERS]
        chosen = members[farthest]
        return chosen[np.argsort(self._priority[chosen])]

    def _bring_up_to_date(self, members: NDArray[np.int64], threshold: float) -> None:
        """Compare points to the picks they have not seen, until they are below the threshold."""

        def lower(first: int, last: int) -> None:
            _lower(
                self._points, self._shift, self._picks, self.count, members[first:last], threshold,
                self._bound, self._seen,
            )  # fmt: skip

        side_by_side(lower, len(members), _PACK * self._points.shape[1])

    def _pick_among(self, members: NDArray[np.int64], threshold: float) -> None:
        """Pick while the farthest of these points is not below the threshold."""
        rows = _packs(len(members), self._points.shape[1], 0)
        for pack, start in zip(rows, range(0, len(members), _PACK), strict=True):
            some = self._points[members[start : start + _PACK]]
            pack[:, : len(some)] = some.T
        bound = np.full(len(rows) * _PACK, _PICKED)
        bound[: len(members)] = self._bound[members]
        self.count = _pick(
            self._points, self._shift, rows, members, threshold, bound,
            self._picks, self.picked, self.count,
        )  # fmt: skip
        self._bound[members] = bound[: len(members)]
        self._seen[members] = self.count


def _packs(count: int, columns: int, filling: float) -> NDArray[np.float32]:
    """Room for points in packs, ``float32 [packs, columns, 64]``, at whole cache lines."""
    shape = -(-count // _PACK), columns, _PACK
    room = np.full(int(np.prod(shape)) + LANES, filling, dtype=np.float32)
    start = -room.ctypes.data // room.itemsize % LANES
    return room[start : start + int(np.prod(shape))].reshape(shape)


@compiled
def _compare(
    points: NDArray[np.float32],
    point: int,
    shift: int,
    packs: NDArray[np.float32],
    pack: int,
    distances: NDArray[np.float32],
) -> None:
    """Write the distances of one point to those of one pack."""
    _, columns, size = packs.shape
    at = pack * columns * size
    a = b = c = d = splat(0)
    if shift == 0:
        for j in range(columns):
            x = splat(points[point, j])
            e, f = load(packs, at) - x, load(packs, at + LANES) - x
            g, h = load(packs, at + 2 * LANES) - x, load(packs, at + 3 * LANES) - x
            a, b, c, d = a + e * e, b + f * f, c + g * g, d + h * h
            at += size
    else:
        for j in range(shift):
            x, y = splat(points[point, j]), splat(points[point, j + shift])
            to = at + shift * size
            a += (load(packs, at) - x) * (load(packs, to) - y)
            b += (load(packs, at + LANES) - x) * (load(packs, to + LANES) - y)
            c += (load(packs, at + 2 * LANES) - x) * (load(packs, to + 2 * LANES) - y)
            d += (load(packs, at + 3 * LANES) - x) * (load(packs, to + 3 * LANES) - y)
            at += size
    store(distances, 0, a)
    store(distances, LANES, b)
    store(distances, 2 * LANES, c)
    store(distances, 3 * LANES, d)


@compiled
def _least(distances: NDArray[np.float32]) -> float:
    """The least of 64 distances, which are overwritten."""
    # halving, unlike a running minimum, is done many at a time
    for lane in range(32):
        distances[lane] = min(distances[lane], distances[lane + 32])
    for lane in range(16):
        distances[lane] = min(distances[lane], distances[lane + 16])
    for lane in range(8):
        distances[lane] = min(distances[lane], distances[lane + 8])
    for lane in range(4):
        distances[lane] = min(distances[lane], distances[lane + 4])
    least: float = min(min(distances[0], distances[1]), min(distances[2], distances[3]))
    return least


@compiled
def _lower(
    points: NDArray[np.float32],
    shift: int,
    picks: NDArray[np.float32],
    count: int,
    members: NDArray[np.int64],
    threshold: float,
    bound: NDArray[np.float32],
    seen: NDArray[np.int64],
) -> None:
    """Lower the bounds of some points by the picks not seen, until below the threshold.

    A pack of picks meets all points before the next one does, so that it stays in the cache.
    """
    distances = np.empty(_PACK, np.float32)
    waiting, left = members.copy(), len(members)
    for pack in range((count + _PACK - 1) // _PACK):
        still = 0
        for place in range(left):
            i = waiting[place]
            if seen[i] < min(count, (pack + 1) * _PACK):
                _compare(points, i, shift, picks, pack, distances)
                bound[i] = min(bound[i], _least(distances))
                seen[i] = min(count, (pack + 1) * _PACK)
            if bound[i] >= threshold:
                waiting[still] = i
                still += 1
        left = still


@compiled
def _pick(
    points: NDArray[np.float32],
    shift: int,
    rows: NDArray[np.float32],
    members: NDArray[np.int64],
    threshold: float,
    bound: NDArray[np.float32],
    picks: NDArray[np.float32],
    picked: NDArray[np.int64],
    count: int,
) -> int:
    """Pick the farthest of some points, the foremost of equals, while not below the threshold.

    Which points they are is in ``members``, their columns in packs are in ``rows``, and their
    distances to the nearest pick, which are changed, in ``bound``. New picks are added to the
    first ``count`` in ``picked``, and to their columns in packs, ``picks``. Returned is how many
    there are then.
    """
    distances = np.empty(_PACK, np.float32)
    while count < len(picked):
        place = 0
        for other in range(1, len(members)):
            if bound[other] > bound[place]:
                place = other
        farthest = bound[place]
        if not farthest >= threshold:
            break
        point = members[place]
        picked[count] = point
        for j in range(points.shape[1]):
            picks[count // _PACK, j, count % _PACK] = points[point, j]
        bound[place] = _PICKED
        count += 1
        # where all are at a pick already, another one changes nothing
        for pack in range(len(rows) if farthest > 0 else 0):
            _compare(points, point, shift, rows, pack, distances)
            for lane in range(_PACK):
                at = pack * _PACK + lane
                bound[at] = min(bound[at], distances[lane])
    return count
