"""Small materials with scores, and what selectors make of them."""

from collections.abc import Sequence

import numpy as np

from leanset.selectors import Materials, SampleScores
from leanset.selectors.base import SelectorBase


def scores_of(values: Sequence[float], use_labels: bool = False) -> SampleScores:
    return SampleScores(np.array(values, dtype=np.float32), use_labels)


def scored(
    values: Sequence[float],
    labels: Sequence[int] | None = None,
    use_labels: bool = False,
) -> Materials:
    """Materials with one score, named s; of one class, if no labels are given."""
    given = [0] * len(values) if labels is None else labels
    return Materials(np.array(given, dtype=np.int64), scores={"s": scores_of(values, use_labels)})


def chosen(selector: SelectorBase, keep: int, of: Materials, seed: int = 0) -> list[int]:
    """What is selected, in ascending order."""
    return sorted(selector.select(keep, of, np.random.default_rng(seed)).tolist())


def times_chosen(selector: SelectorBase, keep: int, of: Materials, seeds: int) -> np.ndarray:
    """How often each sample is selected over so many seeds."""
    drawn = [chosen(selector, keep, of, seed) for seed in range(seeds)]
    return np.bincount(np.concatenate(drawn), minlength=len(of.labels))
