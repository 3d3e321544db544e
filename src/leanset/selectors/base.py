"""What every selector is given and what it says of itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from leanset.clustering import Clustering
from leanset.frozen import Frozen


@dataclass(frozen=True)
class Needs:
    """The named artifacts a selector reads."""

    clusterings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Materials:
    """What a selector chooses from; all of it is aligned to the sample index.

    Attributes:
        labels: ``int64 [N]``.
        clusterings: the replicate of each clustering that belongs to the run, by name.
    """

    labels: NDArray[np.int64]
    clusterings: Mapping[str, Clustering] = field(default_factory=dict)


class SelectorBase(Frozen, ABC):
    """Frozen settings that know how to select."""

    uses_labels: ClassVar[bool]
    """Whether the rule reads labels, and so cannot save the cost of labelling."""

    redraws: ClassVar[bool] = False
    """Whether the budget is what one epoch shows, drawn anew each epoch from what is selected."""

    def needs(self) -> Needs:
        """The named artifacts that ``select`` will find among its materials."""
        return Needs()

    @abstractmethod
    def select(
        self, keep: int, materials: Materials, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Choose exactly ``keep`` distinct sample indices; a rule that redraws, its whole pool.

        Args:
            keep: samples to keep, from 1 to N.
            materials: labels and the artifacts named by ``needs``.
            rng: makes every random choice and breaks every tie.
        """
