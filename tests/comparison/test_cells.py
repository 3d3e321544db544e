"""What became of each cell: it moved, or it is noise, or nothing can be told."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from leanset.comparison.cells import CellChange, Outcome, changes_of_cells, outcomes_of
from tests.comparison.examples import cell, ledger

LOW, HIGH = [0.90, 0.91, 0.92], [0.95, 0.96, 0.97]


def only(older: list[dict[str, object]], newer: list[dict[str, object]]) -> CellChange:
    (change,) = changes_of_cells(ledger(older), ledger(newer))
    return change


def test_the_interval_of_a_single_cell_is_welchs() -> None:
    # both deviations are 0.01, so the standard error is 0.01·√(2/3) = 0.008165, with 4 degrees of
    # freedom: 0.05 ± 2.7764 · 0.008165 = 0.05 ± 0.02267
    change = only(cell("random", LOW), cell("random", HIGH, made="there"))
    assert change.verdict == "moved up"
    assert change.difference == pytest.approx(0.05)
    assert change.low == pytest.approx(0.02733, abs=1e-5)
    assert change.high == pytest.approx(0.07267, abs=1e-5)


def test_both_sides_are_described() -> None:
    change = only(
        cell("random", [0.8, 0.9, None]), cell("random", [0.7, 0.9, 0.95, 0.99], made="there")
    )
    assert change.before == Outcome(600, 2, 1, pytest.approx(0.85), pytest.approx(0.85))
    assert change.after == Outcome(600, 4, 0, pytest.approx(0.885), pytest.approx(0.925))


def test_the_other_way_round_it_moved_down() -> None:
    change = only(cell("random", HIGH), cell("random", LOW, made="there"))
    assert (change.verdict, change.difference) == ("moved down", pytest.approx(-0.05))
    assert change.moved


def test_a_difference_that_chance_explains_is_noise() -> None:
    change = only(cell("random", LOW), cell("random", [0.905, 0.915, 0.925], made="there"))
    assert change.verdict == "within the noise"
    assert not change.moved


def test_many_cells_hold_together_by_bonferroni() -> None:
    # the interval of one cell among four holds with 1 − 0.05/4 = 98.75 %; those that have the same
    # runs, are new or have too few runs are not among them
    older = ledger(
        *(cell(f"v{number}", LOW) for number in range(4)),
        cell("kept", LOW),
        cell("gone", LOW),
        cell("few", LOW),
    )
    newer = ledger(
        *(cell(f"v{number}", HIGH, made="there") for number in range(4)),
        cell("kept", LOW),
        cell("new", LOW),
        cell("few", [0.9], made="there"),
    )
    changes = {change.variant: change for change in changes_of_cells(older, newer)}
    error, freedom = math.sqrt(2 / 3) * 0.01, 4
    margin = stats.t.ppf(1 - 0.0125 / 2, freedom) * error
    for number in range(4):
        assert changes[f"v{number}"].low == pytest.approx(0.05 - margin)
    assert {name: changes[name].verdict for name in ("kept", "gone", "new", "few")} == {
        "kept": "the same runs", "gone": "gone", "new": "new", "few": "too few runs"
    }  # fmt: skip


def test_runs_with_the_same_key_and_outcome_are_the_same() -> None:
    change = only(cell("random", LOW), cell("random", LOW))
    assert (change.verdict, change.same_runs, change.difference) == ("the same runs", 3, None)


def test_a_run_that_failed_before_is_not_the_same_run() -> None:
    change = only(cell("random", [0.9, 0.91, None]), cell("random", [0.9, 0.91, 0.92]))
    assert (change.verdict, change.same_runs) == ("within the noise", 2)


def test_a_run_trained_anew_with_another_outcome_is_not_the_same_run() -> None:
    change = only(cell("random", LOW), cell("random", [0.90, 0.91, 0.921]))
    assert (change.verdict, change.same_runs) == ("within the noise", 2)


@pytest.mark.parametrize("accuracies", [[0.9], [0.9, None], [None, None]])
def test_with_fewer_than_two_finished_runs_nothing_can_be_told(
    accuracies: list[float | None],
) -> None:
    change = only(cell("random", LOW), cell("random", accuracies, made="there"))
    assert (change.verdict, change.low) == ("too few runs", None)


def test_where_every_run_failed_there_is_no_mean() -> None:
    (outcome,) = outcomes_of(ledger(cell("random", [None, None]))).values()
    assert outcome == Outcome(600, 0, 2, None, None)


def test_a_cell_is_the_same_by_its_label_whatever_it_keeps() -> None:
    before = cell("random", LOW, budget="1 %", kept=600)
    after = cell("random", LOW, budget="1 %", kept=500, made="there")
    change = only(before, after)
    assert change.is_in_both
    assert (change.before.kept, change.after.kept, change.kept) == (600, 500, 500)  # type: ignore[union-attr]


def test_recipes_are_cells_of_their_own() -> None:
    changes = changes_of_cells(
        ledger(cell("random", LOW)), ledger(cell("random", LOW, recipe="mlp"))
    )
    assert [(change.recipe, change.verdict) for change in changes] == [
        ("mlp", "new"), ("lenet5", "gone")
    ]  # fmt: skip


def test_what_moved_most_comes_first() -> None:
    further = [accuracy - 0.2 for accuracy in LOW]
    older = ledger(cell("a", LOW), cell("b", LOW), cell("c", LOW), cell("d", LOW))
    newer = ledger(
        cell("a", LOW), cell("b", HIGH, made="there"), cell("c", further, made="there"),
        cell("e", LOW),
    )  # fmt: skip
    changes = changes_of_cells(older, newer)
    assert [change.variant for change in changes] == ["c", "b", "e", "d", "a"]


ACCURACIES = st.lists(st.integers(0, 1000), min_size=2, max_size=5)


@given(ACCURACIES, ACCURACIES)
def test_time_reversed_the_difference_is_negated(before: list[int], after: list[int]) -> None:
    older = cell("random", [value / 1000 for value in before])
    newer = cell("random", [value / 1000 for value in after], made="there")
    there, back = only(older, newer), only(newer, older)
    assert there.difference is not None
    assert there.difference == pytest.approx(-(back.difference or 0.0), abs=1e-12)
    opposite = {"moved up": "moved down", "moved down": "moved up"}
    assert back.verdict == opposite.get(there.verdict, there.verdict)


def test_of_sweeps_of_one_kind_few_cells_move() -> None:
    # 200 pairs of sweeps with ten cells of five runs each; that any cell of a pair moves has a
    # chance of 5 %, and more than 22 pairs are 4 standard errors (3.1) above the 10 to expect
    rng = np.random.default_rng(0)

    def made(name: str) -> list[list[dict[str, object]]]:
        return [
            cell(f"v{number}", list(rng.normal(0.9, 0.005, 5)), made=name) for number in range(10)
        ]

    alarms = sum(
        any(
            change.moved for change in changes_of_cells(ledger(*made("here")), ledger(*made("now")))
        )
        for _ in range(200)
    )
    assert alarms <= 22
