"""How far scores agree: with each other, and each with itself between proxy seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, combinations_with_replacement, product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

_COLUMNS = (
    "score", "other", "pairs", "spearman_median", "spearman_lowest",
    "kept", "overlap_median", "overlap_lowest",
)  # fmt: skip


def agreement_table(
    scores: Mapping[str, Sequence[NDArray[np.float32]]],
    kept: Sequence[int],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Spearman's correlation and the overlap at several budgets of all scores, two by two.

    One row for each unordered pair of scores and each number kept. A score with itself: all pairs
    of its replicates, which share no proxies, so this is its stability between proxy seeds; it
    takes two replicates to have such a row. Two scores: replicate r with replicate r, or all with
    all where one has fewer replicates than the other.

    The overlap is the share of samples that the ``kept`` hardest of both have in common. Samples
    of equal score are drawn at random, for each side on its own, or a score of few levels would
    look more stable than a selection from it is.

    Args:
        scores: by name, ``float32 [N]`` for each replicate, finite.
        kept: numbers of samples, each from 1 to N.
        rng: breaks ties.

    Returns:
        ``score``, ``other``, ``pairs`` (how many pairs of replicates), ``spearman_median``,
        ``spearman_lowest``, ``kept``, ``overlap_median`` and ``overlap_lowest``. Spearman's
        correlation with a constant score is NaN.
    """
    import pandas as pd

    names, replicates = _numbered(scores)
    stacked = np.stack([values for name in names for values in scores[name]])
    spearman = _spearman(stacked)
    overlaps = _overlaps(stacked, kept, rng)
    rows = []
    for score, other in combinations_with_replacement(names, 2):
        pairs = _pairs(replicates[score], replicates[other])
        if not pairs:
            continue
        at = tuple(np.transpose(pairs))
        for count, overlap in zip(kept, overlaps, strict=True):
            rows.append(
                (score, other, len(pairs), *_middle(spearman[at]), count, *_middle(overlap[at]))
            )
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def _numbered(
    scores: Mapping[str, Sequence[NDArray[np.float32]]],
) -> tuple[list[str], dict[str, range]]:
    """The names in order, and which rows of the stack of all replicates belong to each."""
    rows, start = {}, 0
    for name in scores:
        rows[name] = range(start, start + len(scores[name]))
        start = rows[name].stop
    return list(rows), rows


def _pairs(first: range, second: range) -> list[tuple[int, int]]:
    """Which replicates are compared."""
    if first == second:
        return list(combinations(first, 2))
    if len(first) == len(second):
        return list(zip(first, second, strict=True))
    return list(product(first, second))


def _spearman(stacked: NDArray[np.float32]) -> NDArray[np.float64]:
    """Pearson's correlation of mean ranks between all rows of ``[S, N]``, ``[S, S]``."""
    from scipy.stats import rankdata

    ranks = rankdata(stacked, axis=1)
    # not ranks.mean(): so a constant row is exactly zero
    ranks -= (stacked.shape[1] + 1) / 2
    products = ranks @ ranks.T
    squares = products.diagonal()
    scale = np.sqrt(np.outer(squares, squares))
    correlations: NDArray[np.float64] = np.full(products.shape, np.nan)
    np.divide(products, scale, out=correlations, where=scale > 0)
    return correlations


def _overlaps(
    stacked: NDArray[np.float32], kept: Sequence[int], rng: np.random.Generator
) -> list[NDArray[np.float32]]:
    """For each number kept, what the highest of all rows of ``[S, N]`` share, ``[S, S]``."""
    places = np.empty(stacked.shape, dtype=np.int64)
    for place, values in zip(places, stacked, strict=True):
        place[np.lexsort((rng.random(len(values)), -values))] = np.arange(len(values))
    overlaps = []
    for count in kept:
        hardest = (places < count).astype(np.float32)
        overlaps.append(hardest @ hardest.T / np.float32(count))
    return overlaps


def _middle(values: NDArray[np.floating]) -> tuple[float, float]:
    """Median and lowest."""
    return float(np.median(values)), float(values.min())
