"""What is said of a plan."""

import pytest
from rich import get_console

from leanset.planning import Forecast, Plan, PlannedArtifact, PlannedCell, Selecting
from leanset.showing import print_plan
from leanset.sweep import Cell


def planned(budget: str, kept: int, done: int, selecting: Selecting | None = None) -> PlannedCell:
    cell = Cell("random", "lenet5", budget, kept, 5, ())
    return PlannedCell(cell, done, (5 - done) * kept * 10, selecting or Selecting(0))


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]


ARTIFACTS = (
    PlannedArtifact("log_long", 0, None),
    PlannedArtifact("clustering_k50", 3, 2),
    PlannedArtifact("embedding_pca", 1, 0),
)
CELLS = (
    planned("600", 600, 3, Selecting(2, 25_000_000, 3.0)),
    planned("10 %", 6_000, 4, Selecting(1)),
    planned("20 %", 12_000, 5),
)


def test_a_plan_tells_what_is_there_what_is_to_do_and_how_long_that_takes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    forecast = Forecast((100.0, 0.4, 0.0), (6.0, 0.0, 0.0), (30.0, 64.0, 0.0))
    print_plan(Plan(ARTIFACTS, CELLS), forecast)
    said = lines(capsys)
    for line in (
        "log_long 0 all 1 min 40 s",
        "clustering_k50 3 2 under 1 s",
        "embedding_pca 1 0 –",
        "random 600 600 5 3 2 30 s 6 s, 25 MB",
        "random 10 % 6,000 5 4 1 1 min 4 s under 1 s",
        "random 20 % 12,000 5 5 0 – –",
    ):
        assert line in said
    # 100.4 and 6 and 94 seconds, and two runs of 6,000 images and one of 60,000
    assert said[-1] == (
        "12 of 15 runs are done; 3 are to be trained, on 72,000 images: about 3 min 20 s on this "
        "machine, going by earlier sweeps; selecting takes at most 25 MB."
    )


def test_what_was_never_timed_is_said_and_left_out_of_the_sum(
    capsys: pytest.CaptureFixture[str],
) -> None:
    forecast = Forecast((None, 0.0, 0.0), (0.0, 0.0, 0.0), (30.0, None, 0.0))
    print_plan(Plan(ARTIFACTS, CELLS), forecast)
    said = lines(capsys)
    assert "log_long 0 all not timed yet" in said
    assert "random 10 % 6,000 5 4 1 not timed yet under 1 s" in said
    assert said[-1].endswith(
        "about 30 s on this machine, going by earlier sweeps, without what has not been timed "
        "yet; selecting takes at most 25 MB."
    )


def test_where_nothing_was_ever_timed_no_figure_is_given(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_plan(Plan((), CELLS[1:2]), Forecast((), (0.0,), (None,)))
    assert lines(capsys)[-1] == (
        "4 of 5 runs are done; 1 are to be trained, on 60,000 images: how long that takes has not "
        "been timed yet."
    )


def test_a_selection_that_would_be_refused_is_said_to_be(
    capsys: pytest.CaptureFixture[str],
) -> None:
    refused = Selecting(2, 5 * 10**9, 3.0, "variant random at 600: too much memory.")
    print_plan(Plan((), (planned("600", 600, 3, refused),)), Forecast((), (6.0,), (30.0,)))
    assert "This would be refused: variant random at 600: too much memory." in lines(capsys)


def test_a_plan_of_what_is_done_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    print_plan(Plan((), CELLS[2:]), Forecast((), (0.0,), (0.0,)))
    said = lines(capsys)
    assert said[-1] == "5 of 5 runs are done; none is left."
    assert "Artifacts" not in said


def test_its_table_fits_a_narrow_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leanset.showing.plan.widen_pipes", lambda: None)
    monkeypatch.setattr(get_console(), "_width", 80)
    print_plan(Plan((), CELLS), Forecast((), (60.0, 60.0, 0.0), (3_000.0, 64.0, 0.0)))
    assert "random 600 600 5 3 2 50 min 0 s 1 min 0 s, 25 MB" in lines(capsys)
