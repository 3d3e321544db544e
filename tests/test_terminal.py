"""What a person sees: lines in a log, a bar on a terminal, and the summary as a table."""

import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import numpy as np
import pandas as pd
import pytest
import rich
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from leanset import terminal
from leanset.progress import RunFinished
from leanset.summary import summarise
from leanset.sweep import Cell
from leanset.terminal import SweepBar, duration, print_summary, say, widen_pipes

CELLS = [
    Cell("random", "lenet5", "20", 20, 2, ()),
    Cell("near", "lenet5", "100", 100, 1, ()),
]  # 2 × 20 + 100 = 140 samples


def event(variant: str, kept: int, run: int, accuracy: float | None) -> RunFinished:
    failure = "DivergedError: nan" if accuracy is None else None
    return RunFinished(variant, str(kept), run, kept, kept, 1.0, 1, accuracy, failure)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    ours = Clock()
    monkeypatch.setattr(terminal, "time", ours)
    return ours


def use(monkeypatch: pytest.MonkeyPatch, **options: Any) -> StringIO:
    """Print to a console of our own; what it received."""
    received = StringIO()
    console = Console(file=received, **options)
    monkeypatch.setattr(terminal, "get_console", lambda: console)
    return received


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What is written where there is no terminal."""
    return use(monkeypatch, force_terminal=False, width=120)


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What is written on a terminal, with the codes that move its cursor."""
    return use(monkeypatch, force_terminal=True, width=120)


# --- without a terminal


def test_a_cell_is_a_line_when_its_last_run_is_done(log: StringIO, clock: Clock) -> None:
    bar = SweepBar(CELLS)
    clock.now += 10
    bar.run_finished(event("random", 20, 1, 0.5))
    assert log.getvalue() == ""
    clock.now += 10
    bar.run_finished(event("random", 20, 0, 0.6))
    bar.close()
    # 20 s for 40 samples, so 50 s for the 100 that are left
    assert log.getvalue() == (
        "random at 20: median 55.00 %, 2 of 2 runs   [1/2 cells, 2/3 runs, 50 s left]\n"
    )


def test_the_last_line_says_that_nothing_is_left(log: StringIO, clock: Clock) -> None:
    bar = SweepBar(CELLS)
    clock.now += 5
    for finished in (
        event("near", 100, 0, 0.9),
        event("random", 20, 0, 0.5),
        event("random", 20, 1, 0.5),
    ):
        bar.run_finished(finished)
    assert log.getvalue().splitlines() == [
        "near at 100: median 90.00 %, 1 of 1 runs   [1/2 cells, 1/3 runs, 2 s left]",
        "random at 20: median 50.00 %, 2 of 2 runs   [2/2 cells, 3/3 runs, 0 s left]",
    ]


def test_failed_runs_are_counted_and_leave_the_median_to_the_others(
    log: StringIO, clock: Clock
) -> None:
    bar = SweepBar(CELLS)
    clock.now += 7
    bar.run_finished(event("near", 100, 0, None))
    bar.run_finished(event("random", 20, 0, None))
    bar.run_finished(event("random", 20, 1, 0.25))
    assert [line.partition("   [")[0] for line in log.getvalue().splitlines()] == [
        "near at 100: no run finished, 0 of 1 runs, 1 failed",
        "random at 20: median 25.00 %, 1 of 2 runs, 1 failed",
    ]


def test_a_reader_without_a_bar_is_not_left_without_a_sign_of_life(
    log: StringIO, clock: Clock
) -> None:
    bar = SweepBar([Cell("random", "lenet5", "20", 20, 9, ())])
    for run in range(4):
        clock.now += 20
        bar.run_finished(event("random", 20, run, 0.5))
    # after 20 s nothing, after 40 s a line, 20 s later nothing, 40 s later a line
    assert log.getvalue().splitlines() == [
        "random at 20: median 50.00 %, 2 of 9 runs   [0/1 cells, 2/9 runs, 2 min 20 s left]",
        "random at 20: median 50.00 %, 4 of 9 runs   [0/1 cells, 4/9 runs, 1 min 40 s left]",
    ]


def test_a_line_is_not_broken_however_narrow_the_log(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> None:
    log = use(monkeypatch, force_terminal=False, width=40)
    bar = SweepBar(CELLS)
    clock.now += 1
    bar.run_finished(event("near", 100, 0, 0.5))
    assert len(log.getvalue().splitlines()) == 1


def test_brackets_and_numbers_are_printed_as_they_are(log: StringIO) -> None:
    say("[bold]12[/bold] 50 %")
    assert log.getvalue() == "[bold]12[/bold] 50 %\n"


# --- on a terminal


def shown(screen: StringIO) -> str:
    """What a screen received, without the codes that colour it and move its cursor."""
    return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\r", "\n", screen.getvalue())


def test_a_terminal_shows_one_bar_with_cells_runs_and_time_left(
    screen: StringIO, clock: Clock
) -> None:
    bar = SweepBar(CELLS)
    assert re.search("training .* 0/2 cells, 0/3 runs, time left unknown", screen.getvalue())
    clock.now += 10
    bar.run_finished(event("near", 100, 0, 0.9))
    bar.close()
    assert "\nnear at 100: median 90.00 %, 1 of 1 runs   [1/2 cells" in shown(screen)
    assert re.search("training .* 1/2 cells, 1/3 runs, 4 s left", screen.getvalue())


def test_a_closed_bar_is_wiped_off_and_does_not_come_back(screen: StringIO) -> None:
    bar = SweepBar(CELLS)
    bar.close()
    bar.close()
    assert "\x1b[2K" in screen.getvalue().rpartition("training")[2]  # erases its line
    before = len(screen.getvalue())
    say("done")
    assert screen.getvalue()[before:] == "done\n"


def test_a_terminal_with_a_bar_needs_no_other_sign_of_life(screen: StringIO, clock: Clock) -> None:
    bar = SweepBar(CELLS)
    clock.now += 100
    bar.run_finished(event("random", 20, 0, 0.5))
    bar.close()
    assert "random at 20" not in screen.getvalue()


# --- the width of pipes


@pytest.fixture
def _global_console_is_put_back() -> Iterator[None]:
    console = rich.get_console()
    before = dict(console.__dict__)
    yield
    console.__dict__ = before


@pytest.mark.usefixtures("_global_console_is_put_back")
def test_a_pipe_is_given_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rich.get_console(), "_force_terminal", False)
    widen_pipes()
    assert rich.get_console().width == 120


