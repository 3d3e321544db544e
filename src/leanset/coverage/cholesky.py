"""The solution of linear equations that come and go one at a time."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

_SINGULAR = 1e-13
"""The part of a diagonal entry below which what is left of it is rounding."""


class GrowingSystem:
    """A w = b for a positive definite A, by its Cholesky factor R, upper triangular: Rᵀ R = A.

    Of R only the triangle is stored, column after column, so that a new one is put at the end.
    Appending and solving take O(k²), dropping takes that of the rows behind the dropped one. A row
    that depends on the others is taken for one that has a little of its own.
    """

    def __init__(self, capacity: int) -> None:
        """Begin with no equation, and room for so many."""
        self.size = 0
        self._triangle = np.empty(_entries(capacity))
        self._right = np.empty(0)
        self._eliminated = np.empty(0)

    def append(self, column: NDArray[np.float64], diagonal: float, right: float) -> None:
        """Add a row and column to A, ``[k]`` and the diagonal entry, and an entry to b."""
        above = self._eliminate(column)
        own = math.sqrt(max(diagonal - float(above @ above), _SINGULAR * diagonal))
        self.size += 1
        self._column(self.size - 1)[:] = np.append(above, own)
        self._right = np.append(self._right, right)
        self._eliminated = np.append(
            self._eliminated, (right - float(above @ self._eliminated)) / own
        )

    def drop(self, position: int) -> None:
        """Take a row and column out of A, and the entry out of b."""
        behind = range(position + 1, self.size)
        # columns that move one place to the left reach one row below the diagonal
        reaching = np.zeros((len(behind) + 1, len(behind)))
        for place, old in enumerate(behind):
            reaching[: place + 2, place] = self._column(old)[position:]
        _rotate(reaching)
        for place, old in enumerate(behind):
            moved = self._column(old - 1)
            moved[:position] = self._column(old)[:position]
            moved[position:] = reaching[: place + 1, place]
        self.size -= 1
        self._right = np.delete(self._right, position)
        self._eliminated = self._eliminate(self._right)

    def solution(self) -> NDArray[np.float64]:
        """The w, ``float64 [k]``."""
        return self._solved(self._eliminated, transposed=0)

    def _eliminate(self, right: NDArray[np.float64]) -> NDArray[np.float64]:
        """R⁻ᵀ times a right side."""
        return self._solved(right, transposed=1)

    def _solved(self, right: NDArray[np.float64], transposed: int) -> NDArray[np.float64]:
        from scipy.linalg.blas import dtpsv

        # BLAS takes no empty vectors
        if not self.size:
            return np.empty(0)
        solved: NDArray[np.float64] = dtpsv(self.size, self._triangle, right, trans=transposed)
        return solved

    def _column(self, index: int) -> NDArray[np.float64]:
        """A column of R down to the diagonal, ``[index + 1]``, a view."""
        return self._triangle[_entries(index) : _entries(index + 1)]


def _entries(size: int) -> int:
    """How many entries a triangle has."""
    return size * (size + 1) // 2


def _rotate(rows: NDArray[np.float64]) -> None:
    """Rotate neighbouring rows of a matrix until it is upper triangular, in place (Givens).

    Args:
        rows: ``[m + 1, m]``, zero but for one diagonal below the diagonal.
    """
    from scipy.linalg.blas import drot, drotg

    for i in range(rows.shape[1]):
        cosine, sine = drotg(rows[i, i], rows[i + 1, i])
        rows[i, i:], rows[i + 1, i:] = drot(rows[i, i:], rows[i + 1, i:], cosine, sine)
