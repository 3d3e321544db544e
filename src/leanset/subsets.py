"""A subset: which samples were kept, by which rule and seed, and what is in it."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leanset.errors import LeansetError
from leanset.seeds import numpy_generator
from leanset.selectors import Materials, Selector


@dataclass(frozen=True)
class Subset:
    """Sample indices chosen for one run.

    Attributes:
        indices: ``int64 [n]``, ascending, distinct.
        kept: samples an epoch shows: n, or fewer where each epoch draws anew.
        selection_seed: the seed that drew it.
        class_histogram: kept samples of each class, ``int64 [classes]``.
        seconds: what choosing took, without the artifacts it was chosen from.
    """

    indices: NDArray[np.int64]
    kept: int
    selection_seed: int
    class_histogram: NDArray[np.int64]
    seconds: float

    @property
    def hash(self) -> str:
        """What identifies the subset."""
        return subset_hash(self.indices, self.kept)


def subset_hash(indices: NDArray[np.int64], kept: int) -> str:
    """SHA-256 of ascending sample indices and how many an epoch shows, 32 hexadecimal digits."""
    digest = hashlib.sha256(indices.astype("<i8").tobytes())
    if kept != len(indices):
        digest.update(f"{kept} drawn each epoch".encode())
    return digest.hexdigest()[:32]


def draw_subset(
    selector: Selector,
    keep: int,
    materials: Materials,
    seed: int,
    classes: int,
) -> Subset:
    """Select exactly ``keep`` samples for one run, or the pool that each epoch draws them from.

    Raises:
        LeansetError: the rule cannot meet the budget, or the selector broke its promise of
            ``keep`` distinct samples.
    """
    labels = materials.labels
    selector.check(keep, len(labels))
    start = time.perf_counter()
    indices = np.sort(selector.select(keep, materials, numpy_generator(seed)))
    seconds = time.perf_counter() - start
    distinct = np.unique(indices[(indices >= 0) & (indices < len(labels))])
    expected = len(labels) if selector.redraws else keep
    if not len(distinct) == len(indices) == expected:
        raise LeansetError(
            f"method {selector.method} returned {len(distinct)} distinct samples "
            f"of the {expected} asked for.",
            remedy="This is a fault of the method, not of your settings; please report it.",
        )
    histogram = np.bincount(labels[indices], minlength=classes)
    return Subset(indices.astype(np.int64), keep, seed, histogram, seconds)
