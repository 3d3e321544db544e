"""How far scores agree: a worked example, two oracles, and what ties do."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import spearmanr

from leanset.agreement import agreement_table

Scores = dict[str, list[NDArray[np.float32]]]


def array(*values: float) -> NDArray[np.float32]:
    return np.array(values, dtype=np.float32)


def agreement(scores: Scores, *kept: int, seed: int = 0) -> pd.DataFrame:
    return agreement_table(scores, kept, np.random.default_rng(seed))


WORKED = {
    "own": [array(1, 2, 3, 4, 5), array(2, 1, 3, 5, 4)],
    "shared": [array(5, 4, 3, 2, 1)],
}


def test_a_worked_example() -> None:
    table = agreement(WORKED, 1, 3)
    # own: ranks differ by 1 1 0 1 1, so ρ = 1 − 6 · 4 / (5 · 24) = 0.8. The hardest one is sample 4
    # and sample 3; the hardest three are 2 3 4 in both.
    # own with shared: exactly reversed, ρ = −1, and −0.8: median −0.9. The hardest of shared is
    # sample 0, and its hardest three are 0 1 2, of which own has one.
    assert table.to_dict("split")["columns"] == [
        "score", "other", "pairs", "spearman_median", "spearman_lowest",
        "kept", "overlap_median", "overlap_lowest",
    ]  # fmt: skip
    assert table.to_dict("split")["data"] == [
        ["own", "own", 1, pytest.approx(0.8), pytest.approx(0.8), 1, 0, 0],
        ["own", "own", 1, pytest.approx(0.8), pytest.approx(0.8), 3, 1, 1],
        ["own", "shared", 2, pytest.approx(-0.9), -1, 1, 0, 0],
        [
            "own",
            "shared",
            2,
            pytest.approx(-0.9),
            -1,
            3,
            pytest.approx(1 / 3),
            pytest.approx(1 / 3),
        ],
    ]


def test_a_score_of_one_replicate_is_not_compared_with_itself() -> None:
    assert agreement({"shared": WORKED["shared"]}, 2).empty
    assert list(agreement({"shared": WORKED["shared"]}, 2)) == list(agreement(WORKED, 2))


@pytest.mark.parametrize(
    ("own", "other", "pairs"),
    [(5, 5, 5), (5, 1, 5), (1, 1, 1), (4, 2, 8)],
)
def test_replicates_are_compared_one_with_one_or_all_with_all(
    own: int, other: int, pairs: int
) -> None:
    rng = np.random.default_rng(0)
    scores = {
        name: list(rng.random((replicates, 20), dtype=np.float32))
        for name, replicates in (("a", own), ("b", other))
    }
    table = agreement(scores, 5).set_index(["score", "other"])["pairs"]
    assert table["a", "b"] == pairs
    assert table.get(("a", "a"), 0) == own * (own - 1) / 2
    assert table.get(("b", "b"), 0) == other * (other - 1) / 2


def test_replicate_r_meets_replicate_r() -> None:
    # within a replicate the two are equal, across replicates they are reversed
    scores = {"a": [array(1, 2, 3), array(3, 2, 1)], "b": [array(1, 2, 3), array(3, 2, 1)]}
    table = agreement(scores, 1).set_index(["score", "other"])
    assert table.loc[("a", "b"), "spearman_lowest"] == 1
    assert table.loc[("a", "a"), "spearman_lowest"] == -1


# --- Spearman's correlation


few_levels = st.lists(st.integers(0, 3), min_size=6, max_size=6)


@given(few_levels, few_levels)
def test_with_ties_it_is_what_scipy_says(first: list[int], second: list[int]) -> None:
    table = agreement({"a": [array(*first)], "b": [array(*second)]}, 2)
    if len(set(first)) == 1 or len(set(second)) == 1:
        assert np.isnan(table["spearman_median"].item())
    else:
        assert table["spearman_median"].item() == pytest.approx(spearmanr(first, second).statistic)


def test_a_score_with_itself_is_exactly_one_and_with_its_negative_minus_one() -> None:
    values = np.random.default_rng(0).random(5000, dtype=np.float32).round(2)
    table = agreement({"a": [values, values], "b": [-values, -values]}, 10)
    assert table["spearman_lowest"].tolist() == [1, -1, 1]


def test_one_constant_replicate_leaves_the_median_undefined_rather_than_wrong() -> None:
    scores = {"a": [array(1, 2, 3), array(1, 2, 3), array(7, 7, 7)]}
    table = agreement(scores, 1)
    assert table[["spearman_median", "spearman_lowest"]].isna().to_numpy().all()


# --- overlap


@given(st.permutations(range(8)), st.permutations(range(8)), st.integers(1, 8))
def test_without_ties_it_is_the_share_of_common_samples(
    first: list[int], second: list[int], kept: int
) -> None:
    table = agreement({"a": [array(*first)], "b": [array(*second)]}, kept)
    hardest = [
        set(sorted(range(8), key=lambda sample: -scores[sample])[:kept])
        for scores in (first, second)
    ]
    expected = len(hardest[0] & hardest[1]) / kept
    assert table["overlap_median"].item() == pytest.approx(expected)


def test_equal_scores_share_no_more_than_chance_does() -> None:
    # of 1,000 equal samples any 100 are kept by either side: 10 in common, give or take 3
    constant = np.zeros(1000, dtype=np.float32)
    table = agreement({"a": [constant] * 10}, 100)
    assert table["overlap_median"].item() == pytest.approx(0.1, abs=0.03)


def test_only_ties_at_the_boundary_are_left_to_chance() -> None:
    # 50 samples stand out and are kept by both; of the 950 others 50 more, by chance 50 · 50 / 950
    values = np.zeros(1000, dtype=np.float32)
    values[500:550] = 1
    table = agreement({"a": [values] * 10}, 50, 100)
    assert table["overlap_lowest"][0] == 1
    assert table["overlap_median"][1] == pytest.approx(0.5 + 50 / 950 / 2, abs=0.03)


def test_ties_are_broken_by_the_generator_alone() -> None:
    tied = {"a": [np.zeros(100, dtype=np.float32)] * 3}
    first, again, other = (agreement(tied, 30, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert first["overlap_median"].tolist() != other["overlap_median"].tolist()


@given(st.integers(0, 2**32 - 1))
def test_the_order_of_the_samples_does_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = {"a": list(rng.random((3, 30), dtype=np.float32))}
    order = rng.permutation(30)
    shuffled = {"a": [values[order] for values in scores["a"]]}
    pd.testing.assert_frame_equal(agreement(scores, 5, 10), agreement(shuffled, 5, 10))
