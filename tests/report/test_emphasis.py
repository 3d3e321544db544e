"""Sentences keep their words; numbers and names stand out."""

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from leanset.report.emphasis import emphasised, headline

NAMES = ["rs2", "furthest_k50", "furthest_k500"]


def test_numbers_are_bold_but_not_those_in_brackets_or_names() -> None:
    said = emphasised("rs2 takes 1,200 samples, 5 % (−0.50 to 2), by furthest_k500 of v1.", NAMES)
    assert said == (
        "<code>rs2</code> takes <b>1,200</b> samples, <b>5 %</b> "
        "<span class=aside>(−0.50 to 2)</span>, by <code>furthest_k500</code> of v1."
    )


def test_a_comma_after_a_number_is_none_of_it() -> None:
    assert emphasised("at 100, 1,000", []) == "at <b>100</b>, <b>1,000</b>"


def test_commands_are_code() -> None:
    said = emphasised("Try kedro run --params=sweep.runs=9 now.", [])
    assert said == "Try <code>kedro run --params=sweep.runs=9</code> now."


def test_what_follows_a_colon_explains_the_headline() -> None:
    assert headline("Keep 5 %: it is enough.", []) == (
        'Keep <b>5 %</b>: <span class="because">it is enough.</span>'
    )
    assert headline("Nothing.", []) == "Nothing."


@given(st.text())
def test_no_word_is_lost_and_none_becomes_markup(text: str) -> None:
    for said in (emphasised(text, NAMES), headline(text, NAMES)):
        ours = re.sub(r'</?(b|code|span)( class="?\w+"?)?>', "", said)
        assert "<" not in ours
        assert unescape(ours) == text
