"""Our cells, and what an interval says of a difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from leanset.statistics import Interval

if TYPE_CHECKING:
    import pandas as pd

CONFIDENCE = 0.95
"""Of every interval: for each cell on its own, and for all comparisons of a claim together."""

UNKNOWN = Interval(float("nan"), float("nan"), float("nan"))
"""The difference from a cell that was not run."""


@dataclass(frozen=True)
class OurCell:
    """The finished runs of one cell, accuracies in percent."""

    kept: int
    accuracies: NDArray[np.float64]


OurCells: TypeAlias = Mapping[tuple[str, str], OurCell]


def finished_cells(runs: pd.DataFrame) -> OurCells:
    """The cells of the ledger that have a finished run, by variant and label of the budget."""
    finished = runs[runs["status"] == "ok"]
    return {
        (str(variant), str(budget)): OurCell(
            int(cell["kept"].iloc[0]), cell["accuracy"].to_numpy(dtype=np.float64) * 100
        )
        for (variant, budget), cell in finished.groupby(["variant", "budget"])
    }


def in_words(difference: Interval, above: str, below: str, neither: str) -> str:
    """Which side of zero an interval lies on."""
    if difference.low > 0:
        return above
    return below if difference.high < 0 else neither


def columns_of(difference: Interval) -> dict[str, float]:
    """A difference as columns of a table."""
    return {"difference": difference.estimate, "low": difference.low, "high": difference.high}
