"""The finished runs of a ledger, cell by cell."""

from leanset.findings.cells import CellName, finished_cells, full_of
from tests.findings.examples import cell, ledger


def test_failed_runs_and_cells_without_any_other_are_left_out() -> None:
    runs = ledger(cell("near", 10, [0.5, None, 0.7]), cell("far", 10, [None]))
    (found,) = finished_cells(runs).values()
    assert found.name == CellName("near", "lenet5", 10)
    assert found.runs.tolist() == [0, 2]
    assert found.accuracies.tolist() == [0.5, 0.7]
    assert found.moments.count == 2


def test_the_order_of_the_ledger_does_not_matter() -> None:
    runs = ledger(cell("near", 10, [0.5, 0.6, 0.7]))
    (found,) = finished_cells(runs.iloc[::-1]).values()
    assert found.accuracies.tolist() == [0.5, 0.6, 0.7]
    assert found.keys == tuple(runs["run_key"])


def test_arms_are_paired_in_the_runs_that_both_finished() -> None:
    cells = finished_cells(
        ledger(cell("near", 10, [0.1, None, 0.3]), cell("far", 10, [0.4, 0.5, 0.6]))
    )
    ours, others = cells[CellName("near", "lenet5", 10)].paired_with(
        cells[CellName("far", "lenet5", 10)]
    )
    assert ours.tolist() == [0.1, 0.3]
    assert others.tolist() == [0.4, 0.6]


def test_each_recipe_has_its_own_full_arm() -> None:
    cells = finished_cells(ledger(cell("full", 99, [0.9]), cell("full", 99, [0.8], recipe="long")))
    long = full_of(cells, "long")
    assert long is not None
    assert long.accuracies.tolist() == [0.8]
    assert full_of(cells, "short") is None
