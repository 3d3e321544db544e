"""The figures show the medians and quartiles of the ledger, one curve for each variant."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import plotly.io as pio
import pytest

from leanset.figures.curves import accuracy_against_kept, time_against_kept

Draw = Callable[[pd.DataFrame], go.Figure]


def cell(variant: str, kept: int, accuracies: list[float | None]) -> pd.DataFrame:
    """The runs of one cell; run r took r + 1 seconds for each sample kept."""
    return pd.DataFrame(
        {
            "variant": variant,
            "kept": kept,
            "status": ["failed" if value is None else "ok" for value in accuracies],
            "accuracy": [np.nan if value is None else value for value in accuracies],
            "seconds_train": [
                np.nan if value is None else kept * (run + 1.0)
                for run, value in enumerate(accuracies)
            ],
        }
    )


RUNS = pd.concat(
    [
        cell("random", 1000, [0.9, 0.8, 0.85, 0.7]),
        cell("random", 20, [0.3, None, 0.5, 0.4]),
        cell("full", 5000, [0.99]),
        cell("broken", 20, [None, None]),
    ],
    ignore_index=True,
)


def test_accuracy_of_a_worked_example_is_drawn_in_percent() -> None:
    full, random = accuracy_against_kept(RUNS).data
    assert (full.name, random.name) == ("full", "random")
    assert list(random.x) == [20, 1000]
    # of 0.3 0.4 0.5: median 0.4, quartiles 0.35 and 0.45
    # of 0.7 0.8 0.85 0.9: median 0.825, quartiles 0.775 and 0.8625
    assert list(random.y) == pytest.approx([40, 82.5])
    assert list(random.error_y.array) == pytest.approx([5, 3.75])
    assert list(random.error_y.arrayminus) == pytest.approx([5, 5])
    assert list(full.x) == [5000]
    assert list(full.y) == pytest.approx([99])
    assert list(full.error_y.array) == [0]


def test_time_of_a_worked_example_is_drawn_in_seconds() -> None:
    full, random = time_against_kept(RUNS).data
    # runs 0, 2 and 3 at 20: 20 60 80 s; runs 0 to 3 at 1,000: 1000 2000 3000 4000 s
    assert list(random.y) == [60, 2500]
    assert list(random.error_y.array) == [10, 750]
    assert list(random.error_y.arrayminus) == [20, 750]
    assert list(full.y) == [5000]


@pytest.mark.parametrize("draw", [accuracy_against_kept, time_against_kept])
def test_a_variant_without_a_finished_run_has_no_curve(draw: Draw) -> None:
    assert {trace.name for trace in draw(RUNS).data} == {"full", "random"}


@pytest.mark.parametrize("draw", [accuracy_against_kept, time_against_kept])
def test_where_every_run_failed_the_figure_is_empty(draw: Draw) -> None:
    assert draw(RUNS[RUNS["status"] == "failed"]).data == ()


@pytest.mark.parametrize("draw", [accuracy_against_kept, time_against_kept])
def test_the_ledger_is_left_as_it_was(draw: Draw) -> None:
    runs = RUNS.copy()
    draw(runs)
    pd.testing.assert_frame_equal(runs, RUNS)


def test_samples_kept_stand_on_a_logarithmic_axis_and_only_time_does_beside_them() -> None:
    accuracy, time = accuracy_against_kept(RUNS).layout, time_against_kept(RUNS).layout
    assert accuracy.xaxis.type == time.xaxis.type == "log"
    assert (accuracy.yaxis.type, time.yaxis.type) == (None, "log")


def test_every_figure_says_what_it_shows_and_in_which_unit() -> None:
    accuracy, time = accuracy_against_kept(RUNS).layout, time_against_kept(RUNS).layout
    assert accuracy.title.text == "Test accuracy against samples kept (medians; bars: quartiles)"
    assert time.title.text == "Training time against samples kept (medians; bars: quartiles)"
    assert accuracy.xaxis.title.text == time.xaxis.title.text == "training samples kept"
    assert (accuracy.yaxis.title.text, time.yaxis.title.text) == (
        "test accuracy, %", "seconds to train",
    )  # fmt: skip


def test_forty_variants_all_look_different() -> None:
    runs = pd.concat([cell(f"v{number}", 20, [0.5]) for number in range(40)])
    looks = {(trace.line.color, trace.marker.symbol) for trace in accuracy_against_kept(runs).data}
    assert len(looks) == 40


@pytest.mark.parametrize("draw", [accuracy_against_kept, time_against_kept])
def test_a_figure_comes_back_from_its_json(draw: Draw) -> None:
    figure = draw(RUNS)
    back = pio.from_json(figure.to_json())
    for trace, drawn in zip(back.data, figure.data, strict=True):
        assert trace.name == drawn.name
        assert list(trace.y) == list(drawn.y)
