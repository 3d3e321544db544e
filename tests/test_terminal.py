"""What a person sees: lines in a log, a bar on a terminal, and the summary as a table."""

import re
from collections.abc import Callable, Iterator
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
from leanset.claims import Claim, judge_claims
from leanset.noise import detection_table
from leanset.progress import RunFinished
from leanset.summary import summarise
from leanset.sweep import Cell
from leanset.terminal import (
    SweepBar,
    duration,
    print_costs,
    print_detectors,
    print_findings,
    print_gradient_match,
    print_summary,
    print_verdicts,
    say,
    widen_pipes,
)

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
                    "selected": kept,
                    "run": run,
                    "status": "failed" if variant in failed else "ok",
                    "accuracy": np.nan if variant in failed else 0.9 + 0.01 * run,
                    "seconds_train": np.nan if variant in failed else seconds,
                    "worst_class_recall": np.nan if variant in failed else 0.5,
                    "least_class_count": 3,
                    "wrong_labels": None,
                    "weighting": None,
                    "effective_samples": np.nan,
                    "greatest_weight": np.nan,
                    "seconds_artifacts": 0.0,
                    "proxy_epochs": 0,
                    "seconds_select": 0.1,
                }
                for variant in variants
                for kept, budget in ((600, "1 %"), (60_000, "100 %"))
                for run in range(5)
            ]
        )
    )


NO_COMPARISONS = pd.DataFrame(columns=["variant", "recipe", "kept", "against", "verdict"])


def print_alone(summary: pd.DataFrame) -> None:
    """Print a summary to which no verdicts belong."""
    print_summary(summary, NO_COMPARISONS)


def printed(
    table: pd.DataFrame,
    monkeypatch: pytest.MonkeyPatch,
    width: int = 120,
    what: Callable[[pd.DataFrame], None] = print_alone,
) -> list[str]:
    """The lines of a table as printed."""
    log = use(monkeypatch, force_terminal=False, width=width)
    what(table)
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
        "variant", "budget", "kept", "runs", "median", "mean, 95 %", "to random", "s/run",
    ]  # fmt: skip
    assert cells_of_row(lines, "near", "100 %") == [
        "near", "100 %", "60,000", "5", "92.00", "92.00 ±1.96", "+0.00", "12.3",
    ]  # fmt: skip


def test_a_difference_has_its_verdict_beside_it_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = ("better", "worse", "open", "random")
    table = summary(names)
    verdicts = [
        {"variant": name, "recipe": "lenet5", "kept": 600, "against": "random", "verdict": verdict}
        for name, verdict in zip(names, ("better", "worse", "not shown"), strict=False)
    ]
    within = {"variant": "open", "recipe": "lenet5", "kept": 600, "against": "full",
              "verdict": "within"}  # fmt: skip
    comparisons = pd.DataFrame([*verdicts, within])
    lines = printed(table, monkeypatch, what=lambda table: print_summary(table, comparisons))
    assert [cells_of_row(lines, name, "1 %")[6] for name in names] == [
        "better +0.00", "worse +0.00", "+0.00", "+0.00",
    ]  # fmt: skip
    assert cells_of_row(lines, "better", "100 %")[6] == "+0.00"


