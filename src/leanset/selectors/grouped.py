"""A budget divided over the classes, or spent on all samples at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from leanset.budgets import equal_quotas, proportional_quotas
from leanset.selectors.base import Materials, SelectorBase

Balance: TypeAlias = Literal["none", "proportional", "uniform"]

_DIVIDE = {"proportional": proportional_quotas, "uniform": equal_quotas}


class Grouped(SelectorBase, ABC):
    """A rule that is applied to all samples at once or to each class by itself.

    With ``balance: proportional`` each class keeps its share of the training split and at least
    one sample, with ``uniform`` all classes keep the same number, and what a short class cannot
    fill goes to the others.
    """

    balance: Balance = "none"

    def uses_labels(self) -> bool:
        """Only to balance classes."""
        return self.balance != "none"

    def remarks(self, keep: int, materials: Materials) -> Iterator[str]:
        """Which classes are too small for an equal share."""
        sizes = np.bincount(materials.labels)
        sizes = sizes[sizes > 0]
        short = np.count_nonzero(sizes * len(sizes) < keep)
        if self.balance == "uniform" and short:
            yield (
                f"{short} of {len(sizes)} classes have fewer samples than an equal share of "
                f"{keep}; all of theirs are kept, and the others make up for them."
            )

    def refuse_unusable(self, materials: Materials) -> None:
        """Refuse materials that cannot be selected from.

        Raises:
            LeansetError: with what is wrong with them.
        """

    def group_sizes(self, labels: NDArray[np.int64]) -> NDArray[np.int64]:
        """How many samples each group has."""
        if self.balance == "none":
            return np.array([len(labels)])
        sizes = np.bincount(labels)
        return sizes[sizes > 0]

    def groups(
        self, keep: int, labels: NDArray[np.int64], rng: np.random.Generator
    ) -> Iterator[tuple[int, NDArray[np.int64]]]:
        """The quota and the samples, in ascending order, of each group that keeps any."""
        if self.balance == "none":
            yield keep, np.arange(len(labels))
            return
        divide: Callable[..., NDArray[np.int64]] = _DIVIDE[self.balance]
        sizes = np.bincount(labels)
        by_class = np.argsort(labels, kind="stable")
        members = np.split(by_class, np.cumsum(sizes)[:-1])
        for quota, samples in zip(divide(sizes, keep, rng), members, strict=True):
            if quota:
                yield int(quota), samples

    def select(
        self, keep: int, materials: Materials, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Divide the budget over the groups, then pick within each.

        Raises:
            LeansetError: what is selected from cannot be used.
        """
        self.refuse_unusable(materials)
        return np.concatenate(
            [
                samples[self.pick(quota, materials.restricted(samples), rng)]
                for quota, samples in self.groups(keep, materials.labels, rng)
            ]
        )

    @abstractmethod
    def pick(self, keep: int, group: Materials, rng: np.random.Generator) -> NDArray[np.int64]:
        """Choose exactly ``keep`` distinct samples of one group.

        Args:
            keep: samples to keep, from 1 to the size n of the group, whatever ``check`` says of
                all: the quota of a class can be a larger part of it than the budget is of all.
            group: materials of the n samples of the group.
            rng: makes every random choice and breaks every tie.

        Returns:
            ``int64 [keep]``, positions in the group.
        """