def test_a_terminal_keeps_its_width(monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, force_terminal=True, width=80)
    monkeypatch.setattr(terminal, "reconfigure", lambda **_: pytest.fail("it was widened"))
    widen_pipes()


# --- durations


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (0.4, "0 s"), (45.4, "45 s"), (59.6, "1 min 0 s"), (185, "3 min 5 s"),
     (600, "10 min 0 s")],
)  # fmt: skip
def test_seconds_are_said_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@given(st.floats(0, 3599))
def test_no_more_than_half_a_second_is_lost_in_words(seconds: float) -> None:
    *minutes, rest, _ = duration(seconds).replace(" min", "").split()
    assert abs(60 * sum(map(int, minutes)) + int(rest) - seconds) <= 0.5
    assert int(rest) < 60


# --- the summary


def summary(
    variants: tuple[str, ...], *, failed: tuple[str, ...] = (), seconds: float = 12.34
) -> pd.DataFrame:
    """The summary of five runs of each variant on 600 and on 60,000 samples."""
    return summarise(
        pd.DataFrame(
            [
                {
                    "variant": variant,
                    "recipe": "lenet5",
                    "budget": budget,
                    "kept": kept,
                    "run": run,
                    "status": "failed" if variant in failed else "ok",
                    "accuracy": np.nan if variant in failed else 0.9 + 0.01 * run,
                    "seconds_train": np.nan if variant in failed else seconds,
                    "worst_class_recall": np.nan if variant in failed else 0.5,
                    "least_class_count": 3,
                }
                for variant in variants
                for kept, budget in ((600, "1 %"), (60_000, "100 %"))
                for run in range(5)
            ]
        )
    )


def printed(table: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, width: int = 120) -> list[str]:
    """The lines of a summary as printed, its boxes of characters left out."""
    log = use(monkeypatch, force_terminal=False, width=width)
    print_summary(table)
    return log.getvalue().splitlines()


def split(line: str) -> list[str]:
    return re.split(r"\s{2,}", line.strip())


def cells_of_row(lines: list[str], variant: str, budget: str) -> list[str]:
    (row,) = (cells for cells in map(split, lines) if cells[:2] == [variant, budget])
    return row


def test_a_row_of_the_table_is_a_row_of_the_summary_in_percent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = printed(summary(("random", "near")), monkeypatch)
    assert lines[0].strip() == "Test accuracy, %"
    assert split(lines[1]) == [
        "variant", "budget", "kept", "runs", "median", "quartiles", "to random", "s/run",
    ]  # fmt: skip
    assert cells_of_row(lines, "near", "100 %") == [
        "near", "100 %", "60,000", "5", "92.00", "91.00–93.00", "+0.00", "12.3",
    ]  # fmt: skip


def test_every_cell_of_the_sweep_has_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    variants = ("full", *(f"far_k{k}" for k in range(30)), "random")
    lines = printed(summary(variants), monkeypatch)
    assert all(
        cells_of_row(lines, variant, budget) for variant in variants for budget in ("1 %", "100 %")
    )


def test_what_is_missing_is_a_dash_and_failures_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = printed(summary(("far", "near"), failed=("far",)), monkeypatch, width=200)
    assert cells_of_row(lines, "far", "1 %") == [
        "far", "1 %", "600", "0 of 5", "–", "–", "–", "–",
    ]  # fmt: skip
    assert cells_of_row(lines, "near", "1 %")[6] == "–"  # there is no random arm
    assert "nan" not in "".join(lines)


BASE = summary(("full", "random", "stratified_random", "furthest_k500"), seconds=123.4)
LONG = summary(("random", "furthest_k10000_pixels", "closest_k10000_pixels"))
FAILED = summary(("random", "stratified_random"), failed=("stratified_random",))


@pytest.mark.parametrize(
    ("table", "width"),
    [(BASE, 120), (LONG, 120), (FAILED, 120), (BASE, 80)],
    ids=["in a pipe", "long names in a pipe", "failures in a pipe", "on a small terminal"],
)
def test_no_name_and_no_number_of_the_table_is_cut(
    monkeypatch: pytest.MonkeyPatch, table: pd.DataFrame, width: int
) -> None:
    lines = printed(table, monkeypatch, width)
    assert max(map(len, lines)) <= width
    text = "\n".join(lines)
    assert "…" not in text
    for variant in set(table["variant"]):
        assert len(re.findall(rf"^{variant} ", text, re.MULTILINE)) == 2