def test_what_is_found_is_said_line_by_line_and_last_what_to_take(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    findings = pd.DataFrame(
        [("recommendation", "Keep 10 %."), ("basis", "It rests on much."), ("random", "[b]x[/b]")],
        columns=["kind", "text"],
    )
    lines = printed(findings, monkeypatch, what=print_findings)
    assert lines == ["What this shows", "  [b]x[/b]", "Keep 10 %.", "It rests on much."]


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


# --- what selecting took


def costly(variant: str, *cells: tuple[str, float, int | None], **more: Any) -> pd.DataFrame:
    """The summary of a variant: of each cell its budget, seconds of selection, and trainings."""
    return pd.DataFrame(
        [
            {"variant": variant, "recipe": "lenet5", "budget": budget, "runs": 5, "failed": 0,
             "seconds_selection": seconds, "proxy_epochs": 20.0, "pays_after": pays} | more
            for budget, seconds, pays in cells
        ]
    ).astype({"pays_after": "Int64"})  # fmt: skip


FULL_ARM = costly("full", ("100 %", 0.0, None), proxy_epochs=0.0)


def costs_printed(monkeypatch: pytest.MonkeyPatch, *variants: pd.DataFrame) -> list[str]:
    """The lines of the table of costs on a small terminal."""
    table = pd.concat(variants, ignore_index=True)
    lines = printed(table, monkeypatch, width=80, what=print_costs)
    assert max(map(len, lines), default=0) <= 80
    return lines


def test_a_costly_variant_has_a_line_with_what_it_took_and_when_it_has_paid(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hardest = costly("hardest_el2n", ("1 %", 123.44, 4), ("10 %", 123.46, 1234))
    lines = costs_printed(monkeypatch, FULL_ARM, hardest)
    assert lines[0].strip() == "What selecting took"
    assert split(lines[1]) == [
        "variant", "proxy epochs", "seconds", "trainings until it has paid",
    ]  # fmt: skip
    assert [split(line) for line in lines[3:]] == [
        ["hardest_el2n", "20", "123.5", "4 at 1 %, 1,234 at 10 %"]
    ]


def test_a_selection_that_saves_nothing_never_pays(monkeypatch: pytest.MonkeyPatch) -> None:
    near = costly("near", ("10 %", 5.0, 2), ("100 %", 5.0, None), proxy_epochs=0.0)
    lines = costs_printed(monkeypatch, FULL_ARM, near)
    assert split(lines[-1]) == ["near", "0", "5.0", "2 at 10 %, never at 100 %"]
    lines = costs_printed(monkeypatch, FULL_ARM, costly("near", ("100 %", 5.0, None)))
    assert split(lines[-1])[-1] == "never at 100 %"


@pytest.mark.parametrize(
    "full",
    [FULL_ARM.iloc[:0], FULL_ARM.assign(runs=0, failed=5), FULL_ARM.assign(recipe="long")],
    ids=["none", "failed", "of another recipe"],
)
def test_without_a_finished_full_arm_nobody_says_never(
    monkeypatch: pytest.MonkeyPatch, full: pd.DataFrame
) -> None:
    lines = costs_printed(monkeypatch, full, costly("near", ("1 %", 5.0, None)))
    assert split(lines[-1]) == ["near", "20", "5.0", "unknown without full"]


def test_what_costs_less_than_a_second_is_free_and_not_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cheap, dear = costly("cheap", ("1 %", 0.999, 1)), costly("dear", ("1 %", 1.0, 1))
    lines = costs_printed(monkeypatch, FULL_ARM, cheap, dear)
    assert [split(line)[0] for line in lines[3:]] == ["dear"]


def test_a_variant_is_listed_with_all_its_budgets_if_one_of_them_is_costly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    near = costly("near", ("1 %", 0.5, 1), ("50 %", 2.0, 3))
    lines = costs_printed(monkeypatch, FULL_ARM, near)
    assert split(lines[-1]) == ["near", "20", "2.0", "1 at 1 %, 3 at 50 %"]


def test_a_cell_whose_runs_all_failed_is_not_said_to_pay_never(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    near = costly("near", ("1 %", 5.0, 2), ("10 %", np.nan, None))
    near["runs"] = [5, 0]
    lines = costs_printed(monkeypatch, FULL_ARM, near)
    assert split(lines[-1])[-1] == "2 at 1 %"


@pytest.mark.parametrize(
    "table",
    [BASE, costly("cheap", ("1 %", 0.5, 1)), summary(("full", "near"), failed=("full", "near"))],
    ids=["baselines", "all free", "all failed"],
)
def test_where_nothing_is_costly_nothing_is_printed(
    monkeypatch: pytest.MonkeyPatch, table: pd.DataFrame
) -> None:
    assert costs_printed(monkeypatch, table) == []


def test_many_budgets_of_a_long_name_fit_a_small_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    budgets = [f"{share} %" for share in (1, 5, 10, 20, 30, 40, 50, 60, 70, 80)]
    name = "hardest_grand_last_layer_proportional"
    many = costly(name, *((budget, 1234.5, 1234) for budget in budgets))
    lines = costs_printed(monkeypatch, FULL_ARM, many)
    # the head takes two lines here
    row = " ".join(" ".join(lines).rpartition("─")[2].split())
    assert row.startswith(f"{name} 20 1234.5 ")
    for budget in budgets:
        assert f"1,234 at {budget}" in row


# --- the gradient of all samples


def matched(variant: str, *runs: tuple[float, ...], budget: str = "10 %") -> pd.DataFrame:
    """Of each run the errors here and elsewhere, of the subset and of a random one."""
    errors = ["error_here", "error_elsewhere", "random_here", "random_elsewhere"]
    table = pd.DataFrame(runs, columns=errors).assign(run=range(len(runs)), log="short")
    return table.assign(variant=variant, recipe="mlp", budget=budget, kept=6000)


def weighed(variant: str, weighting: str | None, *weights: float, budget: str = "10 %") -> Any:
    """The cell of a summary: effective share and greatest weight, if it has weights."""
    share, greatest = weights or (np.nan, np.nan)
    return {
        "variant": variant, "recipe": "mlp", "budget": budget, "kept": 6000,
        "weighting": weighting, "effective_share": share, "greatest_weight": greatest,
    }  # fmt: skip


def matches_printed(
    monkeypatch: pytest.MonkeyPatch, matches: list[pd.DataFrame], cells: list[dict[str, Any]]
) -> list[str]:
    table = pd.concat(matches, ignore_index=True)
    lines = printed(
        table, monkeypatch, width=80, what=lambda t: print_gradient_match(t, pd.DataFrame(cells))
    )
    assert max(map(len, lines)) <= 80
    return lines


def test_the_match_of_each_cell_is_a_row_of_medians_beside_random_and_its_weights(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runs = [(0.04, 0.5, 0.3, 0.1), (0.05, 0.6, 0.31, 0.13), (0.9, 0.7, 0.4, 0.2)]
    lines = matches_printed(
        monkeypatch,
        [matched("craig_loss", *runs), matched("cal", (0.5, np.nan, 0.3, np.nan), budget="100")],
        [
            weighed("craig_loss", "loss", 0.0412, 1775.04),
            weighed("cal", None, budget="100"),
            weighed("random", None),
        ],
    )
    assert lines[0].strip() == "How well subsets match the gradient of all samples (relative error)"
    assert [split(line) for line in lines[-2:]] == [
        ["craig_loss", "10 %", "loss", "0.05", "0.60", "0.31", "0.13", "4.1 %", "1,775"],
        ["cal", "100", "–", "0.50", "–", "0.30", "–", "–", "–"],
    ]


def test_the_weights_of_a_cell_are_those_of_its_own_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = matches_printed(
        monkeypatch,
        [matched("craig", (0.1, 0.2, 0.3, 0.4), budget=budget) for budget in ("1 %", "5 %")],
        [
            weighed("craig", "loss", 0.5, 2.0, budget="5 %"),
            weighed("craig", "loss", 0.25, 4.0, budget="1 %"),
        ],
    )
    assert [split(line)[-2:] for line in lines[-2:]] == [["25 %", "4.0"], ["50 %", "2.0"]]


def test_a_cell_without_finished_runs_still_shows_its_match(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lines = matches_printed(
        monkeypatch, [matched("craig", (0.1, 0.2, 0.3, 0.4))], [weighed("craig", None)]
    )
    assert split(lines[-1])[2:] == ["–", "0.10", "0.20", "0.30", "0.40", "–", "–"]


def test_long_names_fit_a_small_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "craig_sampler_early"
    lines = matches_printed(
        monkeypatch,
        [matched(name, (0.1, 0.2, 0.3, 0.4))],
        [weighed(name, "sampler", 0.995, 12_345.0)],
    )
    assert split(lines[-1]) == [
        name, "10 %", "sampler", "0.10", "0.20", "0.30", "0.40", "100 %", "12,345",
    ]  # fmt: skip


# --- finding wrong labels


def detectors_printed(
    monkeypatch: pytest.MonkeyPatch, scores: dict[str, list[list[float]]], wrong: list[int]
) -> list[str]:
    values = {
        name: [np.array(replicate) for replicate in replicates]
        for name, replicates in scores.items()
    }
    table = detection_table(values, np.array(wrong, dtype=np.bool_))
    lines = printed(table, monkeypatch, width=80, what=print_detectors)
    assert max(map(len, lines)) <= 80
    return lines


def test_detectors_are_listed_best_first_with_medians_over_replicates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found, missed = [6, 5, 4, 3, 2, 1], [1, 2, 3, 4, 5, 6]
    # one of two wrong labels on top, the other at the bottom: of 2 × 4 pairs 4 in order; half of
    # recall at precision 1/1 and half at 2/6 are 2/3; one of the top two is wrong
    between = [6, 1, 5, 4, 3, 2]
    lines = detectors_printed(
        monkeypatch,
        {"missed": [missed], "mixed": [found, between, missed], "found": [found]},
        [1, 1, 0, 0, 0, 0],
    )
    assert lines[0].strip() == "Finding the 2 wrong labels"
    assert split(lines[1]) == ["score", "ROC-AUC", "average precision", "wrong among the top 2"]
    # the wrong ones at the bottom: precision 1/5 and 2/6 at half of recall each
    assert [split(line) for line in lines[3:]] == [
        ["found", "1.0000", "1.0000", "100.0 %"],
        ["mixed", "0.5000", "0.6667", "50.0 %"],
        ["missed", "0.0000", "0.2667", "0.0 %"],
    ]


def test_detectors_that_are_as_good_as_each_other_are_listed_by_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # so many that a sort which does not keep the order of ties would show
    ties = {f"score_{number:02}": [[3.0, 2.0, 1.0]] for number in range(60)}
    ties["score_30"] = ties["score_50"] = [[1.0, 2.0, 3.0]]
    lines = detectors_printed(monkeypatch, ties, [1, 0, 0])
    best = sorted(ties.keys() - {"score_30", "score_50"})
    assert [split(line)[0] for line in lines[3:]] == [*best, "score_30", "score_50"]


@pytest.mark.parametrize("wrong", range(1, 6))
def test_as_many_suspects_are_looked_at_as_there_are_wrong_labels(
    monkeypatch: pytest.MonkeyPatch, wrong: int
) -> None:
    # half of them may be none, and twice as many may be more than there are samples
    lines = detectors_printed(
        monkeypatch, {"el2n": [[6, 5, 4, 3, 2, 1]]}, [1] * wrong + [0] * (6 - wrong)
    )
    assert lines[0].strip() == f"Finding the {wrong} wrong labels"
    assert split(lines[1])[-1] == f"wrong among the top {wrong}"
    assert split(lines[-1]) == ["el2n", "1.0000", "1.0000", "100.0 %"]


def test_many_wrong_labels_and_long_names_fit_a_small_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    row = {"replicate": 0, "wrong_labels": 24_000, "roc_auc": 0.98765, "average_precision": 0.5,
           "k": 24_000, "precision_at_k": 0.12345}  # fmt: skip
    name = "grand_last_layer_early"
    lines = printed(
        pd.DataFrame([row | {"detector": name}]), monkeypatch, width=80, what=print_detectors
    )
    assert max(map(len, lines)) <= 80
    assert lines[0].strip() == "Finding the 24,000 wrong labels"
    assert split(lines[-1]) == [name, "0.9877", "0.5000", "12.3 %"]


# --- verdicts


def verdicts_printed(monkeypatch: pytest.MonkeyPatch, claim: dict[str, Any]) -> list[str]:
    """What is said of a claim, of the runs of far, near and few."""
    accuracies = {
        "far": [0.50, 0.52, 0.54],
        "near": [0.40, 0.42, 0.44],
        "wild": [0.00, 0.40, 0.80],
        "few": [0.60],
    }
    runs = pd.DataFrame(
        [
            {"variant": variant, "budget": budget, "kept": 10, "run": run, "status": "ok",
             "accuracy": accuracy}
            for variant, values in accuracies.items()
            for budget in ("10 %", "100")
            for run, accuracy in enumerate(values)
        ]
    )  # fmt: skip
    verdicts = judge_claims(runs, [Claim.model_validate({"text": "They say so"} | claim)])
    return printed(verdicts, monkeypatch, width=80, what=print_verdicts)


def test_a_verdict_is_a_sentence_with_its_difference_in_points(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # means 52 % and 42 %, both of deviation 2 and three runs: 10 ± t(4; 0.975) · √(8 / 3)
    # = 10 ± 2.776 · 1.633
    assert verdicts_printed(monkeypatch, {"better": "far", "than": "near", "budgets": [0.1]}) == [
        "holds: They say so [far at 10 % minus near at 10 %: +10.00 points (+5.47 to +14.53)]"
    ]
    assert verdicts_printed(monkeypatch, {"better": "near", "than": "far", "budgets": [0.1]}) == [
        "contradicted: They say so "
        "[near at 10 % minus far at 10 %: −10.00 points (−14.53 to −5.47)]"
    ]


def test_a_difference_inside_the_noise_is_said_to_be_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (line,) = verdicts_printed(monkeypatch, {"better": "far", "than": "wild", "budgets": [0.1]})
    assert re.fullmatch(
        r"not shown: They say so \[.*: \+12\.00 points \(−\d+\.\d\d to \+\d+\.\d\d\)\]", line
    )


def test_each_comparison_of_a_claim_is_a_line_with_both_budgets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    claim = {"better": "far", "than": "near", "budgets": [0.1, 100], "than_budget": 100}
    first, second = verdicts_printed(monkeypatch, claim)
    assert "[far at 10 % minus near at 100: " in first
    assert "[far at 100 minus near at 100: " in second


@pytest.mark.parametrize(("better", "than"), [("far", "gone"), ("gone", "far"), ("gone", "lost")])
def test_where_runs_are_missing_the_verdict_says_so(
    monkeypatch: pytest.MonkeyPatch, better: str, than: str
) -> None:
    claim = {"better": better, "than": than, "budgets": [0.1]}
    assert verdicts_printed(monkeypatch, claim) == [
        f"not run: They say so [{better} at 10 % minus {than} at 10 %: no run of one side finished]"
    ]


def test_one_run_alone_has_a_difference_but_no_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    claim = {"better": "few", "than": "far", "budgets": [0.1]}
    assert verdicts_printed(monkeypatch, claim) == [
        "not shown: They say so "
        "[few at 10 % minus far at 10 %: +8.00 points, too few runs for an interval]"
    ]
