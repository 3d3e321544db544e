"""What every selector is given and what it says of itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Literal, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from leanset.clustering import Clustering
from leanset.coverage.demand import Demand
from leanset.frozen import Frozen
from leanset.training.log.snapshot import Moment, Snapshot

Weighting: TypeAlias = Literal["loss", "sampler"]

MEMORY = 2_000_000_000
"""Bytes that a selection may take, where nothing else is said."""


@dataclass(frozen=True)
class Needs:
    """What a selector reads beside the labels: named artifacts, and which labels are wrong.

    Attributes:
        moments: the training logs it reads, each at one epoch.
        validation: whether it also reads what their proxies said of the validation split.
    """

    clusterings: tuple[str, ...] = ()
    scores: tuple[str, ...] = ()
    embeddings: tuple[str, ...] = ()
    moments: tuple[Moment, ...] = ()
    validation: bool = False
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
        embeddings: the replicate ``float32 [N, D]`` of each embedding that belongs to the run.
        snapshots: what the run's proxies said of the training split, by log and epoch.
        validation: what they said of the validation split, whose samples it is aligned to.
        memory: bytes that a selection may take beside what it is given.
    """

    labels: NDArray[np.int64]
    clusterings: Mapping[str, Clustering] = field(default_factory=dict)
    scores: Mapping[str, SampleScores] = field(default_factory=dict)
    wrong: NDArray[np.bool_] | None = None
    embeddings: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    snapshots: Mapping[Moment, Snapshot] = field(default_factory=dict)
    validation: Mapping[Moment, Snapshot] = field(default_factory=dict)
    memory: int = MEMORY

    def restricted(self, indices: NDArray[np.int64]) -> Materials:
        """The same of some samples only, in the order of ``int64 [n]`` indices."""
        return replace(
            self,
            labels=self.labels[indices],
            clusterings={
                name: replace(
                    clustering,
                    assignment=clustering.assignment[indices],
                    distance=clustering.distance[indices],
                )
                for name, clustering in self.clusterings.items()
            },
            scores={
                name: replace(scores, values=scores.values[indices])
                for name, scores in self.scores.items()
            },
            wrong=None if self.wrong is None else self.wrong[indices],
            embeddings={name: values[indices] for name, values in self.embeddings.items()},
            snapshots={moment: seen.at(indices) for moment, seen in self.snapshots.items()},
        )


@dataclass(frozen=True)
class Selection:
    """What was selected.

    Attributes:
        indices: ``int64 [n]``, distinct.
        weights: ``float32 [n]``, mean 1, in the order of the indices; None where all count alike.
        weighting: what the weights are for: factors of the loss, or chances to be drawn.
        total: what the weights added up to before they had mean 1: how many samples the rule has
            the subset stand for, where that is not all N.
    """

    indices: NDArray[np.int64]
    weights: NDArray[np.float32] | None = None
    weighting: Weighting | None = None
    total: float | None = None


class SelectorBase(Frozen, ABC):
    """Frozen settings that know how to select."""

    version: ClassVar[int] = 1
    """Part of the key of every subset; raised when the same settings would select another."""

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

    def demand(self, keep: int, materials: Materials) -> Demand | None:  # noqa: ARG002
        """What choosing ``keep`` samples will take; None where that is next to nothing."""
        return None

    def remarks(self, keep: int, materials: Materials) -> Iterator[str]:  # noqa: ARG002
        """What a person should know of this selection before trusting it, a sentence each."""
        yield from ()

    def choose(self, keep: int, materials: Materials, rng: np.random.Generator) -> Selection:
        """What ``select`` chooses, with the weights of a rule that weighs its samples."""
        return Selection(self.select(keep, materials, rng))

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
