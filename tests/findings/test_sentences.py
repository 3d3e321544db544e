"""What is said in words: only what the intervals carry, and what a sweep lacks."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from leanset.config import Arm, ReportSettings
from leanset.findings.cells import finished_cells
from leanset.findings.comparing import compare_cells
from leanset.findings.needed import data_needed
from leanset.findings.sentences import Evidence, findings
from tests.findings.examples import around, bits_of, cell, ledger

FULL = cell("full", 1000, around(0.99), budget="100 %")
RANDOM = cell("random", 500, around(0.97), budget="50 %")
NEAR = cell("near", 500, around(0.9899), budget="50 %")


def said(*cells: pd.DataFrame, labelled: tuple[str, ...] = (), **settings: Any) -> pd.DataFrame:
    runs = ledger(*cells)
    finished, bits, report = finished_cells(runs), bits_of(runs), ReportSettings(**settings)
    names = sorted(set(runs["variant"]))
    return findings(
        Evidence(
            runs=runs,
            cells=finished,
            comparisons=compare_cells(finished, bits, report.margin / 100, report.confidence),
            needed=data_needed(finished, [0.98], report.margin / 100, report.confidence),
            bits=bits,
            arms={name: Arm(name, "", "x", name not in labelled) for name in names},
            recipe="lenet5",
            available=1000,
            settings=report,
        )
    )


def texts(table: pd.DataFrame, kind: str) -> list[str]:
    return list(table.loc[table["kind"] == kind, "text"])


# --- the recommendation


def test_the_smallest_subset_shown_to_be_within_the_margin_is_recommended() -> None:
    table = said(FULL, RANDOM, NEAR)
    (text,) = texts(table, "recommendation")
    # near − full is −0.01 points; 4.4 × √(2 · 0.001² / 5): each of two variants has half of 5 %
    assert text == (
        "Keep 50 % of the data, 500 samples, by near: it is within 0.5 points of full, "
        "−0.01 points (−0.18 to +0.16)."
    )
    assert table.iloc[0]["kind"] == "recommendation"
    assert "not on a validation split" in texts(table, "basis")[0]
    assert "all 2 comparisons with full at once (95 %)" in texts(table, "basis")[0]


def test_of_equally_small_subsets_random_is_taken_unless_another_beats_it() -> None:
    close = cell("random", 500, around(0.9898), budget="50 %")
    assert texts(said(FULL, close, NEAR), "recommendation")[0].startswith(
        "Keep 50 % of the data, 500 samples, by random"
    )
    behind = cell("random", 500, around(0.9870), budget="50 %")
    assert "by near" in texts(said(FULL, behind, NEAR), "recommendation")[0]


def test_what_is_not_shown_is_not_recommended() -> None:
    unsure = cell("near", 500, around(0.9899, 0.01), budget="50 %")
    (text,) = texts(said(FULL, RANDOM, unsure), "recommendation")
    assert text.startswith("Keep all samples for now: no subset is shown to be within 0.5 points")
    assert "Nearest comes near at 50 %, −0.01 points" in text


def test_where_all_are_shown_to_be_worse_it_says_so() -> None:
    (text,) = texts(said(FULL, RANDOM), "recommendation")
    assert text.startswith("Keep all samples: every subset is shown to be more than 0.5 points")


def test_the_margin_is_that_of_the_settings() -> None:
    assert "within 3 points of full" in texts(said(FULL, RANDOM, margin=3.0), "recommendation")[0]


def test_rules_that_need_no_labels_are_ranked_apart() -> None:
    larger = cell("free", 800, around(0.9899), budget="80 %")
    table = said(FULL, RANDOM, NEAR, larger, labelled=("near",))
    assert "by near" in texts(table, "recommendation")[0]
    (text,) = texts(table, "labels")
    assert text.startswith("free at 80 % selects without labels: it would have saved labelling 200")


# --- against random


def test_each_rule_is_said_to_be_better_worse_or_neither_with_its_numbers() -> None:
    table = said(
        FULL,
        *(cell("random", kept, around(0.9, 0.002)) for kept in (100, 200, 500)),
        *(cell("near", kept, around(mean, 0.002))
          for kept, mean in ((100, 0.8), (200, 0.9), (500, 0.95))),
        cell("same", 100, around(0.9, 0.002)),
    )  # fmt: skip
    near, same = texts(table, "random")
    assert near.startswith("near is better than random at 500 (+5.00 points, +4.")
    assert "; it is worse than random at 100 (−10.00 points, " in near
    assert near.endswith("; at 200 no difference is shown.")
    assert same == "same is not shown to differ from random at any budget."


# --- how little data, how much chance, how many runs


def test_the_rule_that_reaches_a_target_with_the_least_stands_beside_random() -> None:
    table = said(
        FULL,
        *(cell(name, kept, around(mean)) for name, kept, mean in (
            ("near", 100, 0.97), ("near", 400, 0.99), ("random", 100, 0.95), ("random", 400, 0.97),
        )),
    )  # fmt: skip
    text = texts(table, "data")[0]
    # half way from 100 to 400 on a logarithmic scale is 200
    assert text.startswith("To reach 98 % takes about 200 samples by near (")
    assert ", and at random about " in text


def test_chance_and_the_test_set_are_told() -> None:
    table = said(FULL, RANDOM)
    # 1.96 · √2 · 0.1 points
    assert "differ by up to 0.28 points in 95 of 100" in texts(table, "noise")[0]
    # 1.96 · √(0.99 · 0.01 / 999) = 0.62 points of one run; the edge is blurred over five
    (text,) = texts(table, "test_set")
    assert "set of 1,000 images would move the accuracy of full by ±0.60 points" in text


def test_what_is_open_comes_with_the_runs_that_would_settle_it() -> None:
    unsure = cell("near", 500, around(0.9899, 0.01), budget="50 %")
    power = texts(said(FULL, RANDOM, unsure), "power")
    assert power[0].startswith("Whether near at 50 % is within the margin of full is still open;")
    assert "kedro run --params=sweep.runs=" in power[0]


def test_what_is_larger_than_the_subset_to_be_taken_need_not_be_settled() -> None:
    unsure = cell("near", 800, around(0.98, 0.02), budget="80 %")
    table = said(FULL, NEAR, cell("other", 800, around(0.985, 0.01)), unsure.assign(variant="far"))
    assert "by near" in texts(table, "recommendation")[0]
    assert texts(table, "power") == []


# --- what is missing


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([RANDOM, NEAR], "The sweep has no full arm, so how far a subset falls behind"),
        ([FULL, NEAR], "The sweep has no random arm, so whether a rule beats"),
        ([FULL, RANDOM, cell("far", 500, [None, 0.9, 0.8])], "1 run of 13 failed;"),
        ([FULL, RANDOM, cell("far", 500, [0.9])], "1 cell of 3 has a single finished run"),
        ([cell("far", 500, [0.9])], "The only cell of 1 has a single finished run"),
        ([FULL, RANDOM], "Every rule has a single budget"),
        ([cell("full", 1000, [None, None]), RANDOM], "No run of full finished"),
    ],
)
def test_what_a_sweep_lacks_is_said(cells: list[pd.DataFrame], expected: str) -> None:
    assert any(text.startswith(expected) for text in texts(said(*cells), "missing"))


@pytest.mark.parametrize(
    "cells",
    [
        [cell("near", 500, [0.9])],
        [cell("near", 500, [None])],
        [cell("full", 1000, [0.9, 0.8])],
        [FULL, cell("random", 500, [0.9]), cell("near", 500, [0.8])],
        [cell("full", 1000, [None]), cell("random", 10, [None])],
    ],
    ids=["one run", "none", "full alone", "one run of each", "all failed"],
)
def test_a_poor_sweep_gets_a_poor_report_and_no_claim(cells: list[pd.DataFrame]) -> None:
    table = said(*cells)
    (text,) = texts(table, "recommendation")
    assert text.startswith("Nothing is recommended")
    assert texts(table, "missing")
    assert "better" not in " ".join(texts(table, "random"))


def test_without_a_single_run_the_reason_is_named() -> None:
    (text,) = texts(said(FULL, cell("random", 500, [0.9])), "recommendation")
    assert "a single run of a cell does not show how much runs scatter" in text
