"""What changed between two sweeps, in one sentence and in parts."""

import pytest

from leanset.comparison import Sweep, compare_sweeps
from tests.comparison.examples import NEW, OLD, cell, ledger, settings, sweep

LOW, HIGH = [0.90, 0.91, 0.92], [0.95, 0.96, 0.97]
RUNS = ledger(cell("random", LOW), cell("full", LOW))


def test_of_the_same_sweep_nothing_changed() -> None:
    changes = compare_sweeps(sweep(RUNS), sweep(RUNS, NEW, when="2026-02-01T03:00:00+00:00"))
    assert changes.headline == "Nothing changed: the same images, settings and runs."
    assert changes.versions == (OLD, NEW)
    assert (changes.data, changes.settings, changes.surroundings) == ((), (), ())


def test_what_moved_and_why_it_may_have_is_said_in_one_sentence() -> None:
    newer = ledger(
        cell("random", HIGH, made="there", images="cd" * 32),
        cell("full", LOW),
        cell("rs2", LOW),
        cell("cal", LOW),
    )
    changes = compare_sweeps(sweep(RUNS), sweep(newer, NEW))
    assert changes.headline == "1 of 2 cells moved, 2 are new; the images changed."
    assert [moved.variant for moved in changes.moved] == ["random"]


def test_a_setting_that_changes_no_result_is_listed_too() -> None:
    newer = sweep(RUNS, NEW, settings=settings(training={"workers": 1}))
    changes = compare_sweeps(sweep(RUNS), newer)
    assert changes.headline == "All cells have the same runs; 1 setting changed."
    assert [change.key for change in changes.settings] == ["training.workers"]


@pytest.mark.parametrize(
    ("newer", "said"),
    [
        (ledger(cell("random", [0.9])), "None of 1 cell moved, 1 is gone, 1 has too few runs"),
        (ledger(cell("rs2", LOW)), "No cell is in both sweeps, 1 is new, 2 are gone."),
    ],
)
def test_cells_that_cannot_be_compared_are_counted(newer: object, said: str) -> None:
    assert compare_sweeps(sweep(RUNS), sweep(newer, NEW)).headline.startswith(said)  # type: ignore[arg-type]


def test_without_the_circumstances_of_one_the_settings_are_said_to_be_unknown() -> None:
    changes = compare_sweeps(Sweep(OLD, RUNS, None), sweep(RUNS, NEW))
    assert changes.headline == (
        "All cells have the same runs; the settings of one of the sweeps are not on record."
    )
    assert not changes.on_record
    assert changes.settings == changes.surroundings == ()


def test_surroundings_are_told_apart_from_settings() -> None:
    newer = sweep(
        RUNS, NEW, versions={"python": "3.11.2", "torch": "2.14.0"}, machine="another", commit=None
    )
    changes = compare_sweeps(sweep(RUNS), newer)
    assert changes.headline == "Nothing changed: the same images, settings and runs."
    assert [(change.key, change.before, change.after) for change in changes.surroundings] == [
        ("commit", None, "null"),
        ("commit.hash", '"1a2b3c4"', None),
        ("commit.with_changes", "false", None),
        ("machine", '"a machine, 2 cores"', '"another"'),
        ("versions.torch", '"2.13.0"', '"2.14.0"'),
    ]
