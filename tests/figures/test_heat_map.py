"""The heat map shows every pair of scores once above and once below, and says what it is."""

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import plotly.io as pio

from leanset.agreement import agreement_table
from leanset.figures.heat_map import agreement_heat_map

EMPTY = agreement_table({"a": [np.ones(3, dtype=np.float32)]}, (1,), np.random.default_rng(0))


def pair(score: str, other: str, rho: float, pairs: int = 5, **more: Any) -> dict[str, Any]:
    """A row of the table; the lowest ρ is 0.1 below the median, the overlaps are 0.5 and 0.25."""
    return {
        "score": score, "other": other, "pairs": pairs, "spearman_median": rho,
        "spearman_lowest": rho - 0.1, "kept": 600, "overlap_median": 0.5, "overlap_lowest": 0.25,
    } | more  # fmt: skip


AGREEMENT = pd.DataFrame(
    [
        pair("el2n", "el2n", 0.77, pairs=10),
        pair("el2n", "el2n", 0.77, pairs=10, kept=6000, overlap_median=0.625),
        pair("el2n", "flip", 0.1),
        pair("el2n", "aum", 0.9),
        pair("flip", "flip", 0.3, pairs=10),
        pair("flip", "aum", -0.001),
    ]
)


def cells(figure: go.Figure) -> dict[tuple[str, str], dict[str, Any]]:
    """What the figure has for each pair of a row and a column."""
    (drawn,) = figure.data
    return {
        (row, column): {
            "rho": drawn.z[i][j],
            "text": drawn.text[i][j],
            "hover": drawn.customdata[i][j],
        }
        for i, row in enumerate(drawn.y)
        for j, column in enumerate(drawn.x)
    }


def test_a_cell_has_the_median_in_colour_and_in_writing() -> None:
    drawn = cells(agreement_heat_map(AGREEMENT))
    assert len(drawn) == 9
    assert (drawn["el2n", "el2n"]["rho"], drawn["el2n", "el2n"]["text"]) == (0.77, "0.77")
    assert (drawn["aum", "el2n"]["rho"], drawn["aum", "el2n"]["text"]) == (0.9, "0.90")
    assert drawn["flip", "aum"]["text"] == "0.00"  # not -0.00


def test_a_pair_reads_the_same_in_both_orders() -> None:
    figure = agreement_heat_map(AGREEMENT)
    assert tuple(figure.data[0].x) == tuple(figure.data[0].y)
    np.testing.assert_array_equal(figure.data[0].z, np.transpose(figure.data[0].z))


def test_a_score_of_one_replicate_has_a_dash_on_the_diagonal() -> None:
    drawn = cells(agreement_heat_map(AGREEMENT))["aum", "aum"]
    assert np.isnan(drawn["rho"])
    assert (drawn["text"], drawn["hover"]) == ("–", "aum, between seeds: one replicate only")


def test_hovering_tells_how_many_pairs_and_every_overlap() -> None:
    drawn = cells(agreement_heat_map(AGREEMENT))
    assert drawn["el2n", "el2n"]["hover"].split("<br>") == [
        "el2n, between seeds, 10 pairs",
        "ρ: 0.770 (lowest 0.670)",
        "overlap of the 600 hardest: 50.0% (lowest 25.0%)",
        "overlap of the 6,000 hardest: 62.5% (lowest 25.0%)",
    ]
    assert drawn["aum", "flip"]["hover"].startswith("aum and flip, 5 pairs<br>ρ: -0.001")


def test_a_constant_score_is_said_to_have_no_correlation() -> None:
    table = pd.DataFrame([pair("a", "b", np.nan, pairs=1)])
    drawn = cells(agreement_heat_map(table))["a", "b"]
    assert drawn["text"] == "–"
    assert drawn["hover"].split("<br>")[:2] == [
        "a and b, 1 pair", "ρ: not defined, a score is constant",
    ]  # fmt: skip


def test_similar_scores_stand_side_by_side_also_where_they_are_opposite() -> None:
    # a and c are near, b and d are opposite, and nothing else is related
    table = pd.DataFrame(
        [
            pair("a", "b", 0.1), pair("a", "c", 0.9), pair("a", "d", 0.1),
            pair("b", "c", 0.1), pair("b", "d", -0.9), pair("c", "d", 0.1),
        ]
    )  # fmt: skip
    names = list(agreement_heat_map(table).data[0].x)
    assert {frozenset(names[:2]), frozenset(names[2:])} == {frozenset("ac"), frozenset("bd")}


def test_the_order_of_scores_does_not_depend_on_the_order_of_rows() -> None:
    rng = np.random.default_rng(0)
    scores = {name: list(rng.random((2, 50), dtype=np.float32)) for name in "abcdefg"}
    table = agreement_table(scores, (10,), rng)
    orders = {
        tuple(agreement_heat_map(table.sample(frac=1, random_state=seed)).data[0].x)
        for seed in range(5)
    }
    assert len(orders) == 1
    assert sorted(orders.pop()) == list("abcdefg")


def test_two_scores_stand_in_alphabetical_order() -> None:
    assert list(agreement_heat_map(pd.DataFrame([pair("b", "a", 0.5)])).data[0].x) == ["a", "b"]


def test_colours_are_symmetric_about_zero() -> None:
    (drawn,) = agreement_heat_map(AGREEMENT).data
    assert (drawn.zmin, drawn.zmid, drawn.zmax) == (-1, 0, 1)
    assert drawn.colorscale[1] == (0.5, "#FFFFFF")


def test_the_title_says_what_the_diagonal_is_and_how_many_pairs_there_are() -> None:
    assert agreement_heat_map(AGREEMENT).layout.title.text == (
        "Agreement of scores: Spearman's ρ, medians over pairs of replicates<br><sup>diagonal: a "
        "score with itself between seeds (10 pairs); elsewhere: one score with another (5 pairs)"
        "</sup>"
    )


def test_the_title_says_where_numbers_of_pairs_differ_and_where_there_are_none() -> None:
    table = pd.DataFrame([pair("a", "b", 0.5), pair("a", "c", 0.5, pairs=1)])
    title = agreement_heat_map(table).layout.title.text
    assert "between seeds (no replicates to compare); elsewhere" in title
    assert "another (1 to 5 pairs)" in title


def test_without_anything_to_compare_the_figure_is_empty() -> None:
    assert cells(agreement_heat_map(EMPTY)) == {}


def test_the_figure_comes_back_from_its_json() -> None:
    figure = agreement_heat_map(AGREEMENT)
    back = pio.from_json(figure.to_json())
    assert list(back.data[0].x) == list(figure.data[0].x)
    assert [list(row) for row in back.data[0].text] == [list(row) for row in figure.data[0].text]


def test_the_table_is_left_as_it_was() -> None:
    table = AGREEMENT.copy()
    agreement_heat_map(table)
    pd.testing.assert_frame_equal(table, AGREEMENT)
