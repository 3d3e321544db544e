"""What every selector is given and what it says of itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from leanset.clustering import Clustering
from leanset.frozen import Frozen


@dataclass(frozen=True)
class Needs:
    """What a selector reads beside the labels: named artifacts, and which labels are wrong."""

    clusterings: tuple[str, ...] = ()
    scores: tuple[str, ...] = ()
    wrong_labels: bool = False


@dataclass(frozen=True)
class SampleScores:
    """One score of every sample.

    Attributes:
        values: ``float32 [N]``, finite; the higher, the sooner kept at the hard end.
        use_labels: whether they were made with labels.
    """

    values: NDArray[np.float32]
    use_labels: bool


@dataclass(frozen=True)
class Materials:
    """What a selector chooses from; all of it is aligned to the sample index.

    Attributes:
        labels: ``int64 [N]``, as they are given: some may be wrong.
        clusterings: the replicate of each clustering that belongs to the run, by name.
        scores: the replicate of each score that belongs to the run, by name.
        wrong: ``bool [N]``, which labels were made wrong on purpose, where that was done.
    """

    labels: NDArray[np.int64]
    clusterings: Mapping[str, Clustering] = field(default_factory=dict)
    scores: Mapping[str, SampleScores] = field(default_factory=dict)
    wrong: NDArray[np.bool_] | None = None

    def restricted(self, indices: NDArray[np.int64]) -> Materials:
        """The same of some samples only, in the order of ``int64 [n]`` indices."""
        return Materials(
            self.labels[indices],
            {
                name: replace(
                    clustering,
                    assignment=clustering.assignment[indices],
                    distance=clustering.distance[indices],
                )
                for name, clustering in self.clusterings.items()
            },
            {
                name: replace(scores, values=scores.values[indices])
                for name, scores in self.scores.items()
            },
            None if self.wrong is None else self.wrong[indices],
        )


class SelectorBase(Frozen, ABC):
    """Frozen settings that know how to select."""

    redraws: ClassVar[bool] = False
    """Whether the budget is what one epoch shows, drawn anew each epoch from what is selected."""

    @abstractmethod
    def uses_labels(self) -> bool:
        """Whether the rule itself reads labels; the scores it reads speak for themselves."""

    def needs(self) -> Needs:
        """What ``select`` will find among its materials."""
        return Needs()

    def alternatives(self) -> Mapping[str, Self]:
        """Rules of which one is to be chosen on the validation split first; mostly none."""
        return {}

    def check(self, keep: int, available: int) -> None:
        """Refuse a budget the rule cannot meet, before anything costly runs.

        Raises:
            LeansetError: with what to change.
        """

    @abstractmethod
    def select(
        self, keep: int, materials: Materials, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Choose exactly ``keep`` distinct sample indices; a rule that redraws, its whole pool.

        Args:
            keep: samples to keep, from 1 to N.
            materials: labels and what is named by ``needs``.
            rng: makes every random choice and breaks every tie.
        """
