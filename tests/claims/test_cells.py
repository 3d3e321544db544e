import math

import numpy as np
import pytest
from tests.claims.examples import ledger

from leanset.claims.cells import UNKNOWN, columns_of, finished_cells, in_words
from leanset.statistics import Interval


def test_a_cell_is_its_finished_runs_in_percent() -> None:
    runs = ledger({("far", "60"): [91.0, 92.0, 93.0], ("far", "10 %"): [90.0]}, kept=60)
    runs.loc[1, ["status", "accuracy"]] = ["failed", math.nan]
    cells = finished_cells(runs)
    assert cells.keys() == {("far", "60"), ("far", "10 %")}
    assert cells["far", "60"].kept == 60
    assert cells["far", "60"].accuracies == pytest.approx([91, 93])
    assert cells["far", "60"].accuracies.dtype == np.float64


def test_a_cell_without_a_finished_run_is_none() -> None:
    runs = ledger({("far", "60"): [91.0]})
    runs["status"] = "failed"
    assert finished_cells(runs) == {}
    assert finished_cells(ledger({})) == {}


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.1, 2.0, "above"),
        (-2.0, -0.1, "below"),
        (-1.0, 1.0, "neither"),
        (0.0, 1.0, "neither"),
        (-1.0, 0.0, "neither"),
        (-math.inf, math.inf, "neither"),
        (math.nan, math.nan, "neither"),
    ],
)
def test_an_interval_is_above_zero_or_below_only_with_both_its_ends(
    low: float, high: float, words: str
) -> None:
    assert in_words(Interval(0.5, low, high), "above", "below", "neither") == words


def test_a_difference_is_three_columns_and_that_from_nothing_is_unknown() -> None:
    assert columns_of(Interval(1.0, 0.5, 1.5)) == {"difference": 1.0, "low": 0.5, "high": 1.5}
    assert all(math.isnan(value) for value in columns_of(UNKNOWN).values())
