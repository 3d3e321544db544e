"""What the rules over one score have in common: the score they name and the class balance."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leanset.budgets import equal_quotas, proportional_quotas
from leanset.finite import require_finite
from leanset.selectors.base import Materials, Needs, SelectorBase


class Scored(SelectorBase, ABC):
    """A rule over a score, applied to all samples at once or to each class by itself.

    With ``balance: proportional`` each class keeps its share of the training split, with
    ``uniform`` all classes keep the same number, and what a short class cannot fill goes to the
    others.
    """

    score: str
    balance: Literal["none", "proportional", "uniform"] = "none"

    def uses_labels(self) -> bool:
        """Only to balance classes."""
        return self.balance != "none"

    def needs(self) -> Needs:
        """The score this variant names."""
        return Needs(scores=(self.score,))

    def select(
        self, keep: int, materials: Materials, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Divide the budget over the groups, then pick within each.

        Raises:
            LeansetError: a score is not finite.
        """
        for name in self.needs().scores:
            require_finite(materials.scores[name].values, f"score {name}")
        if self.balance == "none":
            return self.pick(keep, materials, rng)
        divide = {"proportional": proportional_quotas, "uniform": equal_quotas}[self.balance]
        sizes = np.bincount(materials.labels)
        by_class = np.argsort(materials.labels, kind="stable")
        members = np.split(by_class, np.cumsum(sizes)[:-1])
        quotas = divide(sizes, keep, rng)
        return np.concatenate(
            [
                samples[self.pick(int(quota), materials.restricted(samples), rng)]
                for samples, quota in zip(members, quotas, strict=True)
                if quota
            ]
        )

    @abstractmethod
    def pick(self, keep: int, group: Materials, rng: np.random.Generator) -> NDArray[np.int64]:
        """Choose exactly ``keep`` distinct samples of one group.

        Args:
            keep: samples to keep, from 1 to the size n of the group, whatever ``check`` says of
                all: the quota of a class can be a larger part of it than the budget is of all.
            group: materials of the n samples of the group; their scores are finite.
            rng: makes every random choice and breaks every tie.

        Returns:
            ``int64 [keep]``, positions in the group.
        """
