"""What a person sees while a sweep runs and when it is done."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from math import isnan
from statistics import median
from typing import TYPE_CHECKING

from rich import get_console, reconfigure
from rich.box import SIMPLE
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table

from leanset.progress import RunFinished
from leanset.sweep import Cell
from leanset.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

_PIPE_WIDTH = 120
_SILENCE = 30.0


def widen_pipes() -> None:
    """Give lines room where no terminal says how wide it is, as in a pipe or a log file."""
    if not get_console().is_terminal:
        reconfigure(width=_PIPE_WIDTH)


def say(text: str) -> None:
    """Print a line as it is."""
    get_console().print(text, markup=False, highlight=False, soft_wrap=True)


class SweepBar:
    """One bar for the sweep: cells and runs done, and the time left.

    Each finished cell is also a line of its own, so that a log file tells the same story.
    Time left goes by samples: those still to be kept over those already trained on per second.
    """

    def __init__(self, cells: Sequence[Cell]) -> None:
        self._runs_of = {(cell.variant, cell.budget): cell.runs for cell in cells}
        self._finished: defaultdict[tuple[str, str], list[RunFinished]] = defaultdict(list)
        self._samples_to_do = sum(cell.kept * cell.runs for cell in cells)
        self._samples_done = self._samples_trained = 0
        self._busy_since = self._last_said = time.monotonic()
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[state]}"),
            console=get_console(), transient=True, disable=not get_console().is_terminal,
        )  # fmt: skip
        self._task = self._progress.add_task(
            "training", total=self._samples_to_do, state=self._state()
        )
        self._progress.start()

    def run_finished(self, event: RunFinished) -> None:
        """Advance by one run, and say how a cell came out when its last run is done."""
        cell = (event.variant, event.budget)
        self._finished[cell].append(event)
        self._samples_done += event.kept
        if not event.from_record:
            self._samples_trained += event.kept
        self._progress.update(self._task, completed=self._samples_done, state=self._state())
        if len(self._finished[cell]) == self._runs_of[cell] or self._has_been_silent():
            say(f"{self._outcome(cell)}   [{self._state()}]")
            self._last_said = time.monotonic()

    def close(self) -> None:
        """Take the bar away."""
        self._progress.stop()

    def _has_been_silent(self) -> bool:
        """Whether a reader without a bar has waited long for a sign of life."""
        return self._progress.disable and time.monotonic() - self._last_said > _SILENCE

    def _outcome(self, cell: tuple[str, str]) -> str:
        variant, budget = cell
        right = [event.accuracy for event in self._finished[cell] if event.accuracy is not None]
        failed = len(self._finished[cell]) - len(right)
        outcome = f"median {median(right) * 100:.2f} %" if right else "no run finished"
        of_runs = f"{len(right)} of {self._runs_of[cell]} runs"
        return f"{variant} at {budget}: {outcome}, {of_runs}" + (
            f", {failed} failed" if failed else ""
        )

    def _state(self) -> str:
        runs = sum(len(events) for events in self._finished.values())
        cells = sum(len(events) == self._runs_of[cell] for cell, events in self._finished.items())
        return (
            f"{cells}/{len(self._runs_of)} cells, {runs}/{sum(self._runs_of.values())} runs, "
            f"{self._time_left()}"
        )

    def _time_left(self) -> str:
        if self._samples_trained == 0:
            return "time left unknown"
        per_sample = (time.monotonic() - self._busy_since) / self._samples_trained
        return f"{duration((self._samples_to_do - self._samples_done) * per_sample)} left"


def duration(seconds: float) -> str:
    """Seconds in words: ``45 s``, ``3 min 5 s``."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def print_summary(summary: pd.DataFrame) -> None:
    """Print the summary as a table a person can read, on a terminal of 80 columns too."""
    table = Table(
        title="Test accuracy, %",
        title_justify="left",
        box=SIMPLE,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    for name in ("variant", "budget"):
        table.add_column(name, no_wrap=True)
    for name in ("kept", "runs", "median", "quartiles", "to random", "s/run"):
        table.add_column(name, justify="right", overflow="fold")
    for row in rows_of(summary):
        table.add_row(
            str(row["variant"]),
            str(row["budget"]),
            f"{row['kept']:,}",
            f"{row['runs']}" + (f" of {row['runs'] + row['failed']}" if row["failed"] else ""),
            _percent(row["accuracy_median"]),
            _span(row["accuracy_lower_quartile"], row["accuracy_upper_quartile"]),
            _points(row["difference_to_random"]),
            "–" if isnan(row["seconds_train"]) else f"{row['seconds_train']:.1f}",
        )
    get_console().print(table)


def _percent(fraction: float) -> str:
    return "–" if isnan(fraction) else f"{fraction * 100:.2f}"


def _span(low: float, high: float) -> str:
    return "–" if isnan(low) else f"{_percent(low)}–{_percent(high)}"


def _points(fraction: float) -> str:
    return "–" if isnan(fraction) else f"{fraction * 100:+.2f}"
