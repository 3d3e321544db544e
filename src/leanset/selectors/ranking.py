"""Ranks from the easy end, without the harm that ties can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leanset.selectors.base import SampleScores


@dataclass(frozen=True)
class _Tie:
    """Samples of one value, in random order, of which only some can be taken."""

    members: NDArray[np.int64]
    take: int


def by_rank(values: NDArray[np.floating[Any]], rng: np.random.Generator) -> NDArray[np.int64]:
    """Samples ordered from the lowest of ``[N]`` values to the highest, equal ones by chance."""
    return np.lexsort((rng.random(len(values)), values))


def between(
    scores: SampleScores,
    labels: NDArray[np.int64],
    start: int,
    stop: int,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """The samples whose ranks from the easy end lie in [start, stop), rank 0 the lowest score.

    Which of the samples tied with a boundary are taken is chance. Only where the score was made
    with labels does that chance first serve classes that would be missing otherwise: a count such
    as forgetting ties most samples, and a cut through them must not cost classes.

    Args:
        scores: of ``[N]`` samples.
        labels: ``int64 [N]``, looked at only if the score was made with labels.
        start: first rank, at least 0.
        stop: the rank after the last, from ``start`` to N.
        rng: breaks ties.

    Returns:
        ``int64 [stop - start]``, in no particular order.
    """
    order = by_rank(scores.values, rng)
    if not scores.use_labels or start == stop:
        return order[start:stop]
    certain, ties = _certain_and_tied(order, scores.values[order], start, stop)
    wanted = _wanted_classes(labels, certain, ties, rng)
    taken = [_taken(tie, labels, classes) for tie, classes in zip(ties, wanted, strict=True)]
    return np.concatenate([certain, *taken])


def _certain_and_tied(
    order: NDArray[np.int64], ordered: NDArray[np.float32], start: int, stop: int
) -> tuple[NDArray[np.int64], list[_Tie]]:
    """The samples taken however ties fall, and at each boundary those that tie for a place."""
    first, after_first = _block(ordered, start)
    last, after_last = _block(ordered, stop - 1)
    if first == last:
        certain, ties = order[:0], [_Tie(order[first:after_first], stop - start)]
    else:
        certain = order[after_first:last]
        ties = [
            _Tie(order[first:after_first], after_first - start),
            _Tie(order[last:after_last], stop - last),
        ]
    whole = [tie.members for tie in ties if tie.take == len(tie.members)]
    split = [tie for tie in ties if tie.take < len(tie.members)]
    return np.concatenate([certain, *whole]), split


def _block(ordered: NDArray[np.float32], rank: int) -> tuple[int, int]:
    """The ranks [first, after) that have the same value as one rank."""
    value = ordered[rank]
    return int(np.searchsorted(ordered, value, "left")), int(
        np.searchsorted(ordered, value, "right")
    )


def _wanted_classes(
    labels: NDArray[np.int64],
    certain: NDArray[np.int64],
    ties: list[_Tie],
    rng: np.random.Generator,
) -> list[NDArray[np.int64]]:
    """For each tie the classes it must supply, so that as many as possible are present."""
    classes = int(labels.max()) + 1
    missing = np.bincount(labels[certain], minlength=classes) == 0
    offers = [(np.bincount(labels[tie.members], minlength=classes) > 0) & missing for tie in ties]
    offered_twice = np.sum(offers, axis=0) > 1
    shared = rng.permutation(np.flatnonzero(offered_twice))
    wanted = []
    for tie, offer in zip(ties, offers, strict=True):
        # what the other tie can supply as well takes only the places left: the most classes fit
        own = rng.permutation(np.flatnonzero(offer & ~offered_twice))[: tie.take]
        room = tie.take - len(own)
        wanted.append(np.concatenate([own, shared[:room]]))
        shared = shared[room:]
    return wanted


def _taken(tie: _Tie, labels: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """First one sample of each wanted class, then whichever come first in the random order."""
    classes, first_of_class = np.unique(labels[tie.members], return_index=True)
    later = np.ones(len(tie.members), dtype=bool)
    later[first_of_class[np.isin(classes, wanted)]] = False
    return tie.members[np.argsort(later, kind="stable")[: tie.take]]
