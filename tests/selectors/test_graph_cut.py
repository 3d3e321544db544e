from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.coverage.examples import (
    GRID,
    MEMORIES,
    NARROW,
    ROOMY,
    Floats,
    best_of_all,
    clustered,
    matrix_of,
    normal,
    plain_greedy,
    regrets,
)
from tests.selectors.examples import chosen, times_chosen

from leanset.errors import LeansetError
from leanset.selectors.base import Materials, Needs
from leanset.selectors.graph_cut import GraphCut
from leanset.selectors.grouped import Balance

BALANCES: list[Balance] = ["none", "proportional", "uniform"]

ROUNDING = 1e-4
"""More than single precision does to the values of ten points."""


def graph_cut(lam: float = 2.0, balance: Balance = "none") -> GraphCut:
    return GraphCut(method="graph_cut", embedding="e", lam=lam, balance=balance)


def embedded(points: Floats, labels: list[int] | None = None, memory: int = ROOMY) -> Materials:
    given = [0] * len(points) if labels is None else labels
    return Materials(np.array(given, np.int64), embeddings={"e": points}, memory=memory)


def in_order(rule: GraphCut, keep: int, of: Materials, seed: int = 0) -> list[int]:
    return rule.select(keep, of, np.random.default_rng(seed)).tolist()


def cut_of(points: Floats, lam: float) -> Callable[[Sequence[int]], float]:
    """λ Σ s_ij, i of all and j of S, less Σ s_ij, i and j of S."""
    matrix = matrix_of("cosine", points)

    def value(some: Sequence[int]) -> float:
        of = list(some)
        return float(lam * matrix[:, of].sum() - matrix[np.ix_(of, of)].sum())

    return value


ONE_AGAINST_THREE = np.array([[1, 0], [2, 0], [-3, 0], [4, 0]], np.float32)
"""Three points east and the third west: similarities are 1 and 0, and sums 3, 3, 1, 3."""


def test_a_large_factor_asks_for_points_like_all_others() -> None:
    # the first gains 2 · 3 − 1; then another east one 6 − 1 − 2, and the west one 2 − 1
    for seed in range(10):
        assert 2 not in in_order(graph_cut(2), 2, embedded(ONE_AGAINST_THREE), seed)


def test_a_small_factor_asks_for_points_unlike_each_other() -> None:
    # the first gains 3/2 − 1 against 1/2 − 1; then an east one 3/2 − 1 − 2, and the west one still
    # 1/2 − 1
    for seed in range(10):
        assert in_order(graph_cut(0.5), 2, embedded(ONE_AGAINST_THREE), seed)[1] == 2


@pytest.mark.parametrize("memory", [ROOMY, 20_000, NARROW])
@pytest.mark.parametrize("lam", [0.3, 1.0, 2.0, 7.0])
def test_every_choice_is_that_of_the_plain_greedy(lam: float, memory: int) -> None:
    for points in (normal(40, 6), clustered(40, 5)):
        expected = plain_greedy(cut_of(points, lam), 40, 12)
        assert in_order(graph_cut(lam), 12, embedded(points, memory=memory)) == expected


@given(GRID, MEMORIES, st.floats(0, 5), st.integers(0, 9))
def test_no_choice_gains_less_than_the_best_of_then_whatever_ties(
    points: Floats, memory: int, lam: float, seed: int
) -> None:
    n = len(points)
    subset = in_order(graph_cut(lam), n, embedded(points, memory=memory), seed)
    assert sorted(subset) == list(range(n))
    assert max(regrets(cut_of(points, lam), n, subset)) <= ROUNDING


@settings(max_examples=50)
@given(GRID, st.floats(2, 6), st.data())
def test_from_two_on_greedy_reaches_most_of_the_best_there_is(
    points: Floats, lam: float, data: st.DataObject
) -> None:
    n, value = len(points), cut_of(points, lam)
    keep = data.draw(st.integers(1, n))
    subset = in_order(graph_cut(lam), keep, embedded(points))
    # it is monotone there, and nothing for no points
    assert all(value(subset[:k]) <= value(subset[: k + 1]) + 1e-9 for k in range(keep))
    assert value([]) == 0
    assert value(subset) >= (1 - 1 / np.e) * best_of_all(value, n, keep) - ROUNDING


