"""A subset: which samples were kept, by which rule and seed, and what is in it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leanset.clustering import Clustering
from leanset.errors import LeansetError
from leanset.seeds import numpy_generator
from leanset.selectors import Materials, Selector


@dataclass(frozen=True)
class Subset:
    """Sample indices chosen for one run.

    Attributes:
        indices: ``int64 [n]``, ascending, distinct.
        selection_seed: the seed that drew it.
        class_histogram: kept samples of each class, ``int64 [classes]``.
        seconds: what choosing took, without the artifacts it was chosen from.
    """

    indices: NDArray[np.int64]
    selection_seed: int
    class_histogram: NDArray[np.int64]
    seconds: float

    def __len__(self) -> int:
        return len(self.indices)

    @property
    def hash(self) -> str:
        """SHA-256 of the indices."""
        return subset_hash(self.indices)


def subset_hash(indices: NDArray[np.int64]) -> str:
    """SHA-256 of ascending sample indices, 32 hexadecimal digits."""
    return hashlib.sha256(indices.astype("<i8").tobytes()).hexdigest()[:32]


def draw_subset(
    selector: Selector,
    keep: int,
    labels: NDArray[np.int64],
    clusterings: Mapping[str, Clustering],
    seed: int,
    classes: int,
) -> Subset:
    """Select exactly ``keep`` samples for one run.

    Raises:
        LeansetError: the selector broke its promise of ``keep`` distinct samples.
    """
    start = time.perf_counter()
    materials = Materials(labels, clusterings)
    indices = np.sort(selector.select(keep, materials, numpy_generator(seed)))
    seconds = time.perf_counter() - start
    distinct = np.unique(indices[(indices >= 0) & (indices < len(labels))])
    if not len(distinct) == len(indices) == keep:
        raise LeansetError(
            f"method {selector.method} returned {len(distinct)} distinct samples "
            f"of the {keep} asked for.",
            remedy="This is a fault of the method, not of your settings; please report it.",
        )
    histogram = np.bincount(labels[indices], minlength=classes)
    return Subset(indices.astype(np.int64), seed, histogram, seconds)
