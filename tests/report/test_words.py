"""Numbers are written as people read them, and missing ones as missing."""

import pandas as pd
import pytest

from leanset.report.words import accuracy, between, count, difference, duration, rounded_up, span

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.0001, "< 0.01 s"),
        (0.25, "0.25 s"),
        (9.4, "9.4 s"),
        (45.4, "45 s"),
        (100, "2 min"),
        (3570, "1 h"),
        (5400, "1 h 30 min"),
        (NAN, "–"),
    ],
)
def test_durations_have_as_many_digits_as_matter(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("kept", "words"), [(57.2, "58"), (600.0, "600"), (8093.6, "8,100"), (48_536.7, "48,600")]
)
def test_sizes_between_budgets_are_rounded_up_to_three_digits(kept: float, words: str) -> None:
    assert rounded_up(kept) == words


@pytest.mark.parametrize("missing", [NAN, INF, None, pd.NA])
def test_what_is_missing_is_a_dash(missing: float) -> None:
    assert accuracy(missing) == difference(missing) == count(missing) == "–"
    assert between(missing, 0.1) == between(0.1, missing) == "–"
    assert span(missing, 0.9) == "too few runs"


def test_accuracies_are_percents_and_differences_are_points() -> None:
    assert accuracy(0.98016) == "98.02"
    assert span(0.979, 0.98141) == "97.90 to 98.14 %"
    assert difference(-0.011) == "−1.10"
    assert between(-0.005, 0.0023) == "−0.50 to +0.23"


def test_an_interval_that_leaves_nothing_out_is_none() -> None:
    assert between(-1.0, 1.0) == "–"
    assert between(-1.0, 0.5) == "−100.00 to +50.00"
