"""Every cell against random and against all samples: verdicts and the intervals that carry them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from hypothesis import given, settings
from hypothesis import strategies as st

from leanset.findings.cells import finished_cells
from leanset.findings.comparing import compare_cells
from tests.findings.examples import around, bits_of, cell, ledger

FULL = cell("full", 1000, around(0.99))


def compared(*cells: pd.DataFrame, against: str = "random") -> pd.DataFrame:
    runs = ledger(*cells)
    table = compare_cells(finished_cells(runs), bits_of(runs), 0.005, 0.95)
    return table[table["against"] == against].set_index(["variant", "kept"])


def test_a_single_comparison_is_welchs_interval() -> None:
    ours, others = [0.92, 0.94, 0.93, 0.96], [0.90, 0.91, 0.93, 0.90, 0.89]
    row = compared(cell("near", 10, ours), cell("random", 10, others)).iloc[0]
    known = scipy.stats.ttest_ind(ours, others, equal_var=False)
    interval = known.confidence_interval(0.95)
    assert (row["low"], row["high"]) == pytest.approx((interval.low, interval.high))
    assert row["p"] == pytest.approx(known.pvalue)
    assert row["difference"] == pytest.approx(np.mean(ours) - np.mean(others))
    assert (row["verdict"], row["paired"]) == ("better", False)


def test_of_three_comparisons_each_is_judged_at_its_step_of_holm() -> None:
    random = cell("random", 10, around(0.90, 0.01))
    rules = {"clear": around(0.95, 0.01), "close": around(0.9165, 0.01), "same": around(0.90, 0.01)}
    table = compared(random, *(cell(name, 10, runs) for name, runs in rules.items())).droplevel(1)
    p = {
        name: scipy.stats.ttest_ind(
            runs, random["accuracy"], equal_var=False, alternative="greater"
        ).pvalue
        for name, runs in rules.items()
    }
    # for "better" and for "worse" half of 5 % each: 0.025 / 3, then / 2, then / 1
    assert p["clear"] < 0.025 / 3
    assert 0.025 / 2 < p["close"] < 0.025
    assert table["verdict"].to_dict() == {
        "clear": "better", "close": "not shown", "same": "not shown",
    }  # fmt: skip
    assert table.loc["close", "low"] < 0
    assert table.loc["clear", "p"] == pytest.approx(2 * 3 * p["clear"])
    assert table.loc["close", "p"] == pytest.approx(2 * 2 * p["close"])


def test_random_is_compared_at_the_same_number_kept_and_recipe_only() -> None:
    table = compared(
        cell("near", 10, around(0.9)),
        cell("near", 20, around(0.9)),
        cell("random", 20, around(0.8)),
        cell("near", 20, around(0.9), recipe="long"),
    )
    assert list(table.index) == [("near", 20)]
    assert table["recipe"].tolist() == ["lenet5"]


def test_within_the_margin_goes_from_the_largest_budget_down() -> None:
    table = compared(
        FULL,
        cell("near", 500, around(0.9895)),
        cell("near", 200, around(0.9857)),
        cell("near", 100, around(0.9890)),
        against="full",
    )
    # 200 fails, so 100 does not count, though its own interval is above the margin
    assert table["verdict"].to_dict() == {
        ("near", 100): "not shown", ("near", 200): "not shown", ("near", 500): "within",
    }  # fmt: skip
    assert table.loc[("near", 100), "low"] > -0.005


def test_below_the_margin_goes_from_the_smallest_budget_up() -> None:
    table = compared(
        FULL,
        cell("near", 100, around(0.95)),
        cell("near", 200, around(0.9841)),
        cell("near", 500, around(0.95)),
        against="full",
    )
    assert table["verdict"].tolist() == ["below", "not shown", "not shown"]


def test_variants_share_the_level_of_the_comparisons_with_full() -> None:
    near = cell("near", 500, around(0.9895))
    alone = compared(FULL, near, against="full").iloc[0]
    among = compared(FULL, near, *(cell(name, 500, around(0.9)) for name in "abcd"),
                     against="full").loc[("near", 500)]  # fmt: skip
    known = scipy.stats.ttest_ind(near["accuracy"], FULL["accuracy"], equal_var=False)
    for row, level in ((alone, 0.05), (among, 0.05 / 5)):
        assert row["low"] == pytest.approx(known.confidence_interval(1 - level).low)


def test_a_single_run_tells_nothing() -> None:
    table = compared(cell("near", 10, [0.9]), cell("random", 10, around(0.5)))
    row = table.iloc[0]
    assert row["verdict"] == "too few runs"
    assert (row["low"], row["high"], row["p"]) == (-1, 1, 1)


def test_what_is_open_says_how_many_runs_would_settle_it() -> None:
    open_, clear = (
        compared(cell("near", 10, around(mean, 0.01)), cell("random", 10, around(0.9, 0.01)))
        .iloc[0]["runs_needed"]
        for mean in (0.91, 0.99)
    )  # fmt: skip
    # one deviation apart: 17 runs of each (Cohen's table); what is settled needs none
    assert open_ == 17
    assert clear is pd.NA


def test_what_chance_left_open_takes_at_least_one_run_more() -> None:
    # two runs of each, ten deviations apart: two would mostly have shown it
    table = compared(cell("near", 10, [0.90, 0.91]), cell("random", 10, [0.85, 0.85]))
    row = table.iloc[0]
    assert row["verdict"] == "not shown"
    assert row["runs_needed"] == 3


def test_runs_that_vary_together_are_compared_in_pairs() -> None:
    rng = np.random.default_rng(0)
    cells = []
    for kept in range(10, 110, 10):
        shared = rng.normal(0.9, 0.01, 5)
        cells += [
            cell("random", kept, list(shared)),
            cell("near", kept, list(shared + rng.normal(0.001, 0.0001, 5))),
        ]
    table = compared(*cells)
    assert table["paired"].all()
    assert (table["verdict"] == "better").all()


@settings(max_examples=15)
@given(
    st.lists(st.tuples(st.floats(0.5, 0.99), st.floats(1e-4, 0.02)), min_size=1, max_size=5),
)
def test_the_verdict_is_the_side_of_zero_on_which_the_interval_lies(
    rules: list[tuple[float, float]],
) -> None:
    cells = [cell(f"rule_{n}", 10, around(*rule)) for n, rule in enumerate(rules)]
    table = compared(cell("random", 10, around(0.8, 0.01)), *cells)
    for row in table.to_dict("records"):
        assert (row["verdict"] == "better") == (row["low"] > 0)
        assert (row["verdict"] == "worse") == (row["high"] < 0)
        assert row["low"] <= row["difference"] <= row["high"]
        assert (row["p"] <= 0.05) == (row["verdict"] != "not shown")


def test_without_any_arm_to_compare_with_the_table_is_empty() -> None:
    runs = ledger(cell("near", 10, around(0.9)))
    table = compare_cells(finished_cells(runs), bits_of(runs), 0.005, 0.95)
    assert table.empty
    assert str(table["kept"].dtype) == "int64"
