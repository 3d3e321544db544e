"""How the samples that a variant selects divide over the classes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from leanset.words import listed

if TYPE_CHECKING:
    import pandas as pd

_ROWS = 20
"""Classes that are listed; of more, half are those with the least and half with the most."""

_NAMED = 5
"""Missing classes that a sentence names; of more, the others are counted."""


@dataclass(frozen=True)
class ClassCount:
    """The selected samples of one class at one budget.

    Attributes:
        median: over runs, in words.
        bar: its length, in percent of the longest at that budget.
        fair: the length it would have if the class kept its share of the training split.
        lacking: in how many of the runs there is none at all.
        runs: how many there are.
    """

    median: str
    bar: float
    fair: float
    lacking: int
    runs: int


@dataclass(frozen=True)
class ClassRow:
    """One class: its share of the training split in words, and its counts at every budget."""

    name: str
    share: str
    counts: tuple[ClassCount, ...]


@dataclass(frozen=True)
class Balance:
    """The classes among what a variant selects.

    Attributes:
        budgets: as a person reads them, ascending.
        rows: for each class that is listed, in the order of the labels.
        unlisted: how many classes are not.
        lacking: a sentence on each budget at which a class is missing.
    """

    budgets: tuple[str, ...]
    rows: tuple[ClassRow, ...]
    unlisted: int
    lacking: tuple[str, ...]

    @property
    def longest_name(self) -> int:
        """Characters of the longest class name that is listed."""
        return max(len(row.name) for row in self.rows)


@dataclass(frozen=True)
class _Column:
    """One budget: what each run selects of each class ``[R, C]``, and what would be fair ``[C]``.

    The medians ``[C]`` are of the runs.
    """

    budget: str
    counts: NDArray[np.int64]
    medians: NDArray[np.float64]
    fair: NDArray[np.float64]

    @classmethod
    def of(cls, budget: str, counts: NDArray[np.int64], whole: NDArray[np.int64]) -> _Column:
        medians = np.median(counts, axis=0)
        return cls(budget, counts, medians, counts[0].sum() * whole / whole.sum())

    def count_of(self, label: int) -> ClassCount:
        longest = max(self.medians.max(), self.fair.max())
        return ClassCount(
            median=f"{self.medians[label]:,.1f}".removesuffix(".0"),
            bar=round(float(100 * self.medians[label] / longest), 1),
            fair=round(float(100 * self.fair[label] / longest), 1),
            lacking=int((self.counts[:, label] == 0).sum()),
            runs=len(self.counts),
        )

    def lacking(self, class_names: Sequence[str]) -> Iterator[str]:
        absent = self.counts == 0
        if absent.any():
            names = [
                name for name, gone in zip(class_names, absent.any(axis=0), strict=True) if gone
            ]
            named = names[:_NAMED]
            more = [f"{len(names) - _NAMED:,} more"] if len(names) > _NAMED else []
            yield (
                f"At {self.budget}, {int(absent.any(axis=1).sum())} of {len(absent)} subsets lack "
                f"a class: {listed([*named, *more], 'and')}."
            )


def balance_of(
    subsets: pd.DataFrame, labels: NDArray[np.int64], class_names: Sequence[str]
) -> Balance:
    """The balance of the subsets of one variant, whose table has a row for each budget and run.

    Of more than twenty classes those are listed that have the least and the most at the smallest
    budget, for their share of the training split.

    Args:
        subsets: with ``budget``, ``kept`` and ``class_histogram``.
        labels: of the training split, ``int64 [N]``.
        class_names: C of them, in the order of the labels.
    """
    whole = np.bincount(labels, minlength=len(class_names))
    columns = [
        _Column.of(str(budget), np.stack(cell["class_histogram"].to_list()), whole)
        for (_, budget), cell in subsets.groupby(["kept", "budget"], sort=True)
    ]
    rows = [
        ClassRow(
            name=class_names[label],
            share=f"{whole[label] / whole.sum() * 100:.1f} %",
            counts=tuple(column.count_of(label) for column in columns),
        )
        for label in _listed(columns[0])
    ]
    return Balance(
        budgets=tuple(column.budget for column in columns),
        rows=tuple(rows),
        unlisted=len(class_names) - len(rows),
        lacking=tuple(said for column in columns for said in column.lacking(class_names)),
    )


def _listed(column: _Column) -> list[int]:
    """The labels to be listed, ascending."""
    if len(column.medians) <= _ROWS:
        return list(range(len(column.medians)))
    # a class without any sample in the training split can be neither scarce nor frequent
    ratio = np.divide(column.medians, column.fair, out=np.ones_like(column.fair),
                      where=column.fair > 0)  # fmt: skip
    order = np.argsort(ratio, kind="stable")
    half = _ROWS // 2
    return sorted(int(label) for label in [*order[:half], *order[-half:]])
