"""``kedro leanset compare``: what changed between sweeps that were reported before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kedro.io import CatalogProtocol
from rich import get_console

from leanset.comparison import Changes, Sweep, compare_sweeps, comparison_page
from leanset.errors import LeansetError
from leanset.terminal import say, table_of, widen_pipes
from leanset.words import points, span_of_points

if TYPE_CHECKING:
    from leanset.comparison import CellChange, Outcome
    from leanset.io.earlier import ReportedSweeps


def compare(catalog: CatalogProtocol[Any, Any], versions: Sequence[str]) -> None:
    """Print what changed between sweeps, and write a page about it.

    Args:
        catalog: that of the environment.
        versions: of the sweeps; without any the last two, and of a single one and the last.

    Raises:
        LeansetError: there is no such version, or there are not two to compare.
    """
    earlier: Any = catalog.get("earlier")
    sweeps = _chosen(earlier.reported, versions)
    page: Any = catalog.get("comparison_page")
    page.save(comparison_page(sweeps))
    widen_pipes()
    print_changes(compare_sweeps(*sweeps[-2:]))
    say(f"The page: {_place(page)}")


def _place(page: Any) -> str:
    """Where a page lies, as a person opens it."""
    path = str(page._filepath)
    return path if page._protocol == "file" else str(page._fs.unstrip_protocol(path))


def _chosen(reported: ReportedSweeps, versions: Sequence[str]) -> list[Sweep]:
    """The sweeps that are meant, the oldest first."""
    known = list(reported.newest_first())
    asked = set(versions) if len(versions) > 1 else {*versions, *known[: 2 - len(versions)]}
    sweeps = [reported.sweep(version) for version in sorted(asked)]
    if len(sweeps) < 2:
        raise LeansetError(
            "it takes two sweeps to compare.",
            where=reported.place,
            remedy=f"Name another: {known[1]}." if len(known) > 1 else "Run it again: kedro run.",
        )
    return sweeps


def print_changes(changes: Changes) -> None:
    """Print what changed in a sentence, and each cell, setting and circumstance that did."""
    say(changes.headline)
    for sentence in changes.data:
        say(sentence)
    changed = [cell for cell in changes.cells if cell.verdict in _SAID]
    if changed:
        table = table_of(
            "Median test accuracy, %", ("variant", "budget"),
            ("before", "after", "difference of means", "verdict"),
        )  # fmt: skip
        for cell in changed:
            table.add_row(
                cell.variant, cell.budget, _median(cell.before), _median(cell.after),
                _difference(cell), cell.verdict,
            )  # fmt: skip
        get_console().print(table)
    for change in changes.settings:
        say(f"{change.key}: {change.before or 'not there'} → {change.after or 'not there'}")


_SAID = ("moved up", "moved down", "new", "gone", "too few runs")
"""The verdicts of cells of which there is something to say."""


def _median(outcome: Outcome | None) -> str:
    return f"{outcome.median * 100:.2f}" if outcome and outcome.median is not None else "–"


def _difference(cell: CellChange) -> str:
    if cell.difference is None or cell.low is None or cell.high is None:
        return "–"
    return f"{points(cell.difference)} ({span_of_points(cell.low, cell.high)})"
