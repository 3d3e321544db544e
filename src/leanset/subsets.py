"""A subset: which samples were kept, by which rule and seed, and what is in it."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leanset.errors import LeansetError
from leanset.seeds import numpy_generator
from leanset.selectors import Materials, Selector
from leanset.selectors.base import Selection, Weighting
from leanset.store import Built, Entry

_ROUNDING = 1e-4


@dataclass(frozen=True)
class Subset:
    """Sample indices chosen for one run.

    Attributes:
        indices: ``int64 [n]``, ascending, distinct.
        kept: samples an epoch shows: n, or fewer where each epoch draws anew.
        selection_seed: the seed that drew it.
        class_histogram: kept samples of each class, ``int64 [classes]``.
        seconds: what choosing took, without the artifacts it was chosen from.
        weights: ``float32 [n]``, mean 1, in the order of the indices; None where all count alike.
        weighting: what the weights are for: factors of the loss, or chances to be drawn.
        total: what the weights added up to before they had mean 1; None where there are none.
    """

    indices: NDArray[np.int64]
    kept: int
    selection_seed: int
    class_histogram: NDArray[np.int64]
    seconds: float
    weights: NDArray[np.float32] | None = None
    weighting: Weighting | None = None
    total: float | None = None

    @property
    def hash(self) -> str:
        """What identifies the subset."""
        return subset_hash(self.indices, self.kept, self.weights, self.weighting)


def subset_hash(
    indices: NDArray[np.int64],
    kept: int,
    weights: NDArray[np.float32] | None = None,
    weighting: Weighting | None = None,
) -> str:
    """SHA-256 of what an epoch shows and with which weights, 32 hexadecimal digits.

    Args:
        indices: ``int64 [n]``, ascending.
        kept: samples an epoch shows.
        weights: ``float32 [n]``, or None; a subset without weights has the hash it always had.
        weighting: what the weights are for.
    """
    digest = hashlib.sha256(indices.astype("<i8").tobytes())
    if kept != len(indices):
        digest.update(f"{kept} drawn each epoch".encode())
    if weights is not None:
        digest.update(f"weights for the {weighting}".encode())
        digest.update(weights.astype("<f4").tobytes())
    return digest.hexdigest()[:32]


def weights_of(row: Mapping[str, Any]) -> NDArray[np.float32] | None:
    """The weights in a row of a table of subsets, ``float32 [n]``, if it has any."""
    return None if row["weights"] is None else np.asarray(row["weights"], dtype=np.float32)


def effective_samples(weights: NDArray[np.float32]) -> float:
    """(Σw)² / Σw²: how many samples of equal weight are worth as much (Kish 1965).

    Args:
        weights: ``[n]``, not negative, not all zero.

    Returns:
        From 1, where one sample has all the weight, to n, where all have the same.
    """
    exact = weights.astype(np.float64)
    # rounding must not make more of them than there are
    return min(float(len(exact)), float(exact.sum() ** 2 / (exact**2).sum()))


def subset_built(subset: Subset) -> Built:
    """A subset as an entry of the store."""
    size = np.min_scalar_type(int(subset.indices.max()))
    arrays: dict[str, NDArray[Any]] = {
        "indices": subset.indices.astype(size),
        "class_histogram": subset.class_histogram,
    }
    if subset.weights is not None:
        arrays["weights"] = subset.weights
    told = ("kept", "selection_seed", "seconds", "weighting", "total")
    return Built(arrays, {name: getattr(subset, name) for name in told})


def subset_of(entry: Entry) -> Subset:
    """The subset that an entry of the store holds."""
    weights = entry.arrays.get("weights")
    return Subset(
        indices=entry["indices"].astype(np.int64),
        class_histogram=np.array(entry["class_histogram"]),
        weights=None if weights is None else np.array(weights),
        **entry.facts,
    )


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
            ``keep`` distinct samples, or of weights of mean 1 where it gives any.
    """
    labels = materials.labels
    selector.check(keep, len(labels))
    start = time.perf_counter()
    selection = selector.choose(keep, materials, numpy_generator(seed))
    seconds = time.perf_counter() - start
    expected = len(labels) if selector.redraws else keep
    fault = _fault(selection, expected, len(labels))
    if fault:
        raise LeansetError(
            f"method {selector.method} returned {fault}.",
            remedy="This is a fault of the method, not of your settings; please report it.",
        )
    order = np.argsort(selection.indices)
    indices = selection.indices[order].astype(np.int64)
    weights = None if selection.weights is None else selection.weights[order].astype(np.float32)
    histogram = np.bincount(labels[indices], minlength=classes)
    return Subset(
        indices, keep, seed, histogram, seconds, weights, selection.weighting, selection.total
    )


def _fault(selection: Selection, expected: int, available: int) -> str | None:
    """How a selection breaks what its method promised, if it does."""
    indices, weights = selection.indices, selection.weights
    distinct = np.unique(indices[(indices >= 0) & (indices < available)])
    if not len(distinct) == len(indices) == expected:
        return f"{len(distinct)} distinct samples of the {expected} asked for"
    if (weights is None) != (selection.weighting is None):
        return "weights without a use for them, or a use for weights without any"
    if weights is None:
        return None
    if len(weights) != len(indices):
        return f"{len(weights)} weights for {len(indices)} samples"
    if not (np.isfinite(weights).all() and (weights >= 0).all()):
        return "weights of which some are negative, NaN or infinite"
    mean = weights.mean(dtype=np.float64)
    if abs(mean - 1) > _ROUNDING:
        return f"weights whose mean is {mean:.6g} and not 1"
    return None
