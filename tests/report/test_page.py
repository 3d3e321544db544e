"""The page says what the tables say, lets nothing in or out, and bears with what is missing."""

import re
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from leanset.config import ReportSettings
from leanset.report import Content, report_page
from tests.findings.examples import around, cell
from tests.report.made_up import RUNS, circumstances, content, runs_of, whole
from tests.report.reading import Reading

EVIL = "<script>alert('é')</script>"

SECTIONS = ["accuracy", "random", "needed", "time", "cells", "variants", "scores", "changes",
            "hypotheses", "provenance", "reading"]  # fmt: skip


@pytest.fixture(scope="module")
def page() -> str:
    return report_page(whole())


def own(page: str) -> str:
    """The page without the library that draws its figures."""
    longest = max(re.findall(r"<script>.*?</script>", page, re.DOTALL), key=len)
    return page.replace(longest, "")


def text_of(page: str, pattern: str) -> str:
    """What a reader reads of the first element whose tag matches."""
    found = re.search(rf"<(\w+)[^>]*{pattern}[^>]*>(.*?)</\1>", page, re.DOTALL)
    assert found is not None
    return Reading(found.group(2)).words


def headings(page: str) -> list[int]:
    return [int(level) for level in re.findall(r"<h([1-6])[ >]", own(page))]


def test_the_verdict_is_the_finding_word_by_word(page: str) -> None:
    said = content().findings
    (recommended,) = said.loc[said["kind"] == "recommendation", "text"]
    (heading,) = re.findall(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    assert re.sub("<[^>]*>", "", heading) == recommended
    assert "50 % of the data" in recommended


def test_every_finding_is_on_the_page(page: str) -> None:
    words = "".join(Reading(own(page)).words.split())
    for text in content().findings["text"]:
        assert "".join(text.split()) in words


def test_key_figures_are_those_of_the_tables(page: str) -> None:
    (figures,) = re.findall(r'<dl class="key-figures">(.*?)</dl>', page, re.DOTALL)
    # full: mean 0.97, deviation 0.001 of five runs: 2.776 · 0.001 / √5 = 0.00124 to either side
    assert Reading(figures).words == (
        "Accuracy with all samples 97.00 % 95 % interval 96.88 to 97.12 % "
        "Smallest subset within 0.5 points 50 % 5,000 by furthest "
        "Runs that finished 45 9 cells of 4 variants, none failed "
        # five runs of 10 + 2 · (5 + 1 + 0.1) + 1.1 s each, and 45 of 0.11 s beside: 121.45 s
        "Computing time 2 min of one process; 10,000 training images"
    )


def test_a_hundred_squares_show_the_share_that_is_kept(page: str) -> None:
    (squares,) = re.findall(r'<figure class="share">(.*?)</figure>', page, re.DOTALL)
    assert squares.count("<rect") == 100
    assert squares.count('class="kept"') == 50


def test_all_sections_are_there_and_listed(page: str) -> None:
    named = re.findall(r'<section id="(\w+)"', page)
    # cards come from elsewhere
    assert [name for name in SECTIONS if name != "variants"] == named
    assert re.findall(r'<li><a href="#(\w+)">', page) == named


def test_headings_descend_one_step_at_a_time(page: str) -> None:
    levels = headings(page)
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_page_is_one_file_below_ten_megabytes(page: str) -> None:
    assert len(page.encode()) < 10_000_000
    for attribute in ("src", "href", "srcset", "action", "data"):
        for found in re.findall(rf'\s{attribute}="([^"]*)"', own(page)):
            assert found.startswith(("#", "data:"))
    assert "http" not in own(page).replace("http-equiv", "")
    assert "@import" not in page


def test_the_browser_is_told_to_let_nothing_out(page: str) -> None:
    policies = [
        meta["content"]
        for meta in Reading(own(page)).all("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policies == [
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    ]


def test_every_figure_says_what_it_shows_and_has_its_numbers(page: str) -> None:
    figures = [div for div in Reading(own(page)).all("div") if div.get("class") == "figure"]
    assert [div["id"] for div in figures] == [
        "figure-accuracy", "figure-difference-0", "figure-difference-1", "figure-difference-2",
        "figure-time", "figure-agreement",
    ]  # fmt: skip
    assert all(div["role"] == "img" and div["aria-label"] for div in figures)
    # the three panels share theirs
    assert own(page).count("The numbers of this figure") == 4


def test_words_of_data_are_shown_and_not_run() -> None:
    runs = RUNS.assign(budget=[EVIL if kept == 100 else str(kept) for kept in RUNS["kept"]])
    noted = circumstances(
        class_names=("cat", EVIL), command=("kedro", EVIL), settings={"dataset": {"name": EVIL}}
    )
    made = content(
        runs,
        description=EVIL,
        title=EVIL,
        circumstances=noted,
    )
    plain, evil = report_page(whole()), report_page(made)
    assert evil.count("<script") <= plain.count("<script")
    assert "alert('é')</script>" not in evil
    assert EVIL in Reading(own(evil)).words


def test_recipes_that_look_like_markup_stay_words_in_figures() -> None:
    runs = runs_of(
        cell("full", 1000, around(0.9)),
        cell("random", 100, around(0.8), recipe="<b onclick=alert(1)>"),
        cell("random", 100, around(0.8)),
    )
    page = report_page(content(runs))
    assert "<b onclick" not in page
    assert "&lt;b onclick=alert(1)&gt;" in page


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        (RUNS[RUNS["variant"] != "full"], "has no full arm"),
        (RUNS[RUNS["variant"] != "random"], "has no random arm"),
        (RUNS[RUNS["run"] == 0], "9 cells of 9 have a single finished run"),
        (RUNS[RUNS["variant"] == "furthest"], "has no full arm"),
        (RUNS[RUNS["variant"] == "full"], "has no random arm"),
        (RUNS[RUNS["kept"].isin([1000, 10_000])], "single budget"),
    ],
    ids=["no full", "no random", "one run", "one variant", "full only", "one budget"],
)  # fmt: skip
def test_a_page_is_made_of_what_there_is_and_says_what_is_missing(
    runs: pd.DataFrame, said: str
) -> None:
    page = own(report_page(content(runs.reset_index(drop=True))))
    (notice,) = re.findall(r'<aside class="notice".*?</aside>', page, re.DOTALL)
    assert said in Reading(notice).words
    assert not re.search(r"\b(nan|inf|None|NaN|<NA>)\b", Reading(_without_scripts(page)).words)


