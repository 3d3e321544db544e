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

from leanset.claims.words import measured, sides
from leanset.progress import RunFinished
from leanset.sweep import Cell
from leanset.tables import rows_of
from leanset.words import percent, points

if TYPE_CHECKING:
    import pandas as pd

_PIPE_WIDTH = 120
_SILENCE = 30.0
_FREE = 1.0


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
        outcome = f"median {percent(median(right))}" if right else "no run finished"
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


def print_summary(summary: pd.DataFrame, comparisons: pd.DataFrame) -> None:
    """Print the summary as a table a person can read, on a terminal of 80 columns too.

    The difference to random has its verdict beside it, where there is one.
    """
    words = ("variant", "budget")
    numbers = ("kept", "runs", "median", "mean, 95 %", "to random", "s/run")
    to_random = comparisons[comparisons["against"] == "random"]
    verdicts = {
        (row["variant"], row["recipe"], row["kept"]): row["verdict"] for row in rows_of(to_random)
    }
    table = table_of("Test accuracy, %", words, numbers)
    for row in rows_of(summary):
        verdict = verdicts.get((row["variant"], row["recipe"], row["kept"]), "")
        table.add_row(
            str(row["variant"]),
            str(row["budget"]),
            f"{row['kept']:,}",
            f"{row['runs']}" + (f" of {row['runs'] + row['failed']}" if row["failed"] else ""),
            _percent(row["accuracy_median"]),
            _mean(row["accuracy_mean"], row["accuracy_low"], row["accuracy_high"]),
            f"{_MARKS.get(verdict, '')}{_points(row['difference_to_random'])}",
            "–" if isnan(row["seconds_train"]) else f"{row['seconds_train']:.1f}",
        )
    get_console().print(table)


_MARKS = {"better": "better ", "worse": "worse "}


def print_findings(findings: pd.DataFrame) -> None:
    """Print what the ledger shows in plain words, and last what to take."""
    rows = rows_of(findings)
    others = [row for row in rows if row["kind"] not in _VERDICT]
    say("What this shows")
    for row in others:
        say(f"  {row['text']}")
    for row in rows:
        if row["kind"] in _VERDICT:
            say(row["text"])


_VERDICT = ("recommendation", "basis")


def print_costs(summary: pd.DataFrame) -> None:
    """Print what selecting a subset took, and after how many trainings it has paid for itself.

    Only of variants that select by something costly: cheaper than a second is free.
    """
    finished = summary[summary["runs"] > 0]
    dearest = finished.groupby("variant")["seconds_selection"].transform("max")
    costly = finished[dearest >= _FREE]
    compared = set(finished.loc[finished["variant"] == "full", "recipe"])
    if costly.empty:
        return
    table = table_of(
        "What selecting took",
        ("variant",),
        ("proxy epochs", "seconds", "trainings until it has paid"),
    )
    for variant, cells in costly.groupby("variant"):
        table.add_row(
            str(variant),
            f"{cells['proxy_epochs'].max():g}",
            f"{cells['seconds_selection'].max():.1f}",
            _repaid(cells) if compared.issuperset(cells["recipe"]) else "unknown without full",
        )
    get_console().print(table)


def print_gradient_match(matches: pd.DataFrame, summary: pd.DataFrame) -> None:
    """Print how far the gradient of each cell's subsets is from that of all samples; medians.

    At the proxies that a run selected at, and at those of the next run, which are held out. A
    weighted subset counts as the share of its samples that is effective.
    """
    of_cell = ["variant", "recipe", "budget", "kept"]
    errors = ["error_here", "error_elsewhere", "random_here", "random_elsewhere"]
    weights = summary[[*of_cell, "weighting", "effective_share", "greatest_weight"]]
    medians = matches.groupby([*of_cell, "log"], sort=False)[errors].median().reset_index()
    measured = ("here", "held\nout", "random\nhere", "random\nheld\nout")
    table = table_of(
        "How well subsets match the gradient of all samples (relative error)",
        ("variant", "budget"),
        ("weights", *measured, "counts\nas", "top\nweight"),
    )
    for row in rows_of(medians.merge(weights, how="left", on=of_cell)):
        table.add_row(
            str(row["variant"]),
            str(row["budget"]),
            "–" if isnan(row["effective_share"]) else str(row["weighting"]),
            *("–" if isnan(row[error]) else f"{row[error]:.2f}" for error in errors),
            _short(row["effective_share"] * 100, " %"),
            _short(row["greatest_weight"]),
        )
    get_console().print(table)


def print_detectors(detectors: pd.DataFrame) -> None:
    """Print how well each score finds the labels that were made wrong, best first.

    As many suspects are looked at as there are wrong labels; medians over replicates.
    """
    at_wrong = detectors[detectors["k"] == detectors["wrong_labels"]]
    wrong = at_wrong["k"].iloc[0]
    columns = ["roc_auc", "average_precision", "precision_at_k"]
    medians = at_wrong.groupby("detector")[columns].median()
    best_first = medians.sort_values("roc_auc", ascending=False, kind="stable").reset_index()
    table = table_of(
        f"Finding the {wrong:,} wrong labels",
        ("score",),
        ("ROC-AUC", "average precision", f"wrong among the top {wrong:,}"),
    )
    for row in rows_of(best_first):
        table.add_row(
            str(row["detector"]),
            f"{row['roc_auc']:.4f}",
            f"{row['average_precision']:.4f}",
            f"{row['precision_at_k'] * 100:.1f} %",
        )
    get_console().print(table)


def print_verdicts(verdicts: pd.DataFrame) -> None:
    """Print what became of each hypothesis, comparison by comparison, in percent points."""
    for row in rows_of(verdicts):
        say(f"{row['verdict']}: {row['claim']} [{sides(row)}: {measured(row)}]")


def table_of(title: str, words: Sequence[str], numbers: Sequence[str]) -> Table:
    """An empty table, its words to the left and its numbers to the right."""
    table = Table(
        title=title,
        title_justify="left",
        box=SIMPLE,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    for name in words:
        table.add_column(name, no_wrap=True)
    for name in numbers:
        table.add_column(name, justify="right", overflow="fold")
    return table


def _repaid(cells: pd.DataFrame) -> str:
    """After how many trainings each budget of a variant has paid for its selection."""
    counted = cells["pays_after"].notna()
    trainings = cells["pays_after"].map("{:,}".format).where(counted, "never")
    return ", ".join(trainings + " at " + cells["budget"])


def _short(number: float, unit: str = "") -> str:
    """A number of which nobody needs a third digit."""
    if isnan(number):
        return "–"
    return f"{number:,.0f}{unit}" if number >= 10 else f"{number:.1f}{unit}"


def _percent(fraction: float) -> str:
    return "–" if isnan(fraction) else f"{fraction * 100:.2f}"


def _mean(mean: float, low: float, high: float) -> str:
    """A mean with the half width of its interval, where there is one."""
    if isnan(high):
        return _percent(mean)
    return f"{_percent(mean)} ±{max(mean - low, high - mean) * 100:.2f}"


def _points(fraction: float) -> str:
    return "–" if isnan(fraction) else points(fraction)
