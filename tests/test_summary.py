"""From the ledger to one row per cell, against a worked example and in any order of rows."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.stats
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
                "selected": kept,
                "run": run,
                "status": "failed" if value is None else "ok",
                "accuracy": np.nan if value is None else value,
                "seconds_train": np.nan if value is None else 10.0 + run,
                "worst_class_recall": np.nan if value is None else value / 2,
                "least_class_count": 3 - run % 2,
                "wrong_labels": None,
                "weighting": None,
                "effective_samples": np.nan,
                "greatest_weight": np.nan,
                "seconds_artifacts": 0.0,
                "proxy_epochs": 0,
                "seconds_select": 0.25,
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
    # near in order: 0.60 0.80 0.82 0.88 0.95, in the mean 4.05 / 5 = 0.81; random has 0.80.
    # Deviations from it are -0.21 -0.01 0.01 0.07 0.14, their squares sum up to 0.0688, so the
    # standard error is sqrt(0.0688 / 4 / 5) = 0.05865, 2.776 times which is 0.1628. Runs took 10
    # to 14 s, the worst class has half the accuracy, and the least class had 3 samples or 2.
    expected = {
        "variant": "near", "recipe": "lenet5", "budget": "100", "kept": 100, "failed": 0,
        "runs": 5, "accuracy_mean": 0.81, "accuracy_low": 0.64715, "accuracy_high": 0.97285,
        "accuracy_median": 0.82, "accuracy_lower_quartile": 0.80,
        "accuracy_upper_quartile": 0.88, "accuracy_minimum": 0.60, "accuracy_maximum": 0.95,
        "difference_to_random": 0.01, "seconds_train": 12.0, "worst_class_recall": 0.41,
        "least_class_count": 2, "seconds_selection": 0.25, "proxy_epochs": 0,
    }  # fmt: skip
    # no noise was injected, nothing is weighted, and there is no full arm: none can be said
    for missing in ("wrong_share", "weighting", "effective_share", "greatest_weight"):
        assert np.isnan(near.pop(missing))
    assert near.pop("pays_after") is None
    assert near == pytest.approx(expected, abs=1e-5)
    assert random["accuracy_median"] == 0.80
    assert random["difference_to_random"] == 0


def test_the_difference_to_random_is_that_of_the_means() -> None:
    summary = summary_of(cell("random", [0.1, 0.5, 0.9]), cell("near", [0.6, 0.7, 0.2]))
    # 1.5 / 3 - 1.5 / 3 = 0; the medians differ by 0.6 - 0.5, those of the pairs by 0.2
    assert summary.set_index("variant").loc["near", "difference_to_random"] == pytest.approx(0)


@settings(max_examples=15)
@given(st.lists(st.floats(0, 1), min_size=2, max_size=6), st.floats(0.5, 0.999))
def test_the_interval_of_the_mean_is_scipys(accuracies: Runs, confidence: float) -> None:
    row = summarise(cell("near", accuracies), confidence).iloc[0]
    known = scipy.stats.ttest_1samp(accuracies, 0).confidence_interval(confidence)
    found = [row["accuracy_low"], row["accuracy_high"]]
    inside = np.clip([known.low, known.high], 0, 1)
    assert found == pytest.approx(inside, abs=1e-9)


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
    assert row["accuracy_mean"] == 0.5
    assert row[["accuracy_low", "accuracy_high"]].isna().all()


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


def test_failed_runs_are_left_out_of_both_sides() -> None:
    summary = summary_of(cell("random", [0.5, None, 0.7]), cell("near", [None, 0.9, 0.8]))
    near = summary.set_index("variant").loc["near"]
    assert near["difference_to_random"] == pytest.approx(0.85 - 0.6)
    assert near["accuracy_median"] == pytest.approx(0.85)
    assert (near["runs"], near["failed"]) == (2, 1)


# --- wrong labels


def share_of(*cells: pd.DataFrame) -> list[float]:
    return summary_of(*cells).set_index("variant")["wrong_share"].tolist()


def test_the_share_of_wrong_labels_is_a_median_over_runs_of_what_was_selected() -> None:
    counts = [12, 3, 7, None]
    near = pd.concat(
        [cell("near", [0.5 if count else None]).assign(run=run, wrong_labels=count or 99)
         for run, count in enumerate(counts)]
    )  # fmt: skip
    # of 100 samples 12, 3 and 7; the run with 99 failed
    assert share_of(near) == [0.07]


def test_without_noise_the_share_is_missing_and_with_none_kept_it_is_0() -> None:
    found = share_of(cell("near", [0.5]), cell("oracle", [0.5], wrong_labels=0))
    assert np.isnan(found[0])
    assert found[1] == 0


def test_the_share_is_of_the_pool_where_an_epoch_shows_fewer() -> None:
    # 100 of 1,000 labels in the pool are wrong, ten times as many as the samples of an epoch
    assert share_of(cell("rs2", [0.5], kept=10, selected=1000, wrong_labels=100)) == [0.1]


# --- weights


def weighted(run: int, effective: float, greatest: float, accuracy: float = 0.5) -> pd.DataFrame:
    """One run on 100 weighted samples; failed, if its accuracy is not a number."""
    return cell(
        "craig", [None if np.isnan(accuracy) else accuracy], weighting="sampler",
        effective_samples=effective, greatest_weight=greatest,
    ).assign(run=run)  # fmt: skip


def test_what_weights_come_to_is_a_median_over_the_runs_that_finished() -> None:
    # of 100 samples 4, 20 and 10 are effective; the fourth run failed
    summary = summary_of(
        weighted(0, 4, 50), weighted(1, 20, 3), weighted(2, 10, 9), weighted(3, 99, 1, np.nan),
        cell("random", [0.5]),
    ).set_index("variant")  # fmt: skip
    craig, random = summary.loc["craig"], summary.loc["random"]
    assert craig["weighting"] == "sampler"
    assert craig["effective_share"] == 0.1
    assert craig["greatest_weight"] == 9
    assert random[["weighting", "effective_share", "greatest_weight"]].isna().all()


# --- what selecting takes, and when it has paid


def test_selecting_costs_its_artifacts_and_itself_in_the_middle_run() -> None:
    costs = [(10.0, 1.0), (10.0, 5.0), (30.0, 0.5), (2.0, 20.0)]
    near = pd.concat(
        [
            cell("near", [0.5]).assign(
                run=run, seconds_artifacts=artifacts, seconds_select=select, proxy_epochs=30
            )
            for run, (artifacts, select) in enumerate(costs)
        ]
    )
    row = summary_of(near).iloc[0]
    # 11, 15, 30.5 and 22 s; the middle is half way from 15 to 22
    assert row["seconds_selection"] == 18.5
    assert row["proxy_epochs"] == 30


def pays_after(*cells: pd.DataFrame) -> dict[str, Any]:
    return dict(summary_of(*cells).set_index("variant")["pays_after"])


def costing(variant: str, seconds: float, training: float, **more: Any) -> pd.DataFrame:
    """One run that was ``seconds`` in selecting and ``training`` in training."""
    return cell(
        variant, [0.5], seconds_artifacts=seconds, seconds_select=0.0, seconds_train=training,
        **more,
    )  # fmt: skip


FULL = costing("full", 0.0, 40.0, kept=1000)


def test_a_selection_has_paid_after_a_worked_number_of_trainings() -> None:
    # a training on all takes 40 s, on the subset 15 s: 25 s saved by each
    assert pays_after(
        FULL,
        costing("far", 100.0, 15.0),  # 100 / 25 = 4
        costing("near", 100.5, 15.0),  # 100.5 / 25 = 4.02, so the fifth pays
        costing("cheap", 0.5, 15.0),  # 0.5 / 25 = 0.02, so the first pays
        costing("free", 0.0, 15.0),  # there is nothing to pay
    ) == {"far": 4, "near": 5, "cheap": 1, "free": 0, "full": pd.NA}


@pytest.mark.parametrize("training", [40.0, 41.0], ids=["as long", "longer"])
@pytest.mark.parametrize("seconds", [0.0, 100.0], ids=["for nothing", "at a price"])
def test_a_subset_that_saves_no_time_never_pays(training: float, seconds: float) -> None:
    assert pays_after(FULL, costing("near", seconds, training))["near"] is pd.NA


def test_full_itself_has_nothing_to_save() -> None:
    # even though a smaller budget of the same variant trains faster than its median
    small = costing("full", 5.0, 10.0, kept=100)
    assert summary_of(FULL, small)["pays_after"].isna().all()


@pytest.mark.parametrize(
    "others",
    [[], [costing("full", 0.0, 40.0, recipe="long")], [cell("full", [None], kept=1000)]],
    ids=["none", "of another recipe", "failed"],
)
def test_without_a_finished_full_arm_of_the_recipe_nobody_knows(others: list[pd.DataFrame]) -> None:
    assert pays_after(costing("near", 100.0, 15.0), *others)["near"] is pd.NA


def test_each_recipe_is_held_against_its_own_full_arm() -> None:
    summary = summary_of(
        FULL,
        FULL.assign(recipe="long", seconds_train=115.0),
        costing("near", 100.0, 15.0),
        costing("near", 100.0, 15.0, recipe="long"),
    )
    near = summary[summary["variant"] == "near"].set_index("recipe")["pays_after"]
    # 100 / (40 - 15) = 4 and 100 / (115 - 15) = 1
    assert near.to_dict() == {"lenet5": 4, "long": 1}


def test_what_is_saved_is_the_difference_of_medians() -> None:
    full = pd.concat([FULL.assign(run=run, seconds_train=s) for run, s in enumerate((90, 40, 41))])
    near = pd.concat(
        [costing("near", 62.0, s).assign(run=run) for run, s in enumerate((10.0, 9.0, 80.0))]
    )
    # 41 - 10 = 31 s saved, so 62 s are paid by two trainings
    assert pays_after(full, near)["near"] == 2


@given(
    seconds=st.floats(0, 1e6, allow_subnormal=False),
    full=st.floats(0.1, 1e4),
    share=st.floats(0.001, 0.999),
)
@settings(max_examples=15)
def test_the_trainings_that_pay_are_the_fewest_that_do(
    seconds: float, full: float, share: float
) -> None:
    cells = FULL.assign(seconds_train=full), costing("near", seconds, full * share)
    count, saved = int(pays_after(*cells)["near"]), full - full * share
    assert count * saved >= seconds * (1 - 1e-9)
    assert count == 0 or (count - 1) * saved < seconds * (1 + 1e-9)


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
    assert summary[["wrong_share", "seconds_selection", "pays_after"]].isna().all(axis=None)


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