def test_below_two_another_sample_can_make_it_less() -> None:
    # three equal points, λ 1: one is worth 3 − 1, two 6 − 4, three 9 − 9
    value = cut_of(np.ones((3, 2), np.float32), 1)
    assert [round(value(range(k)), 9) for k in range(4)] == [0, 2, 2, 0]
    # with λ 2 they are worth 5, 8 and 9
    value = cut_of(np.ones((3, 2), np.float32), 2)
    assert [round(value(range(k)), 9) for k in range(4)] == [0, 5, 8, 9]


@settings(max_examples=50)
@given(GRID, st.integers(0, 9), st.data())
def test_budgets_are_exact_and_every_class_is_present(
    points: Floats, seed: int, data: st.DataObject
) -> None:
    points = np.concatenate([points, points])
    labels = data.draw(st.lists(st.integers(0, 3), min_size=len(points), max_size=len(points)))
    keep = data.draw(st.integers(1, len(points)))
    for balance in BALANCES:
        subset = chosen(graph_cut(balance=balance), keep, embedded(points, labels), seed)
        assert len(set(subset)) == len(subset) == keep
        if balance != "none" and keep >= len(set(labels)):
            assert {labels[sample] for sample in subset} == set(labels)


def test_by_default_each_class_is_cut_by_itself() -> None:
    points, labels = normal(60, 5), np.arange(60) % 3
    rule = GraphCut(method="graph_cut", embedding="e")
    subset = in_order(rule, 15, embedded(points, labels.tolist()))
    for label in range(3):
        of_class = [sample // 3 for sample in subset if labels[sample] == label]
        assert of_class == plain_greedy(cut_of(points[labels == label], 2), 20, 5)


@pytest.mark.parametrize("memory", [ROOMY, NARROW])
@pytest.mark.parametrize("value", [0.0, 0.1])
def test_constant_features_are_chosen_by_chance(value: float, memory: int) -> None:
    constant = embedded(np.full((8, 5), value, np.float32), memory=memory)
    counts = times_chosen(graph_cut(), 2, constant, seeds=400)
    # a quarter of 400 is 100, deviation 8.7
    assert counts.min() > 60
    assert counts.max() < 140


def test_the_same_seed_selects_the_same() -> None:
    twice = embedded(np.tile(normal(40, 3), (2, 1)), [0, 1] * 40)
    rule = graph_cut(balance="proportional")
    assert chosen(rule, 20, twice, 1) == chosen(rule, 20, twice, 1) != chosen(rule, 20, twice, 2)


def test_a_short_class_gives_all_and_is_said() -> None:
    short = embedded(normal(13, 3), [0] * 6 + [1] + [2] * 6)
    rule = graph_cut(balance="uniform")
    assert np.bincount(short.labels[chosen(rule, 9, short)]).tolist() == [4, 1, 4]
    (remark,) = rule.remarks(9, short)
    assert remark.startswith("1 of 3 classes have fewer samples than an equal share of 9;")


def test_a_value_that_is_no_number_is_refused_by_its_sample() -> None:
    points = normal(8, 3)
    points[6, 1] = np.inf
    message = r"embedding e: 1 of 8 samples have a value that is NaN .* the first is sample 6\."
    for balance in BALANCES:
        with pytest.raises(LeansetError, match=message):
            chosen(graph_cut(balance=balance), 2, embedded(points, [0, 0, 0, 0, 1, 1, 1, 1]))


def test_it_reads_its_embedding_and_labels_only_to_balance() -> None:
    assert graph_cut().needs() == Needs(embeddings=("e",))
    assert not graph_cut().uses_labels()
    assert graph_cut(balance="uniform").uses_labels()


@pytest.mark.parametrize("lam", [-0.1, np.inf, np.nan])
def test_a_factor_that_means_nothing_is_refused(lam: float) -> None:
    with pytest.raises(ValidationError, match="lam"):
        graph_cut(lam)


def test_similarities_that_do_not_fit_take_less_memory_and_no_more_products() -> None:
    points = normal(1000, 8)
    stored, blocks = (
        graph_cut().demand(100, embedded(points, memory=memory)) for memory in (10**8, 10**6)
    )
    # all pairs are 4 MB
    assert stored.memory > 4_000_000 > blocks.memory
    by_class = graph_cut(balance="proportional").demand(100, embedded(points, [0, 1] * 500))
    assert by_class.memory < stored.memory / 3
    assert by_class.products == pytest.approx(stored.products / 2)
