"""What became of each cell between two sweeps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean, median
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

from leanset.comparison.sweep import COMPARED
from leanset.statistics import welch_difference
from leanset.tables import Table, rows_of

CONFIDENCE = 0.95
"""Of the intervals of all cells that are compared, together."""

Verdict: TypeAlias = Literal[
    "moved down", "moved up", "new", "gone", "too few runs", "within the noise", "the same runs"
]

_ORDER: tuple[Verdict, ...] = get_args(Verdict)


class CellName(NamedTuple):
    """What a cell is known by in every sweep; ``budget`` is its label."""

    variant: str
    recipe: str
    budget: str


@dataclass(frozen=True)
class Outcome:
    """A cell of one sweep; accuracies are fractions, and missing where no run finished.

    Attributes:
        kept: samples.
        runs: that finished; the others are ``failed``.
    """

    kept: int
    runs: int
    failed: int
    mean: float | None
    median: float | None


@dataclass(frozen=True)
class CellChange:
    """A cell of either sweep, and what became of it.

    Attributes:
        before: None where it is new.
        after: None where it is gone.
        same_runs: how many runs of both have the same key and the same outcome.
        difference: of the means, after minus before, as a fraction; missing, as the interval from
            ``low`` to ``high`` is, where runs are the same or too few.
    """

    variant: str
    recipe: str
    budget: str
    before: Outcome | None
    after: Outcome | None
    same_runs: int
    verdict: Verdict
    difference: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def kept(self) -> int:
        """Samples kept, by the newer sweep if it has the cell."""
        outcome = self.after or self.before
        return outcome.kept if outcome else 0

    @property
    def moved(self) -> bool:
        """Whether its interval leaves no change out."""
        return self.verdict in ("moved down", "moved up")

    @property
    def is_in_both(self) -> bool:
        """Whether both sweeps have it."""
        return self.before is not None and self.after is not None


def changes_of_cells(older: Table, newer: Table) -> tuple[CellChange, ...]:
    """What became of each cell, what moved most first.

    The interval around a difference of means is Welch's. It holds with 95 % for all cells together
    whose runs are not the same and number two or more on both sides (Bonferroni). Two sweeps that
    share some runs of a cell are compared as if they did not, which widens its interval.

    Args:
        older: a ledger, at least the columns ``COMPARED``.
        newer: another.
    """
    before, after = _runs_of_cells(older), _runs_of_cells(newer)
    pairs = {cell: (before.get(cell), after.get(cell)) for cell in before | after}
    tested = sum(_at_first_sight(*pair) == "within the noise" for pair in pairs.values())
    confidence = 1 - (1 - CONFIDENCE) / max(tested, 1)
    return tuple(
        sorted((_change(cell, *pair, confidence) for cell, pair in pairs.items()), key=_place)
    )


def outcomes_of(runs: Table) -> dict[CellName, Outcome]:
    """Every cell of a ledger."""
    return {cell: of_cell.outcome() for cell, of_cell in _runs_of_cells(runs).items()}


@dataclass(frozen=True)
class _Runs:
    """The runs of a cell.

    Attributes:
        accuracies: of those that finished.
        outcomes: the key and the accuracy of each, which is None where it failed.
    """

    kept: int
    accuracies: tuple[float, ...]
    outcomes: frozenset[tuple[str, float | None]]

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, Any]]) -> _Runs:
        outcomes = [
            (row["run_key"], float(row["accuracy"]) if row["status"] == "ok" else None)
            for row in rows
        ]
        finished = tuple(accuracy for _, accuracy in outcomes if accuracy is not None)
        return cls(int(rows[0]["kept"]), finished, frozenset(outcomes))

    def outcome(self) -> Outcome:
        finished = self.accuracies
        return Outcome(
            kept=self.kept,
            runs=len(finished),
            failed=len(self.outcomes) - len(finished),
            mean=fmean(finished) if finished else None,
            median=median(finished) if finished else None,
        )


def _runs_of_cells(runs: Table) -> dict[CellName, _Runs]:
    rows: defaultdict[CellName, list[dict[str, Any]]] = defaultdict(list)
    for row in rows_of(runs[list(COMPARED)]):
        rows[CellName(row["variant"], row["recipe"], row["budget"])].append(row)
    return {cell: _Runs.of(of_cell) for cell, of_cell in rows.items()}


def _at_first_sight(before: _Runs | None, after: _Runs | None) -> Verdict:
    """What is known without an interval: it is noise until that says otherwise."""
    if before is None:
        return "new"
    if after is None:
        return "gone"
    if before.outcomes == after.outcomes:
        return "the same runs"
    if min(len(before.accuracies), len(after.accuracies)) < 2:
        return "too few runs"
    return "within the noise"


def _change(
    cell: CellName, before: _Runs | None, after: _Runs | None, confidence: float
) -> CellChange:
    first_sight = CellChange(
        *cell,
        before=before.outcome() if before else None,
        after=after.outcome() if after else None,
        same_runs=len(before.outcomes & after.outcomes) if before and after else 0,
        verdict=_at_first_sight(before, after),
    )
    if not (before and after) or first_sight.verdict != "within the noise":
        return first_sight
    welch = welch_difference(after.accuracies, before.accuracies, confidence)
    verdict: Verdict = "within the noise"
    if welch.low > 0:
        verdict = "moved up"
    if welch.high < 0:
        verdict = "moved down"
    return replace(
        first_sight, verdict=verdict, difference=welch.estimate, low=welch.low, high=welch.high
    )


def _place(cell: CellChange) -> tuple[int, float, int, str, str]:
    """Where a cell stands: what moved, by how far; then the others by verdict and size."""
    rank = 0 if cell.moved else _ORDER.index(cell.verdict)
    distance = abs(cell.difference or 0.0) if cell.moved else 0.0
    return rank, -distance, cell.kept, cell.variant, cell.recipe
