"""The inner loops of coverage, compiled: what whole-array operations would do in many passes.

A ``block`` holds rows of the matrix of similarities, ``float32 [B, N]``, and ``places`` says which
of its rows to look at. Loops over columns never depend on each other, so that columns can be
divided among threads, and equal points get equal numbers to the last bit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leanset.kernels.compiling import compiled

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Indices = NDArray[np.int64]

_ADDED_AS_FLOATS = 16
"""Rows whose parts are added in single precision before they join the double-precision sum."""

_COLUMNS = 2048
"""Columns worked on together, so that they stay in the cache."""


@compiled
def negative_distances(rows: Floats, columns: Floats, block: Floats, first: int, last: int) -> None:
    """−‖x − y‖ of rows ``[B, D]`` and points as columns ``[D, N]``, from ``first`` to ``last``."""
    for start in range(first, last, _COLUMNS):
        stop = min(start + _COLUMNS, last)
        for row in range(len(rows)):
            total = block[row, start:stop]
            total[:] = 0
            for dimension in range(len(columns)):
                here = rows[row, dimension]
                others = columns[dimension, start:stop]
                for column in range(stop - start):
                    offset = here - others[column]
                    total[column] += offset * offset
            for column in range(stop - start):
                total[column] = -np.sqrt(total[column])


@compiled
def lower_gains(
    block: Floats,
    places: Indices,
    before: Floats,
    after: Floats,
    gains: Doubles,
    first: int,
    last: int,
) -> None:
    """Take from each gain what a rise of the rows' levels from ``before`` to ``after`` covers."""
    part = np.zeros(last - first, dtype=np.float32)
    for start in range(0, len(places), _ADDED_AS_FLOATS):
        part[:] = 0
        for row in range(start, min(start + _ADDED_AS_FLOATS, len(places))):
            values, low, high = block[places[row]], before[row], after[row]
            for column in range(first, last):
                covered = max(min(values[column], high) - low, np.float32(0))
                part[column - first] += covered
        for column in range(first, last):
            gains[column] -= part[column - first]


@compiled
def gains_of_rows(block: Floats, places: Indices, level: Floats, gains: Doubles) -> None:
    """What each row would add to the levels ``[N]`` of all points, were it chosen."""
    lanes = np.zeros(_ADDED_AS_FLOATS, dtype=np.float64)
    whole = len(level) - len(level) % _ADDED_AS_FLOATS
    for row in range(len(places)):
        values = block[places[row]]
        lanes[:] = 0
        for start in range(0, whole, _ADDED_AS_FLOATS):
            for lane in range(_ADDED_AS_FLOATS):
                above = max(values[start + lane] - level[start + lane], np.float32(0))
                lanes[lane] += above
        for column in range(whole, len(level)):
            lanes[0] += max(values[column] - level[column], np.float32(0))
        gains[row] = lanes.sum()


@compiled
def count_above(block: Floats, places: Indices, level: Floats, counts: Indices) -> None:
    """How many similarities of each row are above its level."""
    for row in range(len(places)):
        values, low, count = block[places[row]], level[row], 0
        for column in range(len(values)):
            count += values[column] > low
        counts[row] = count


@compiled
def list_above(
    block: Floats,
    places: Indices,
    level: Floats,
    starts: Indices,
    columns: NDArray[np.int32],
    values: Floats,
) -> None:
    """The similarities of each row that are above its level, with their columns."""
    for row in range(len(places)):
        here, low, place = block[places[row]], level[row], starts[row]
        for column in range(len(here)):
            if here[column] > low:
                columns[place] = column
                values[place] = here[column]
                place += 1


@compiled
def gains_of_lists(
    level: Floats, starts: Indices, columns: NDArray[np.int32], values: Floats, gains: Doubles
) -> None:
    """Add to the gain of each column what it is above the levels of all rows."""
    for row in range(len(level)):
        low = np.float64(level[row])
        for place in range(starts[row], starts[row + 1]):
            gains[columns[place]] += values[place] - low


@compiled
def lower_gains_of_lists(
    rows: Indices,
    before: Floats,
    after: Floats,
    starts: Indices,
    columns: NDArray[np.int32],
    values: Floats,
    gains: Doubles,
) -> None:
    """``lower_gains`` where only the similarities in the rows' lists can be above their levels."""
    for number in range(len(rows)):
        row = rows[number]
        low, high = np.float64(before[number]), np.float64(after[number])
        for place in range(starts[row], starts[row + 1]):
            value = np.float64(values[place])
            if value > low:
                gains[columns[place]] -= min(value, high) - low
