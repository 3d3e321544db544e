"""How accurate every cell is, and every variant on the whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leanset.report.content import Content
from leanset.report.tables.shown import Column, Datum, Grid, Row
from leanset.report.words import (
    NOTHING,
    accuracy,
    between,
    count,
    difference,
    duration,
    known,
    span,
)
from leanset.tables import rows_of

_MOODS = {"better": "good", "within": "good", "worse": "bad", "below": "bad"}

_NOTHING = Datum(NOTHING)

_TO_RANDOM = {
    "better": "better than random",
    "worse": "worse than random",
    "not shown": "no difference shown",
    "too few runs": "too few runs",
}
_TO_FULL = {
    "within": "within the margin",
    "below": "below the margin",
    "not shown": "open",
    "too few runs": "too few runs",
}


def name_of(row: Mapping[str, Any], content: Content) -> Datum:
    """The variant of a row, and its recipe where there are several."""
    return Datum.word(row["variant"], note=row["recipe"] if content.has_recipes else "")


def kept_of(row: Mapping[str, Any]) -> Datum:
    """How many samples a row keeps, and the budget as it was written."""
    kept = count(row["kept"])
    budget = str(row["budget"])
    return Datum.number(
        row["kept"], kept, note="" if budget in (kept, str(row["kept"])) else budget
    )


def accuracy_table(content: Content) -> Grid:
    """The numbers of the figure of accuracies."""
    rows = tuple(
        Row(
            (
                name_of(row, content),
                kept_of(row),
                Datum.number(row["accuracy_mean"], accuracy(row["accuracy_mean"])),
                Datum(span(row["accuracy_low"], row["accuracy_high"])),
                Datum.number(row["accuracy_median"], accuracy(row["accuracy_median"])),
                Datum.number(row["runs"], count(row["runs"])),
            ),
            row["variant"],
        )
        for row in content.cells
    )
    columns = (
        Column("variant", is_number=False),
        Column("kept"),
        Column("mean, %"),
        Column("interval"),
        Column("median, %"),
        Column("runs"),
    )
    return Grid("Accuracy of every cell", columns, rows)


def cell_table(content: Content) -> Grid:
    """Everything about every cell that was asked for, those without a finished run too."""
    to_random, to_full = (
        {(row["variant"], row["recipe"], row["kept"]): row for row in content.against(other)}
        for other in ("random", "full")
    )
    rows = []
    for row in rows_of(content.summary.sort_values(["variant", "recipe", "kept"])):
        cell = row["variant"], row["recipe"], row["kept"]
        rows.append(
            Row(
                (
                    name_of(row, content),
                    kept_of(row),
                    _mean(row),
                    *_compared(to_random.get(cell), _TO_RANDOM),
                    *_compared(to_full.get(cell), _TO_FULL),
                    _more_runs(to_random.get(cell), to_full.get(cell)),
                    _runs(row),
                    Datum.number(row["seconds_train"], duration(row["seconds_train"])),
                ),
                row["variant"],
            )
        )
    columns = (
        Column("variant", is_number=False),
        Column("kept"),
        Column("accuracy, %", about="mean and interval"),
        Column("to random", about="percent points"),
        Column("against random", is_number=False),
        Column("to full", about="percent points"),
        Column("against full", is_number=False),
        Column("runs to settle", about="of each cell"),
        Column("runs"),
        Column("one training"),
    )
    return Grid("All cells", columns, tuple(rows))


def _mean(row: Mapping[str, Any]) -> Datum:
    if not row["runs"]:
        return _NOTHING
    interval = span(row["accuracy_low"], row["accuracy_high"]).removesuffix(" %")
    return Datum.number(row["accuracy_mean"], accuracy(row["accuracy_mean"]), interval)


def _compared(row: Mapping[str, Any] | None, words: Mapping[str, str]) -> tuple[Datum, Datum]:
    if row is None:
        return _NOTHING, _NOTHING
    apart = Datum.number(
        row["difference"],
        difference(row["difference"]),
        between(row["low"], row["high"]).replace(NOTHING, ""),
    )
    verdict = row["verdict"]
    return apart, Datum.word(words[verdict], mood=_MOODS.get(verdict, "open"))


def _more_runs(*comparisons: Mapping[str, Any] | None) -> Datum:
    """How many runs would settle what is open: the most that any comparison takes."""
    open_ = [row for row in comparisons if row is not None and row["verdict"] == "not shown"]
    if not open_:
        return _NOTHING
    needed = [row["runs_needed"] for row in open_]
    if not all(map(known, needed)):
        return Datum("over 1,000", "1e6")
    most = max(int(runs) for runs in needed)
    return Datum.number(most, count(most))


def _runs(row: Mapping[str, Any]) -> Datum:
    failed = f"{row['failed']} failed" if row["failed"] else ""
    return Datum.number(row["runs"], count(row["runs"]), failed, "bad" if failed else "")


def area_table(content: Content) -> Grid | None:
    """How good each variant is on the whole, the best first; None where no budgets are shared."""
    if content.areas.empty:
        return None
    rows = tuple(
        Row(
            (
                name_of(row, content),
                Datum.number(row["area"], accuracy(row["area"]), span(row["low"], row["high"])),
                Datum.number(
                    row["difference_to_random"],
                    difference(row["difference_to_random"]),
                    between(row["difference_low"], row["difference_high"]).replace(NOTHING, ""),
                ),
            ),
            row["variant"],
        )
        for row in rows_of(content.areas.sort_values("area", ascending=False))
    )
    ends = rows_of(content.areas)[0]
    shared = f"from {count(ends['from_kept'])} to {count(ends['to_kept'])} kept"
    columns = (
        Column("variant", is_number=False),
        Column("mean accuracy, %", about=shared),
        Column("to random", about="percent points"),
    )
    return Grid(f"Mean accuracy over all shared budgets, {shared}", columns, rows)
