"""What selecting and training take, and when selecting has paid."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leanset.report.content import Content
from leanset.report.figures.time import on_front, seconds_of
from leanset.report.tables.accuracy import kept_of, name_of
from leanset.report.tables.shown import Column, Datum, Grid, Row
from leanset.report.words import accuracy, count, duration, known

_FREE = 1.0
"""Seconds below which a selection is as good as free."""


def time_table(content: Content) -> Grid:
    """The numbers of the figure of times."""
    timed = [row for row in content.cells if known(seconds_of(row))]
    best = [id(row) for row in on_front(timed)]
    rows = tuple(
        Row(
            (
                name_of(row, content),
                kept_of(row),
                Datum.number(row["seconds_selection"], duration(row["seconds_selection"])),
                Datum.number(row["seconds_train"], duration(row["seconds_train"])),
                Datum.number(row["accuracy_mean"], accuracy(row["accuracy_mean"])),
                Datum.word("unbeaten", mood="good") if id(row) in best else Datum(""),
            ),
            row["variant"],
        )
        for row in timed
    )
    columns = (
        Column("variant", is_number=False),
        Column("kept"),
        Column("selecting"),
        Column("one training"),
        Column("accuracy, %"),
        Column("", is_number=False, about="no faster cell has a higher mean"),
    )
    return Grid("Time and accuracy of every cell", columns, rows)


def payback_table(content: Content) -> Grid | None:
    """After how many trainings each selection has paid; None where all are free or full is not."""
    cells = [row for row in content.cells if row["variant"] != "full"]
    dearest: dict[tuple[str, str], float] = {}
    for row in cells:
        arm = row["variant"], row["recipe"]
        dearest[arm] = max(dearest.get(arm, 0.0), row["seconds_selection"])
    costly = [arm for arm, seconds in dearest.items() if seconds >= _FREE]
    if content.full is None or not costly:
        return None
    sizes = sorted({row["kept"] for row in cells})
    by_cell = {(row["variant"], row["recipe"], row["kept"]): row for row in cells}
    rows = tuple(
        Row(
            (
                name_of({"variant": arm[0], "recipe": arm[1]}, content),
                Datum.number(dearest[arm], duration(dearest[arm])),
                *(_payback(by_cell.get((*arm, size))) for size in sizes),
            ),
            arm[0],
        )
        for arm in costly
    )
    columns = (
        Column("variant", is_number=False),
        Column("selecting"),
        *(Column(f"{count(size)} kept") for size in sizes),
    )
    return Grid("Trainings after which a selection has paid for itself", columns, rows)


def _payback(row: Mapping[str, Any] | None) -> Datum:
    if row is None:
        return Datum("")
    trainings = row["pays_after"]
    if not known(trainings):
        return Datum("never", "1e12", mood="bad")
    return Datum.number(trainings, count(trainings), mood="good" if trainings == 1 else "")
