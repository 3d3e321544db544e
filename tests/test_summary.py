"""From the ledger to one row per cell, against a worked example and in any order of rows."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leanset.schemas import Summary
from leanset.summary import summarise

Runs = list[float | None]


def cell(
    variant: str, accuracies: Runs, *, kept: int = 100, budget: str | None = None, **more: Any
) -> pd.DataFrame:
    """The ledger rows of one cell, an accuracy for each run and None where it failed."""
    return pd.DataFrame(
        [
            {
                "variant": variant,
                "recipe": "lenet5",
                "budget": budget or str(kept),
                "kept": kept,
                "run": run,
                "status": "failed" if value is None else "ok",
                "accuracy": np.nan if value is None else value,
                "seconds_train": np.nan if value is None else 10.0 + run,
                "worst_class_recall": np.nan if value is None else value / 2,
                "least_class_count": 3 - run % 2,
            }
            | more
            for run, value in enumerate(accuracies)
        ]
    )


def summary_of(*cells: pd.DataFrame) -> pd.DataFrame:
    return Summary.validate(summarise(pd.concat(cells, ignore_index=True)))


def test_a_worked_example() -> None:
    summary = summary_of(
        cell("random", [0.80, 0.90, 0.70, 0.85, 0.75]),
        cell("near", [0.82, 0.88, 0.80, 0.95, 0.60]),
    )
    near, random = summary.to_dict("records")
    # near in order: 0.60 0.80 0.82 0.88 0.95. Minus random, run by run: +0.02 -0.02 +0.10 +0.10
    # -0.15, of which the median is +0.02. Runs took 10 to 14 s, the worst class has half the
    # accuracy, and the least class had 3 samples or 2.
    expected = {
        "variant": "near", "recipe": "lenet5", "budget": "100", "kept": 100, "failed": 0,
        "runs": 5, "accuracy_median": 0.82, "accuracy_lower_quartile": 0.80,
        "accuracy_upper_quartile": 0.88, "accuracy_minimum": 0.60, "accuracy_maximum": 0.95,
        "difference_to_random": 0.02, "seconds_train": 12.0, "worst_class_recall": 0.41,
        "least_class_count": 2,
    }  # fmt: skip
    assert near == pytest.approx(expected)
    assert random["accuracy_median"] == 0.80
    assert random["difference_to_random"] == 0


def test_the_difference_is_the_median_of_the_pairs_not_of_the_cells() -> None:
    summary = summary_of(cell("random", [0.1, 0.5, 0.9]), cell("near", [0.6, 0.7, 0.2]))
    # pairs: +0.5 +0.2 -0.7, median +0.2; the medians of the cells differ by 0.6 - 0.5 = +0.1
    assert summary.set_index("variant").loc["near", "difference_to_random"] == pytest.approx(0.2)


def test_quartiles_lie_between_runs_where_their_number_asks_for_it() -> None:
    row = summary_of(cell("near", [0.1, 0.2, 0.3, 0.4])).iloc[0]
    # linear between order statistics: at 0.25 × 3 = 0.75 of the way from 0.1 to 0.2, and so on
    assert row["accuracy_lower_quartile"] == pytest.approx(0.175)
    assert row["accuracy_median"] == pytest.approx(0.25)
    assert row["accuracy_upper_quartile"] == pytest.approx(0.325)


def test_a_cell_of_one_run_has_no_spread() -> None:
    row = summary_of(cell("near", [0.5])).iloc[0]
    columns = ["accuracy_median", "accuracy_lower_quartile", "accuracy_upper_quartile",
               "accuracy_minimum", "accuracy_maximum"]  # fmt: skip
    assert row[columns].tolist() == [0.5] * 5


# --- what is compared with random


def test_random_is_found_by_the_number_kept_whatever_its_budget_was_called() -> None:
    summary = summary_of(cell("random", [0.5], budget="10 %"), cell("near", [0.75], budget="100"))
    assert summary["difference_to_random"].tolist() == [0.25, 0.0]


@pytest.mark.parametrize("random", [{"kept": 99}, {"recipe": "long"}])
def test_without_a_random_arm_of_the_same_kind_there_is_no_difference(
    random: dict[str, Any],
) -> None:
    summary = summary_of(cell("random", [0.5, 0.6], **random), cell("near", [0.7, 0.8]))
    near = summary.set_index("variant").loc["near"]
    assert np.isnan(near["difference_to_random"])
    assert near["accuracy_median"] == pytest.approx(0.75)


def test_only_runs_that_both_finished_are_compared() -> None:
    summary = summary_of(cell("random", [0.5, None, 0.7]), cell("near", [None, 0.9, 0.8]))
    # run 2 alone finished in both: 0.8 - 0.7; the median of near is that of 0.9 and 0.8
    near = summary.set_index("variant").loc["near"]
    assert near["difference_to_random"] == pytest.approx(0.1)
    assert near["accuracy_median"] == pytest.approx(0.85)
    assert (near["runs"], near["failed"]) == (2, 1)


# --- failed runs


def test_a_cell_whose_runs_all_failed_keeps_its_row() -> None:
    summary = summary_of(cell("random", [0.5]), cell("near", [None, None]))
    near = summary.set_index("variant").loc["near"]
    assert (near["runs"], near["failed"]) == (0, 2)
    assert near.drop(["recipe", "budget", "kept", "runs", "failed"]).isna().all()


def test_a_ledger_of_failed_runs_alone_is_summarised() -> None:
    summary = summary_of(cell("random", [None]), cell("near", [None, None]))
    assert summary["failed"].tolist() == [2, 1]
    assert summary["accuracy_median"].isna().all()


# --- the order of rows

CELLS = st.dictionaries(
    st.tuples(st.sampled_from(["random", "near", "far"]), st.sampled_from([10, 100])),
    st.lists(st.floats(0, 1) | st.none(), min_size=1, max_size=5),
    min_size=1,
)


def test_rows_are_ordered_by_number_kept_and_then_by_variant() -> None:
    cells = [cell(variant, [0.5], kept=kept) for variant in "ba" for kept in (1000, 20)]
    summary = summary_of(*cells)
    assert list(zip(summary["kept"], summary["variant"], strict=True)) == [
        (20, "a"), (20, "b"), (1000, "a"), (1000, "b"),
    ]  # fmt: skip


@settings(max_examples=15)
@given(cells=CELLS, seed=st.integers(0, 2**32 - 1))
def test_the_order_of_the_ledger_does_not_matter(
    cells: dict[tuple[str, int], Runs], seed: int
) -> None:
    runs = pd.concat([cell(name, accuracies, kept=kept) for (name, kept), accuracies
                      in cells.items()], ignore_index=True)  # fmt: skip
    shuffled = runs.sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(summarise(shuffled), summarise(runs), rtol=1e-12)


@settings(max_examples=15)
@given(CELLS)
def test_every_cell_has_a_row_that_numpy_agrees_with(cells: dict[tuple[str, int], Runs]) -> None:
    summary = summary_of(*(cell(name, runs, kept=kept) for (name, kept), runs in cells.items()))
    found = summary.set_index(["variant", "kept"])
    assert set(found.index) == cells.keys()
    for key, runs in cells.items():
        row, right = found.loc[key], [value for value in runs if value is not None]
        assert (row["runs"], row["failed"]) == (len(right), len(runs) - len(right))
        if right:
            expected = [np.quantile(right, share) for share in (0, 0.25, 0.5, 0.75, 1)]
            columns = ["minimum", "lower_quartile", "median", "upper_quartile", "maximum"]
            assert [row[f"accuracy_{name}"] for name in columns] == pytest.approx(expected)
