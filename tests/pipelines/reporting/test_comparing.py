"""The nodes that hold a sweep against the one before."""

import logging

import pytest

from leanset.comparison import Earlier
from leanset.pipelines.reporting.comparing import compare_with_last, write_changes
from tests.comparison.examples import NEW, OLD, cell, circumstances, ledger, sweep

RUNS = ledger(cell("random", [0.9, 0.91]))
NOTED = circumstances().as_json()
SAME = "Nothing changed: the same images, settings and runs."


def test_of_the_first_sweep_there_are_no_changes_and_a_page_that_says_so() -> None:
    assert compare_with_last(RUNS, NOTED, Earlier(OLD, ())) == []
    assert "This is the first sweep." in write_changes(RUNS, NOTED, Earlier(OLD, ()))


def test_of_another_the_changes_are_given_told_and_shown(
    caplog: pytest.LogCaptureFixture,
) -> None:
    earlier = Earlier(NEW, (sweep(RUNS, OLD),))
    with caplog.at_level(logging.INFO, logger="leanset"):
        (change,) = compare_with_last(RUNS, NOTED, earlier)
    assert (change.versions, change.headline) == ((OLD, NEW), SAME)
    assert f"Since the sweep of {OLD}: {SAME}" in caplog.text
    assert f"<h1>{SAME}</h1>" in write_changes(RUNS, NOTED, earlier)


def test_of_several_only_the_last_is_compared_and_all_are_shown() -> None:
    oldest, last = sweep(RUNS, "2025-12-01T00.00.00.000Z"), sweep(RUNS, OLD)
    earlier = Earlier(NEW, (oldest, last))
    assert [change.versions for change in compare_with_last(RUNS, NOTED, earlier)] == [(OLD, NEW)]
    assert oldest.version in write_changes(RUNS, NOTED, earlier)
