"""The nearest neighbours of every point."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b
from threading import Lock
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from leanset.coverage.demand import Demand

Key: TypeAlias = tuple[bytes, tuple[int, ...], int]

REMEMBERED = 2**26
"""Bytes of the graphs that are kept for the next budget."""

_BLOCK = 2**26
"""Bytes that the candidates of a block of points may take."""

_DOUBT = 1e-11
"""What rounding may do to a squared distance, as a part of the squared lengths it is made of."""


@dataclass(frozen=True)
class Neighbours:
    """The k points nearest to each of N points, without the point itself.

    Attributes:
        indices: ``int64 [N, k]``, the nearest first, of equally distant ones the lower index.
        distances: ``float64 [N, k]``, Euclidean.
    """

    indices: NDArray[np.int64]
    distances: NDArray[np.float64]


@dataclass(frozen=True)
class _Copies:
    """Points of which some are equal.

    Attributes:
        distinct: ``float32 [U, D]``.
        which: ``int64 [N]``, the distinct point that each point equals.
        samples: ``int64 [U, w]``, the points of lowest index that equal each distinct one; where
            there are fewer, filled up with N.
    """

    distinct: NDArray[np.float32]
    which: NDArray[np.int64]
    samples: NDArray[np.int64]

    @classmethod
    def among(cls, points: NDArray[np.float32], most: int) -> _Copies:
        """Those of ``float32 [N, D]`` points; ``most`` of each point are enough."""
        # adding 0 makes -0 and 0 the same bytes
        rows = np.ascontiguousarray(points + np.float32(0))
        as_bytes = rows.view(np.dtype((np.void, rows.shape[1] * rows.itemsize)))[:, 0]
        _, first, which = np.unique(as_bytes, return_index=True, return_inverse=True)
        sizes = np.bincount(which)
        order = np.argsort(which, kind="stable")
        rank = np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        samples = np.full((len(sizes), min(most, int(sizes.max()))), len(rows))
        low = rank < most
        samples[which[order[low]], rank[low]] = order[low]
        return cls(rows[first], which, samples)


class _Search:
    """The ``most`` points nearest to each distinct point, its copies among them."""

    def __init__(self, copies: _Copies, most: int) -> None:
        from sklearn.neighbors import NearestNeighbors

        # float64 holds differences of float32 exactly, so that ties stay ties
        self._points = copies.distinct.astype(np.float64)
        self._points -= copies.distinct.mean(axis=0, dtype=np.float64).astype(np.float32)
        self._index = NearestNeighbors(algorithm="brute").fit(self._points)
        self._samples = copies.samples
        self._beyond = len(copies.which)
        self._most = most

    def all(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Of every distinct point, indices and distances ``[U, most]``."""
        indices = np.empty((len(self._points), self._most), dtype=np.int64)
        distances = np.empty(indices.shape)
        self._find(np.arange(len(self._points)), self._most + 1, indices, distances)
        return indices, distances

    def _find(
        self,
        points: NDArray[np.int64],
        candidates: int,
        indices: NDArray[np.int64],
        distances: NDArray[np.float64],
    ) -> None:
        """Fill in some rows from so many candidates, and from more where one may be missed."""
        candidates = min(candidates, len(self._points))
        width, copied = self._points.shape[1], self._samples.shape[1]
        at_once = max(1, _BLOCK // block_bytes(1, candidates, width, copied))
        for start in range(0, len(points), at_once):
            rows = points[start : start + at_once]
            indices[rows], distances[rows], missed = self._nearest(rows, candidates)
            if missed.any():
                self._find(rows[missed], 4 * candidates, indices, distances)

    def _nearest(
        self, rows: NDArray[np.int64], candidates: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_]]:
        """Indices and distances ``[B, most]`` of B rows, and where others may be as near."""
        points = self._points[rows]
        near = self._index.kneighbors(points, candidates, return_distance=False)
        offset = self._points[near]
        offset -= points[:, np.newaxis]
        distance = np.sqrt(np.vecdot(offset, offset))
        samples = self._samples[near]
        each = np.where(samples == self._beyond, np.inf, distance[:, :, np.newaxis])
        samples, each = samples.reshape(len(rows), -1), each.reshape(len(rows), -1)
        order = np.lexsort((samples, each))[:, : self._most]
        taken = np.take_along_axis(each, order, axis=1)
        if candidates == len(self._points):
            missed = np.zeros(len(rows), dtype=np.bool_)
        else:
            last = taken[:, -1] ** 2
            doubt = _DOUBT * (np.vecdot(points, points) + last)
            missed = distance.max(axis=1) ** 2 <= last + doubt
        return np.take_along_axis(samples, order, axis=1), taken, missed


def nearest_neighbours(points: NDArray[np.float32], count: int) -> Neighbours:
    """The ``count`` nearest of the others of every point, or all others if there are fewer.

    The search is exact, by scikit-learn, in blocks. Copies of a point are its neighbours at
    distance 0. Of equally distant points the lower index comes first, on every machine.

    Args:
        points: ``float32 [N, D]``, finite.
        count: neighbours of each point, at least 1.
    """
    most = min(count + 1, len(points))
    copies = _Copies.among(points, most)
    indices, distances = (values[copies.which] for values in _Search(copies, most).all())
    itself = indices == np.arange(len(points))[:, np.newaxis]
    # a point with so many copies of lower index that it is not there itself has one too many
    itself[~itself.any(axis=1), -1] = True
    shape = len(points), most - 1
    return Neighbours(indices[~itself].reshape(shape), distances[~itself].reshape(shape))


class NeighbourCache:
    """The last graphs that were asked for, so that the budgets of a run share them."""

    def __init__(self, memory: int) -> None:
        """That keeps graphs of so many bytes together."""
        self._memory = memory
        self._graphs: OrderedDict[Key, Neighbours] = OrderedDict()
        self._lock = Lock()

    def neighbours(self, points: NDArray[np.float32], count: int) -> Neighbours:
        """What ``nearest_neighbours`` says; read-only, since others may get the same."""
        key = blake2b(np.ascontiguousarray(points).data).digest(), points.shape, count
        with self._lock:
            graph = self._graphs.pop(key, None) or nearest_neighbours(points, count)
            graph.indices.flags.writeable = graph.distances.flags.writeable = False
            self._graphs[key] = graph
            while self._held() > self._memory:
                self._graphs.popitem(last=False)
        return graph

    def _held(self) -> int:
        return sum(graph.indices.nbytes + graph.distances.nbytes for graph in self._graphs.values())


neighbours_of = NeighbourCache(REMEMBERED).neighbours
"""The neighbours of every point, remembered for as long as the process and the memory last."""


def block_bytes(rows: int, candidates: int, width: int, copied: int) -> int:
    """What ordering the candidates of some points takes, each with so many copies."""
    return 8 * rows * candidates * (width + 6 * copied)


def search_demand(samples: int, width: int, count: int) -> Demand:
    """What finding neighbours takes in ``[samples, width]`` points with no graph kept yet."""
    block = min(_BLOCK, block_bytes(samples, count + 2, width, count + 1))
    return Demand(
        # twice the graph: as it is made, and as it is remembered
        memory=block + samples * (12 * width + 80 * (count + 2) + 64),
        # of float64, of which half as many are multiplied in a second
        products=2.0 * samples**2 * width,
        passes=float(samples) ** 2,
        remedy="Lower neighbours, or have each class searched by itself (balance: proportional).",
    )
