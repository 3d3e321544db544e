"""Published results beside ours: the intervals, the cells, the document, and R1's numbers."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from pydantic import ValidationError
from scipy import stats

from leanset.budgets import label
from leanset.claims import judge_claims
from leanset.io.config_loader import SweepConfigLoader
from leanset.replication import Published, compare, markdown
from leanset.settings import CONFIG_LOADER_ARGS
from leanset.statistics import Moments, welch_difference, welch_difference_of_moments
from tests.claims.examples import HIGH, LOW, ledger

CONF = Path(__file__).parents[1] / "conf"
SIZES = (60, 600, 1200, 3000, 6000, 30000)


def cell(budget: float, mean: float = 90.0, deviation: float = 1.0, **more: float) -> dict:
    return {
        "budget": budget,
        "median": mean,
        "mean": mean,
        "deviation": deviation,
        "runs": 5,
    } | more


def published(**blocks: object) -> Published:
    cells = {"far": [cell(60), cell(600)], "random": [cell(60), cell(600)]}
    return Published.model_validate({"source": "A paper.", "cells": cells} | blocks)


def claim(**changed: object) -> dict:
    return {"text": "Far is better", "source": "p. 3", "better": "far", "than": "random",
            "budgets": [60, 600]} | changed  # fmt: skip


# --- the intervals


def test_the_welch_interval_is_that_of_a_worked_example() -> None:
    # means 3 and 6, variances 1 and 4, n = 3: squared error 1/3 + 4/3 = 5/3, so error 1.29099;
    # freedom (5/3)² / ((1/3)²/2 + (4/3)²/2) = 2.9412; t(0.975, 2.9412) = 3.2188; margin 4.1554
    found = welch_difference([2.0, 3.0, 4.0], [4.0, 6.0, 8.0], 0.95)
    assert found.estimate == pytest.approx(-3)
    assert found.low == pytest.approx(-3 - 4.1554, abs=1e-4)
    assert found.high == pytest.approx(-3 + 4.1554, abs=1e-4)


@pytest.mark.parametrize("confidence", [0.5, 0.95, 1 - 0.05 / 6])
@pytest.mark.parametrize(("n", "m"), [(2, 2), (5, 5), (3, 40)])
def test_the_welch_interval_is_scipys(n: int, m: int, confidence: float) -> None:
    rng = np.random.default_rng(n * m)
    ours, others = rng.normal(98, 0.2, n), rng.normal(97, 3.0, m)
    expected = stats.ttest_ind(ours, others, equal_var=False).confidence_interval(confidence)
    found = welch_difference(ours, others, confidence)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_moments_give_the_interval_that_their_values_give() -> None:
    ours, others = [98.1, 98.4, 98.2], [97.0, 98.0, 99.5, 96.0]
    moments = [
        Moments(float(np.mean(side)), float(np.std(side, ddof=1)), len(side))
        for side in (ours, others)
    ]
    assert welch_difference_of_moments(*moments, 0.95) == welch_difference(ours, others, 0.95)


def test_of_one_value_nothing_can_be_said() -> None:
    found = welch_difference([98.0], [90.0, 91.0, 92.0], 0.95)
    assert (found.estimate, found.low, found.high) == (7, -math.inf, math.inf)


def test_an_interval_without_any_variance_is_its_estimate() -> None:
    found = welch_difference([98.0, 98.0], [97.0, 97.0], 0.95)
    assert (found.estimate, found.low, found.high) == (1, 1, 1)


def test_where_only_one_side_varies_the_interval_is_as_wide_as_that_side_makes_it() -> None:
    # the error is 1/sqrt(3) with 2 degrees of freedom: t(0.975, 2) = 4.3027, margin 2.4841
    found = welch_difference([97.0, 97.0, 97.0], [96.0, 97.0, 98.0], 0.95)
    assert (found.low, found.high) == pytest.approx((-2.4841, 2.4841), abs=1e-4)


def test_a_sample_without_values_is_refused() -> None:
    with pytest.raises(ValueError, match="without values"):
        welch_difference([], [97.0, 98.0], 0.95)


# --- cells


@pytest.mark.parametrize(
    ("accuracies", "verdict"),
    [
        ([89.0, 90.0, 91.0, 90.5, 89.5], "agrees"),
        ([94.0, 94.1, 94.2, 94.1, 94.0], "ours is higher"),
        ([84.0, 84.1, 84.2, 84.1, 84.0], "ours is lower"),
        ([99.0], "too few runs"),
    ],
)
def test_a_cell_is_judged_by_the_side_of_zero_its_interval_lies_on(
    accuracies: list[float], verdict: str
) -> None:
    runs = ledger({("far", "60"): accuracies})
    row = compare(runs, published(cells={"far": [cell(60)]})).iloc[0]
    assert row["verdict"] == verdict


def test_a_cell_shows_ours_beside_the_published() -> None:
    runs = ledger({("far", "600"): [91.0, 93.0, 95.0, 92.0, 94.0]})
    row = compare(runs, published(cells={"far": [cell(600, really_kept=500)]})).iloc[0]
    # ours: mean 93, variance 2.5; published: mean 90, variance 1; both n = 5:
    # error sqrt(0.7) = 0.83666, freedom 0.7² / (0.5²/4 + 0.2²/4) = 6.7586, t(0.975) = 2.3819
    expected = {
        "variant": "far", "budget": "600", "kept": 600, "published_kept": 500,
        "published_median": 90, "our_median": 93, "our_lowest": 91, "our_highest": 95,
        "our_runs": 5, "difference": 3, "verdict": "ours is higher",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == pytest.approx(expected)
    assert (row["low"], row["high"]) == pytest.approx((3 - 1.9928, 3 + 1.9928), abs=1e-4)


def test_every_published_cell_has_a_row_even_if_it_was_not_run() -> None:
    table = compare(ledger({("far", "60"): HIGH}), published())
    assert table[["variant", "budget"]].apply(tuple, axis=1).tolist() == [
        ("far", "60"), ("far", "600"), ("random", "60"), ("random", "600")
    ]  # fmt: skip
    missing = table.iloc[1]
    assert (missing["verdict"], missing["our_runs"]) == ("not run", 0)
    assert missing[["kept", "our_median", "difference", "low", "high"]].isna().all()


def test_an_empty_ledger_gives_a_table_of_cells_that_were_not_run() -> None:
    table = compare(ledger({}), published())
    assert set(table["verdict"]) == {"not run"}


def test_failed_runs_are_not_counted() -> None:
    runs = ledger({("far", "60"): [91.0, 92.0, 93.0], ("random", "60"): [90.0]})
    runs.loc[[2, 3], ["status", "accuracy"]] = ["failed", math.nan]
    table = compare(runs, published()).set_index(["variant", "budget"])
    assert table.loc[("far", "60"), ["our_runs", "our_highest"]].tolist() == [2, 92]
    assert table.loc[("random", "60"), "verdict"] == "not run"


def test_a_fraction_is_matched_by_its_label() -> None:
    blocks = {"cells": {"full": [cell(1.0, mean=98.7, really_kept=60000)]}}
    row = compare(ledger({("full", "100 %"): [98.0, 99.0]}, kept=60000), published(**blocks)).iloc[
        0
    ]
    assert (row["budget"], row["kept"], row["published_kept"]) == ("100 %", 60000, 60000)


# --- what is refused


def test_a_claim_about_an_unpublished_cell_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"names fer at 60.*Did you mean 'far at 60'"):
        published(claims=[claim(better="fer")])
    with pytest.raises(ValidationError, match="names random at 6, which is not among the cells"):
        published(claims=[claim(than_budget=6)])


def test_a_published_fraction_must_say_how_many_samples_it_kept() -> None:
    with pytest.raises(ValidationError, match="add really_kept"):
        published(cells={"full": [cell(1.0)]})


# --- the document


def document(runs: pd.DataFrame, results: Published) -> str:
    return markdown(
        compare(runs, results),
        judge_claims(runs, results.claims),
        results.source,
        results.differences,
    )


def test_the_document_counts_the_cells_and_names_the_verdicts() -> None:
    runs = ledger({("far", "60"): HIGH, ("random", "60"): LOW, ("far", "600"): [99.0, 99.1, 99.2]})
    text = document(runs, published(claims=[claim()], differences=["Their k-means had one seed."]))
    # far at 60: 92.0 against 90 ± 1; random at 60: 90 against 90; far at 600: 99.1 against 90
    assert (
        "Of 4 published cells 1 agree and 2 differ (ours is higher in 2, lower in 0); 1 not run."
    ) in text
    assert "\nA paper.\n" in text
    assert "1. Far is better: **not shown** (p. 3)" in text
    assert "- Their k-means had one seed." in text


def test_the_rows_of_the_document_are_the_rows_of_the_tables() -> None:
    runs = ledger({("far", "60"): HIGH, ("random", "60"): LOW})
    lines = document(runs, published(claims=[claim()])).splitlines()
    # error sqrt(1/5 + 0.01/3) = 0.45092 with 4.1321 degrees of freedom: t(0.975) = 2.7418
    assert (
        "| far | 60 | 60 | 600 | 90.00 | 92.00 | 91.90 to 92.10 | 3 | +2.00 | +0.76 to +3.24 "
        "| ours is higher |"
    ) in lines
    assert "| far | 600 | 600 | – | 90.00 | – | – | 0 | – | – | not run |" in lines
    # error sqrt(0.02/3) = 0.081650 with 4 degrees of freedom: t(0.9875) = 3.4954
    assert "| 1 | far at 60 | random at 60 | +2.00 | +1.71 to +2.29 | holds |" in lines
    assert "| 1 | far at 600 | random at 600 | – | – | not run |" in lines


def test_every_line_of_a_table_has_as_many_columns_as_its_heading() -> None:
    lines = document(ledger({("far", "60"): [92.0]}), published(claims=[claim()])).splitlines()
    columns = [line.count("|") for line in lines if line.startswith("|")]
    assert columns == [12] * 6 + [7] * 4
    assert any("-∞ to +∞ | too few runs" in line for line in lines)


def test_a_document_without_claims_says_so() -> None:
    assert "No claim was published." in document(ledger({}), published())


# --- the published numbers of R1 and the sweep that replicates them


@pytest.fixture(scope="module")
def r1() -> Published:
    path = CONF / "replica_kmeans" / "parameters" / "published.yml"
    return Published.model_validate(yaml.safe_load(path.read_text())["published"])


def test_the_whole_published_grid_is_there(r1: Published) -> None:
    grid = {
        (variant, str(size))
        for variant in ("random", "closest_k50", "furthest_k50", "random_k50",
                        "closest_k500", "furthest_k500", "random_k500")
        for size in SIZES
    }  # fmt: skip
    assert {(name, label(cell.budget)) for name, cell in r1.each_cell()} == grid | {
        ("full", "100 %")
    }


def test_published_statistics_are_those_of_the_published_runs(r1: Published) -> None:
    runs = {
        ("full", 1.0): [99.03, 98.71, 98.50, 98.88, 98.63],
        ("random", 60): [12.18, 13.15, 12.68, 18.38, 31.73],
        ("furthest_k50", 30000): [98.83, 98.86, 98.91, 98.54, 98.82],
        ("random_k500", 600): [84.01, 86.36, 88.14, 85.92, 87.85],
    }
    cells = {(name, cell.budget): cell for name, cell in r1.each_cell()}
    for key, accuracies in runs.items():
        assert cells[key].median == np.median(accuracies)
        assert cells[key].mean == pytest.approx(np.mean(accuracies), abs=6e-4)
        assert cells[key].deviation == pytest.approx(np.std(accuracies, ddof=1), abs=6e-4)


def test_published_cells_keep_what_the_published_rule_kept(r1: Published) -> None:
    # a quota of 60 // 50 = 1 keeps 50 of 60; 600 // 500 = 1 keeps 500 of 600
    kept = {(name, cell.budget): cell.kept for name, cell in r1.each_cell()}
    assert kept[("random", 60)] == 60
    assert kept[("closest_k50", 60)] == 50
    assert kept[("random_k500", 600)] == 500
    assert kept[("furthest_k500", 30000)] == 28936
    assert all(count <= 60000 if name == "full" else count <= budget
               for (name, budget), count in kept.items())  # fmt: skip


def test_the_replica_runs_every_published_cell_five_times(r1: Published) -> None:
    settings = SweepConfigLoader(
        conf_source=str(CONF), env="replica_kmeans", **CONFIG_LOADER_ARGS
    ).settings
    planned = {
        (name, label(budget))
        for name, variant in settings.active().items()
        for budget in variant.budgets or settings.sweep.budgets
    }
    assert planned == {(name, label(cell.budget)) for name, cell in r1.each_cell()}
    assert settings.published == r1
    assert settings.sweep.runs == 5
