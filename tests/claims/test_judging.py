"""The verdict on a claim, and on each of its comparisons."""

from typing import Any

import pytest
from scipy import stats
from tests.claims.examples import HIGH, LOW, WIDE, ledger

from leanset.claims import Claim, judge_claims


def claim(**changes: Any) -> Claim:
    block = {"text": "Far is better", "source": "p. 3", "better": "far", "than": "random",
             "budgets": [60, 600]}  # fmt: skip
    return Claim.model_validate(block | changes)


@pytest.mark.parametrize(
    ("at_60", "at_600", "verdicts", "overall"),
    [
        ((HIGH, LOW), (HIGH, LOW), ["holds", "holds"], "supported"),
        ((HIGH, LOW), (WIDE, LOW), ["holds", "not shown"], "not shown"),
        ((LOW, HIGH), (HIGH, LOW), ["contradicted", "holds"], "contradicted at 60"),
        ((LOW, HIGH), (LOW, HIGH), ["contradicted", "contradicted"], "contradicted at 60, 600"),
        ((LOW, HIGH), (WIDE, LOW), ["contradicted", "not shown"], "contradicted at 60"),
        ((HIGH, LOW), ([], LOW), ["holds", "not run"], "not shown"),
        (([], []), ([], LOW), ["not run", "not run"], "not run"),
        (([92.0], LOW), (HIGH, LOW), ["not shown", "holds"], "not shown"),
    ],
)
def test_a_claim_is_supported_only_if_every_comparison_holds(
    at_60: tuple[list[float], list[float]],
    at_600: tuple[list[float], list[float]],
    verdicts: list[str],
    overall: str,
) -> None:
    runs = ledger({
        ("far", "60"): at_60[0], ("random", "60"): at_60[1],
        ("far", "600"): at_600[0], ("random", "600"): at_600[1],
    })  # fmt: skip
    table = judge_claims(runs, [claim()])
    assert table["budget"].tolist() == ["60", "600"]
    assert table["verdict"].tolist() == verdicts
    assert set(table["overall"]) == {overall}


def test_the_intervals_of_a_claim_are_simultaneous_over_its_comparisons() -> None:
    runs = ledger({("far", "60"): HIGH, ("random", "60"): WIDE})
    row = judge_claims(runs, [claim()]).iloc[0]
    # two comparisons, so each interval is at 1 - 0.05 / 2, whichever of them was run
    interval = stats.ttest_ind(HIGH, WIDE, equal_var=False).confidence_interval(0.975)
    assert (row["low"], row["high"]) == pytest.approx((interval.low, interval.high))


def test_claims_do_not_widen_each_others_intervals() -> None:
    runs = ledger({("far", "60"): HIGH, ("random", "60"): WIDE})
    alone = judge_claims(runs, [claim(budgets=[60])])
    beside = judge_claims(runs, [claim(budgets=[60]), claim(text="Again")])
    assert beside.iloc[0]["high"] == alone.iloc[0]["high"] < beside.iloc[1]["high"]


def test_a_claim_may_compare_two_budgets() -> None:
    runs = ledger({("far", "60"): HIGH, ("full", "100 %"): LOW})
    row = judge_claims(runs, [claim(than="full", budgets=[60], than_budget=1.0)]).iloc[0]
    assert (row["budget"], row["than_budget"], row["overall"]) == ("60", "100 %", "supported")
    assert row["difference"] == pytest.approx(2)


def test_each_claim_has_a_row_for_each_of_its_comparisons_in_order() -> None:
    runs = ledger({("far", "60"): HIGH, ("random", "60"): LOW})
    claims = [claim(), claim(text="Random is better", better="random", than="far", budgets=[60])]
    table = judge_claims(runs, claims)
    assert table[["claim", "source", "better", "than", "budget"]].to_numpy().tolist() == [
        ["Far is better", "p. 3", "far", "random", "60"],
        ["Far is better", "p. 3", "far", "random", "600"],
        ["Random is better", "p. 3", "random", "far", "60"],
    ]
    assert table["overall"].tolist() == ["not shown", "not shown", "contradicted at 60"]


def test_without_claims_the_table_has_its_columns_and_no_rows() -> None:
    table = judge_claims(ledger({}), [])
    assert len(table) == 0
    assert list(table.columns) == [
        "claim", "source", "better", "than", "budget", "than_budget", "difference", "low", "high",
        "verdict", "overall",
    ]  # fmt: skip
