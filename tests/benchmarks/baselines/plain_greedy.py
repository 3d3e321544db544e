"""Facility location as one would write it down: greedy, gains kept up to date in numpy."""

import numpy as np
from numpy.typing import NDArray


def plain_greedy(similarity: NDArray[np.float32], keep: int) -> NDArray[np.int64]:
    """Choose ``keep`` points; only rows whose best similarity changes touch the gains."""
    best = np.zeros(len(similarity), dtype=np.float32)
    gains = similarity.sum(axis=0, dtype=np.float64)
    chosen = np.empty(keep, dtype=np.int64)
    for place in range(keep):
        chosen[place] = point = int(gains.argmax())
        new = similarity[:, point]
        risen = np.flatnonzero(new > best)
        rows, old = similarity[risen], best[risen, None]
        best[risen] = new[risen]
        lost = np.maximum(rows - old, 0) - np.maximum(rows - best[risen, None], 0)
        gains -= lost.sum(axis=0)
        gains[chosen[: place + 1]] = -np.inf
    return chosen