def _without_scripts(page: str) -> str:
    return re.sub(r"<(script|style|pre)[^>]*>.*?</\1>", "", page, flags=re.DOTALL)


def test_failed_runs_are_counted_and_a_cell_of_nothing_else_has_a_row() -> None:
    runs = runs_of(
        cell("full", 1000, [*around(0.9), None]),
        cell("random", 100, around(0.8)),
        cell("broken", 100, [None, None]),
    )
    page = own(report_page(content(runs)))
    assert "10 of 13" in page
    (cells,) = re.findall(r'<section id="cells".*?</section>', page, re.DOTALL)
    assert "broken 100 – – – – – – 0 2 failed –" in Reading(cells).words
    assert 'data-toggle="broken"' not in page


def test_a_sweep_without_a_finished_run_still_has_a_page() -> None:
    runs = runs_of(cell("full", 1000, [None]), cell("random", 100, [None, None]))
    page = own(report_page(content(runs)))
    assert "0 of 3" in page
    assert "Nothing is recommended" in page


def test_what_the_sweep_does_not_have_is_listed() -> None:
    page = report_page(content())
    left_out = text_of(page, 'id="provenance"')
    for absent in ("Cards", "Scores of single samples", "no earlier sweep", "hypotheses"):
        assert absent in left_out
    assert "did not note what it ran on" in left_out


def test_verdicts_are_told_by_shape_and_words_beside_colour(page: str) -> None:
    (cells,) = re.findall(r'<section id="cells".*?</section>', page, re.DOTALL)
    words = Reading(cells).words
    assert "✓ better than random" in words
    assert "✗ worse than random" in words
    assert "○ no difference shown" in words
    assert "✓ within the margin" in words


def test_label_free_rules_are_ranked_apart_and_pay_for_what_they_keep(page: str) -> None:
    (target,) = re.findall(r'<div class="target" data-of-target="1">.*?</table>', page, re.DOTALL)
    free, labelled = Reading(target).words.split("Read labels to select")
    assert "furthest" in free
    assert "random" in free
    assert "hardest" in labelled
    assert labelled.rstrip().endswith("10,000")


def test_changes_since_the_last_sweep_are_told(page: str) -> None:
    changed = text_of(page, 'id="changes"')
    assert "2 of 9 cells moved" in changed
    assert "sweep.runs" in changed
    assert "hardest at 10 %" in changed


def test_hypotheses_have_their_verdicts(page: str) -> None:
    judged = text_of(page, 'id="hypotheses"')
    assert "Furthest is better than random" in judged
    assert "✓ supported" in judged
    assert "furthest at 50 % minus random at 50 %: +1.45 points" in judged


def test_many_variants_begin_with_a_few() -> None:
    many = [
        cell(f"rule_{number}", kept, around(0.8 + number / 1000 + kept / 1e5))
        for number in range(60)
        for kept in (100, 1000)
    ]
    runs = runs_of(cell("full", 10_000, around(0.97)), cell("random", 100, around(0.8)), *many)
    page = report_page(content(runs))
    toggles = re.findall(r'data-toggle="(\w+)" data-first="(\w+)"', page)
    assert len(toggles) == 62
    first = [name for name, is_first in toggles if is_first == "true"]
    assert len(first) == 8
    assert {"full", "random", "rule_59"} <= set(first)
    assert len(page.encode()) < 10_000_000


def test_another_margin_and_confidence_are_said() -> None:
    settings = ReportSettings(margin=1.5, confidence=0.9)
    page = own(report_page(replace(content(), settings=settings)))
    reading = text_of(page, 'id="reading"')
    assert "1.5 points" in reading
    assert "90 %" in reading
    assert "at most 10 %" in reading


def test_the_tables_are_left_as_they_were() -> None:
    made = whole()
    tables = {
        name: table.copy() for name, table in vars(made).items() if isinstance(table, pd.DataFrame)
    }
    report_page(made)
    for name, table in tables.items():
        pd.testing.assert_frame_equal(table, getattr(made, name))


def test_content_knows_its_sweep() -> None:
    made: Content = content()
    assert made.recipe == "lenet5"
    assert made.available == 10_000
    assert made.full is not None
    assert np.isclose(made.full["accuracy_mean"], 0.97)
