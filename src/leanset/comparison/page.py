"""A page that says what changed from sweep to sweep."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise
from shlex import join

from leanset.comparison.cells import CellChange, CellName, Outcome, outcomes_of
from leanset.comparison.changes import Changes, compare_sweeps
from leanset.comparison.sweep import Sweep
from leanset.words import points

_STAMP = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d)\.(\d\d)\.(\d\d)\.\d{3}Z")
"""A version as Kedro gives it: the moment the sweep began."""

_LONGEST = 200
"""Characters of a value that are shown."""


def comparison_page(sweeps: Sequence[Sweep]) -> str:
    """One HTML page that needs no other file: what changed from each sweep to the next.

    Args:
        sweeps: the oldest first; of a single one the page says that it is the first.
    """
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {
        "moment": _moment,
        "percent": _percent,
        "points": points,
        "clipped": _clipped,
        "as_typed": join,
    }
    template = environment.from_string(
        files("leanset.comparison").joinpath("comparison.html.jinja").read_text(encoding="utf-8")
    )
    newest_first = [compare_sweeps(*pair) for pair in pairwise(sweeps)][::-1]
    return template.render(
        sweeps=list(sweeps),
        pairs=[_Pair.of(changes) for changes in newest_first],
        rows=_rows(sweeps),
        has_recipes=len({recipe for sweep in sweeps for recipe in sweep.runs["recipe"]}) > 1,
    )


@dataclass(frozen=True)
class _Pair:
    """What changed between two sweeps, as it is shown.

    Attributes:
        shown: the cells of which there is something to say, what moved most first.
        folded: those that did not move.
        reach: the largest distance from zero of any interval, so that all share one scale.
    """

    changes: Changes
    shown: list[CellChange]
    folded: list[CellChange]
    reach: float

    @classmethod
    def of(cls, changes: Changes) -> _Pair:
        ends = [abs(end) for cell in changes.cells for end in (cell.low, cell.high) if end]
        return cls(
            changes,
            changes.of("moved down", "moved up", "new", "gone", "too few runs"),
            changes.of("within the noise", "the same runs"),
            max(ends, default=1.0),
        )

    @property
    def tested(self) -> int:
        """How many cells have an interval."""
        return sum(cell.difference is not None for cell in self.changes.cells)

    def across(self, difference: float) -> float:
        """Where on a scale from 0 to 100 a difference stands; none at all is at 50."""
        return round(50 + 48 * difference / self.reach, 2)


@dataclass(frozen=True)
class _Row:
    """A cell, and what came of it in each sweep."""

    name: CellName
    kept: int
    outcomes: list[Outcome | None]


def _rows(sweeps: Sequence[Sweep]) -> list[_Row]:
    """Every cell of any sweep, by samples kept and variant."""
    seen = [outcomes_of(sweep.runs) for sweep in sweeps]
    newest = {name: outcome for outcomes in seen for name, outcome in outcomes.items()}
    rows = [
        _Row(name, outcome.kept, [outcomes.get(name) for outcomes in seen])
        for name, outcome in newest.items()
    ]
    return sorted(rows, key=lambda row: (row.kept, row.name))


def _moment(version: str) -> str:
    """A version as a moment, as far as it is one."""
    return _STAMP.sub(r"\1 \2:\3:\4", version)


def _percent(fraction: float | None) -> str:
    return "–" if fraction is None else f"{fraction * 100:.2f}"


def _clipped(value: str) -> str:
    return value if len(value) <= _LONGEST else f"{value[:_LONGEST]} …"
