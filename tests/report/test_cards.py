"""Cards of variants: every number is that of the tables, and no word of data becomes markup."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from leanset.config import Arm
from leanset.report.cards import Card, Verdict, cards_of
from leanset.report.templates import environment
from tests.report.album import NAMES, album, mean_p
from tests.report.reading import Reading

EVIL = "<script>alert(1)</script>"

ARM = Arm(
    "far",
    "The far end",
    "clustered",
    label_free=True,
    settings={"method": "clustered", "clustering": "pca_k2", "keep": "furthest"},
    artifacts=("clustering_pca_k2", "embedding_pca"),
)
NAN, INF = float("nan"), float("inf")

SUMMARY = pd.DataFrame(
    [
        ("far", "50 %", 4, 5, 0, 0.91234, 0.90, 0.925),
        ("far", "25 %", 2, 1, 4, 0.8, NAN, NAN),
        ("far", "12.5 %", 1, 0, 5, NAN, NAN, NAN),
        ("full", "100 %", 8, 5, 0, 0.99, 0.985, 0.995),
    ],
    columns=["variant", "budget", "kept", "runs", "failed",
             "accuracy_mean", "accuracy_low", "accuracy_high"],
)  # fmt: skip
COMPARISONS = pd.DataFrame(
    [
        ("far", 4, "random", 0.0123, 0.002, 0.02, "better"),
        ("far", 4, "full", -0.0777, -0.09, -0.06, "below"),
        ("far", 2, "full", -0.19, -INF, INF, "too few runs"),
    ],
    columns=["variant", "kept", "against", "difference", "low", "high", "verdict"],
)


def subsets(**changes: Any) -> pd.DataFrame:
    row = {
        "budget": "25 %",
        "kept": 2,
        "selected": 2,
        "run": 0,
        "class_histogram": np.array([1, 0, 1]),
        "indices": np.array([0, 2]),
    }
    return pd.DataFrame([row | changes])


def card(
    arm: Arm = ARM,
    tables: dict[str, pd.DataFrame] | None = None,
    names: tuple[str, ...] = NAMES,
    count: int = 12,
    **more: Any,
) -> Card:
    found = {"far": subsets()} if tables is None else tables
    pages = album(names=names, **more)
    (only,) = cards_of([arm], SUMMARY, COMPARISONS, found, pages, {}, count)
    return only


def page(*cards: Card) -> Reading:
    template = environment([]).get_template("cards.html.jinja")
    return Reading(template.render(cards=cards))


def test_a_card_says_what_the_method_does_and_how_it_is_set() -> None:
    made = card()
    assert made.method.name == "clustered"
    assert made.settings == (("clustering", "pca_k2"), ("keep", "furthest"))
    words = page(made).words
    assert "The far end" in words
    assert made.method.summary in words
    assert made.method.source in words
    assert "clustering_pca_k2, embedding_pca" in words
    assert "selects without labels" in words


def test_results_are_a_line_for_each_budget_from_the_smallest_up() -> None:
    none, one, five = card().results
    assert (none.kept, none.accuracy, none.interval, none.failed) == ("1", "", "", 5)
    assert (one.kept, one.accuracy, one.interval) == ("2", "80.00 %", "")
    assert (five.budget, five.accuracy, five.interval) == ("50 %", "91.23 %", "90.00 to 92.50")
    words = page(card()).words
    assert "no run finished 5 of 5 runs failed" in words
    assert "80.00 % 4 of 5 runs failed one run, no interval" in words


def test_verdicts_are_those_of_the_comparisons() -> None:
    none, one, five = card().results
    assert five.against_random == Verdict("+1.23", "+0.20 to +2.00", "good", "better")
    assert five.against_full == Verdict("−7.77", "−9.00 to −6.00", "bad", "below the margin")
    assert (one.against_random, none.against_full) == (None, None)
    assert one.against_full == Verdict("−19.00", "", "open", "too few runs")
    assert "✓ better +1.23 +0.20 to +2.00 ✗ below the margin" in page(card()).words


def test_missing_classes_are_loud() -> None:
    words = page(card()).words
    assert "At 25 %, 1 of 1 subsets lack a class: dog." in words
    assert "dog 37.5 % 0 missing" in words


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, "Run 0 at 25 %: 2 of 8 samples are kept."),
        ({"selected": 8}, "Run 0 at 25 %: each epoch draws 2 anew from all samples."),
        ({"selected": 5}, "Run 0 at 25 %: each epoch draws 2 anew from 5 of 8 samples."),
    ],
)
def test_a_card_says_which_subset_its_pictures_are_of(changes: dict[str, int], told: str) -> None:
    assert card(tables={"far": subsets(**changes)}).subset == told


def test_every_picture_says_in_words_what_it_is() -> None:
    reading = page(card())
    kept, dropped = reading.all("img")[:2], reading.all("img")[2:]
    assert sorted(str(image["alt"]) for image in kept) == ["cat, kept", "owl, kept"]
    assert len(dropped) == 6
    assert all(str(image["alt"]).endswith(", dropped") for image in dropped)
    assert len(reading.all("li")) == 8


def test_what_stands_under_a_picture_is_explained_where_it_is_more_than_a_label() -> None:
    assert card().key == ""
    assert "the probability that the proxies give" in page(card(mean_p=mean_p([0] * 8))).words


def test_a_variant_whose_selection_failed_still_has_a_card() -> None:
    made = card(tables={})
    assert (made.balance, made.galleries) == (None, ())
    assert "Nothing was selected." in page(made).words


def test_a_variant_without_a_run_still_has_a_card() -> None:
    arm = Arm("new", "Not run", "random", label_free=True)
    assert "No run of it is in the ledger." in page(card(arm)).words


def test_pictures_can_be_left_out() -> None:
    assert page(card(count=0)).all("img") == []


def test_words_from_data_are_words_on_the_page() -> None:
    arm = Arm(EVIL, EVIL, "clustered", True, {"clustering": EVIL}, (f"clustering_{EVIL}",))
    made = card(arm, tables={EVIL: subsets()}, names=(EVIL, EVIL, EVIL), mean_p=mean_p([1] * 8))
    reading = page(made)
    assert reading.all("script") == []
    assert reading.words.count(EVIL) > 10
    assert str(reading.all("img")[0]["alt"]).startswith(EVIL)


@pytest.mark.parametrize(("count", "is_open"), [(1, True), (8, True), (9, False)])
def test_many_cards_are_closed_at_first(count: int, is_open: bool) -> None:
    details = page(*[card()] * count).all("details")
    assert len(details) == count
    assert all(("open" in attributes) == is_open for attributes in details)


def test_the_parts_of_code_in_what_a_method_does_are_set_as_code() -> None:
    arm = Arm("denoised", "Without suspects", "denoised", False)
    reading = page(card(arm))
    assert len(reading.all("code")) == 2
    assert "``" not in reading.words


def test_the_style_uses_nothing_that_is_not_on_the_page() -> None:
    from leanset.report.templates import inlined

    style = str(inlined("cards.css"))
    assert "url(" not in style
    assert "@import" not in style
