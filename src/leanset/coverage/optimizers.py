"""How a set is chosen that covers the most."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

import numpy as np
from pydantic import Discriminator, Field

from leanset.coverage.demand import Demand
from leanset.coverage.facility_location import Cover, FacilityLocation
from leanset.coverage.lists import LISTS_SHARE
from leanset.coverage.similarity import Similarity, is_stored
from leanset.frozen import Frozen

_TIMES_BATCHED = 6.0
"""How often all similarities are computed before lists take over, if they cannot be kept."""

_PASSES_BATCHED = 15.0
"""How often they are passed over; from 6 for features to 30 for gradients of digits."""


@dataclass(frozen=True)
class Task:
    """A choice by facility location: so many of N points of so many numbers each."""

    similarity: type[Similarity]
    points: int
    width: int
    keep: int
    memory: int

    def all_pairs(self, times: float) -> Demand:
        """All similarities, computed so many times unless they are kept."""
        once = self.similarity.demand(self.points, self.width, self.memory)
        return once if is_stored(self.points, self.memory) else once.repeated(times)

    @property
    def pairs(self) -> float:
        """N²."""
        return float(self.points) ** 2


class Batched(Frozen):
    """The greedy choice, by products of matrices and then short lists: the fastest exact way."""

    name: Literal["batched"] = "batched"

    def demand(self, task: Task) -> Demand:
        """All similarities some six times, and then lists of a few of them."""
        lists = min(LISTS_SHARE * task.memory, 0.4 * task.pairs)
        return task.all_pairs(_TIMES_BATCHED).also(
            memory=int(lists), passes=_PASSES_BATCHED * task.pairs
        )

    def maximise(
        self, objective: FacilityLocation, keep: int, memory: int, rng: np.random.Generator
    ) -> Cover:
        """Choose ``keep`` points."""
        from leanset.coverage.batched_greedy import BatchedGreedy

        BatchedGreedy(objective, memory).add(keep, rng)
        return objective.cover()


class Lazy(Frozen):
    """The greedy choice by bounds, which take next to no memory."""

    name: Literal["lazy"]

    def demand(self, task: Task) -> Demand:
        """All similarities about once for each doubling of what is kept."""
        times = 1 + math.log2(task.keep)
        return task.all_pairs(times).also(passes=times * task.pairs)

    def maximise(
        self,
        objective: FacilityLocation,
        keep: int,
        memory: int,  # noqa: ARG002
        rng: np.random.Generator,
    ) -> Cover:
        """Choose ``keep`` points."""
        from leanset.coverage.greedy import lazy_greedy

        lazy_greedy(objective, keep, rng)
        return objective.cover()


class Stochastic(Frozen):
    """The best of a random few each time; the smaller ``epsilon``, the more are looked at."""

    name: Literal["stochastic"]
    epsilon: Annotated[float, Field(gt=0, lt=1)] = 0.1

    def demand(self, task: Task) -> Demand:
        """All similarities ln(1 / ε) times."""
        times = math.log(1 / self.epsilon)
        return task.all_pairs(times).also(passes=times * task.pairs)

    def maximise(
        self,
        objective: FacilityLocation,
        keep: int,
        memory: int,  # noqa: ARG002
        rng: np.random.Generator,
    ) -> Cover:
        """Choose ``keep`` points."""
        from leanset.coverage.greedy import stochastic_greedy

        stochastic_greedy(objective, keep, self.epsilon, rng)
        return objective.cover()


Optimizer: TypeAlias = Annotated[Batched | Lazy | Stochastic, Discriminator("name")]
"""Every optimiser; a new one is a class and a name here."""
