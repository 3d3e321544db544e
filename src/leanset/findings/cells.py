"""The finished runs of every cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from leanset.statistics import Moments, Pairs

if TYPE_CHECKING:
    import pandas as pd


class CellName(NamedTuple):
    """Which cell it is."""

    variant: str
    recipe: str
    kept: int


@dataclass(frozen=True)
class FinishedCell:
    """A cell with at least one finished run.

    Attributes:
        budget: as a person reads it.
        runs: ``int64 [R]``, ascending, the numbers of its finished runs.
        accuracies: ``float64 [R]``, fractions, in that order.
        keys: of its runs, in that order.
    """

    name: CellName
    budget: str
    runs: NDArray[np.int64]
    accuracies: NDArray[np.float64]
    keys: tuple[str, ...]

    @cached_property
    def moments(self) -> Moments:
        """Of its accuracies."""
        return Moments.of(self.accuracies)

    def paired_with(self, other: FinishedCell) -> Pairs:
        """The accuracies of both in the runs that both finished."""
        _, ours, others = np.intersect1d(self.runs, other.runs, return_indices=True)
        return self.accuracies[ours], other.accuracies[others]


Cells: TypeAlias = Mapping[CellName, FinishedCell]


def finished_cells(runs: pd.DataFrame) -> dict[CellName, FinishedCell]:
    """The cells of a ledger in which a run finished, by variant, recipe and number kept."""
    finished = runs[runs["status"] == "ok"].sort_values("run")
    cells = {}
    for _, rows in finished.groupby(["variant", "recipe", "kept"]):
        first = rows.iloc[0]
        name = CellName(str(first["variant"]), str(first["recipe"]), int(first["kept"]))
        cells[name] = FinishedCell(
            name,
            str(first["budget"]),
            rows["run"].to_numpy(dtype=np.int64),
            rows["accuracy"].to_numpy(dtype=np.float64),
            tuple(rows["run_key"]),
        )
    return cells


def full_of(cells: Cells, recipe: str) -> FinishedCell | None:
    """The cell of a recipe that keeps every sample, if it finished a run."""
    return next(
        (cell for name, cell in cells.items() if (name.variant, name.recipe) == ("full", recipe)),
        None,
    )
