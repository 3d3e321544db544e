"""Figures hold the numbers of the tables."""

import json
from typing import Any

import plotly.graph_objects as go
import pytest

from leanset.report.figures import (
    accuracy_figure,
    agreement_figure,
    difference_figures,
    time_figure,
)
from leanset.report.figures.axes import axis_of_accuracy, axis_of_kept, error_of
from leanset.report.looks import looks
from tests.findings.examples import cell
from tests.report.made_up import AGREEMENT, RUNS, content, runs_of

MADE = content()
LOOKS = looks(MADE)


def traces(figure: str, variant: str) -> list[dict[str, Any]]:
    return [
        trace
        for trace in json.loads(figure)["data"]
        if trace.get("meta", {}).get("variant") == variant
    ]


def test_accuracies_are_drawn_as_what_they_leave() -> None:
    (furthest,) = traces(accuracy_figure(MADE, LOOKS).figure, "furthest")
    assert furthest["y"] == pytest.approx([0.30, 0.055, 0.0305])
    # side by side with the other variants, at most a few percent from where it belongs
    assert furthest["x"] == pytest.approx([100, 1000, 5000], rel=0.05)
    # five runs, deviation 0.001: 2.776 · 0.001 / √5 = 0.00124 to either side
    assert furthest["error_y"]["array"] == pytest.approx([0.00124] * 3, abs=1e-5)
    assert furthest["error_y"]["arrayminus"] == pytest.approx([0.00124] * 3, abs=1e-5)
    assert "median 70.00 %, 5 of 5 runs" in furthest["text"][0]


def test_full_is_a_band_with_the_margin_below_it() -> None:
    margin, interval, line, *_ = traces(accuracy_figure(MADE, LOOKS).figure, "full")
    assert margin["y"] == pytest.approx([0.035, 0.035, 0.03, 0.03])
    assert interval["y"] == pytest.approx([0.03124, 0.03124, 0.02876, 0.02876], abs=1e-5)
    assert line["y"] == pytest.approx([0.03, 0.03])


def test_one_run_has_a_point_and_no_bar() -> None:
    single = content(RUNS[RUNS["run"] == 0].reset_index(drop=True))
    (random,) = traces(accuracy_figure(single, looks(single)).figure, "random")
    assert random["error_y"]["array"] == [None] * 3
    (cell_,) = traces(difference_figures(single, looks(single))[0].figure, "furthest")
    assert cell_["error_x"]["array"] == [None]
    assert cell_["marker"]["symbol"] == "x-thin-open"


def test_a_panel_for_each_size_has_the_differences_and_their_verdicts() -> None:
    panels = difference_figures(MADE, LOOKS)
    assert [panel.title for panel in panels] == ["100 kept", "1,000 kept", "5,000 kept"]
    (worse,) = traces(panels[0].figure, "furthest")
    assert worse["x"] == pytest.approx([-10])
    assert worse["marker"]["symbol"] == "triangle-left"
    (better,) = traces(panels[1].figure, "furthest")
    assert better["x"] == pytest.approx([1.5])
    assert better["marker"]["symbol"] == "triangle-right"
    (neither,) = traces(panels[1].figure, "hardest")
    assert neither["marker"]["symbol"] == "circle-open"
    table = MADE.comparisons
    row = table[(table["variant"] == "furthest") & (table["kept"] == 1000)].iloc[0]
    assert better["error_x"]["array"] == pytest.approx([(row["high"] - row["difference"]) * 100])


def test_time_has_selecting_and_training_and_the_front() -> None:
    figure = time_figure(MADE, LOOKS).figure
    (furthest,) = traces(figure, "furthest")
    # 30 s for what it is made from, 0.01 s for selecting, a second for each 1,000 samples
    assert furthest["x"] == pytest.approx([30.11, 31.01, 35.01])
    front = json.loads(figure)["data"][0]
    # random at 100, random and its equal at 1,000, random at 5,000, all; furthest is slower
    assert front["x"] == pytest.approx([0.11, 1.01, 1.01, 5.01, 10.01])
    assert front["y"] == pytest.approx([0.2, 0.07, 0.07, 0.045, 0.03])


def test_the_heat_map_holds_the_correlations() -> None:
    (heat,) = json.loads(agreement_figure(AGREEMENT).figure)["data"]
    assert sorted(value for row in heat["z"] for value in row) == [-0.25, -0.25, 0.9, 0.98]


@pytest.mark.parametrize(
    "runs",
    [
        RUNS,
        runs_of(cell("full", 1000, [None])),
        runs_of(cell("rule", 100, [0.5])),
        runs_of(cell("full", 1000, [1.0, 1.0]), cell("random", 100, [0.0, 0.0])),
    ],
    ids=["whole", "nothing finished", "one run", "perfect and hopeless"],
)
def test_all_figures_are_what_plotly_draws(runs: Any) -> None:
    made = content(runs)
    look = looks(made)
    for drawn in (
        accuracy_figure(made, look), *difference_figures(made, look), time_figure(made, look)
    ):  # fmt: skip
        go.Figure(json.loads(drawn.figure))
        assert drawn.label


def test_an_axis_of_accuracies_widens_towards_100_and_runs_up() -> None:
    axis = axis_of_accuracy([0.7, 0.98])
    bottom, top = axis["range"]
    assert bottom > top
    assert axis["ticktext"][0] == "70"
    assert [1 - value for value in axis["tickvals"]] == pytest.approx(
        [float(text) / 100 for text in axis["ticktext"]]
    )
    assert len(axis["ticktext"]) <= 9


def test_an_interval_beyond_what_can_be_does_not_stretch_the_axis() -> None:
    wide, plain = axis_of_accuracy([0.7, 0.98], [1.4, -3.0]), axis_of_accuracy([0.7, 0.98])
    # 1.6 times the error at most, which is a fifth of a power of ten
    assert wide["range"][1] == pytest.approx(plain["range"][1] - 0.204, abs=1e-3)


def test_ticks_of_sizes_that_are_close_leave_room() -> None:
    axis = axis_of_kept([100, 9900, 10_000], "kept")
    assert axis["ticktext"] == ["10,000", "100"]


def test_no_error_is_drawn_as_nothing_at_all() -> None:
    assert error_of(1.0) == 1e-4
    assert error_of(0.0) == 1
    assert error_of(1.2) == 1e-4
