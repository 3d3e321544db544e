"""Dividing samples into folds, each of which one proxy is trained without."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def stratified_folds(
    labels: NDArray[np.int64], folds: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """The fold of each sample, from 0, ``int64 [N]``.

    The samples of a class are dealt out in random order and the next class goes on where the last
    one ended, so that the sizes of folds differ by one at most, over all and within each class.

    Args:
        labels: ``int64 [N]``.
        folds: how many.
        rng: draws who is in which.
    """
    shuffled = rng.permutation(len(labels))
    by_class = shuffled[np.argsort(labels[shuffled], kind="stable")]
    fold = np.empty(len(labels), dtype=np.int64)
    fold[by_class] = np.arange(len(labels)) % folds
    return fold
