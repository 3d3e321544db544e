import math
import tracemalloc
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydantic import ValidationError
from tests.selectors.examples import chosen, scores_of, times_chosen

from leanset.coverage import neighbours
from leanset.errors import LeansetError
from leanset.selectors.base import Materials, Needs
from leanset.selectors.d2 import D2
from leanset.selectors.grouped import Balance

HALVING = 1.5 * math.log(2)


def d2(
    count: int = 1, rate: float = HALVING, ranks: bool = False, balance: Balance = "proportional"
) -> D2:
    """With the same rate forward and back."""
    return D2(
        method="d2",
        score="s",
        embedding="e",
        neighbours=count,
        forward=rate,
        reverse=rate,
        ranks=ranks,
        balance=balance,
    )


def materials(
    scores: Sequence[float],
    points: Sequence[Sequence[float]] | NDArray[np.floating],
    labels: Sequence[int] | None = None,
) -> Materials:
    return Materials(
        np.zeros(len(scores), dtype=np.int64) if labels is None else np.array(labels),
        scores={"s": scores_of(scores)},
        embeddings={"e": np.array(points, dtype=np.float32)},
    )


def drawn(samples: int, classes: int = 1, seed: int = 0) -> Materials:
    rng = np.random.default_rng(seed)
    return materials(
        rng.random(samples).tolist(),
        rng.normal(size=(samples, 3)),
        rng.integers(0, classes, samples).tolist(),
    )


def in_order(selector: D2, keep: int, of: Materials, seed: int = 0) -> list[int]:
    """What is selected, the first kept first."""
    return selector.select(keep, of, np.random.default_rng(seed)).tolist()


def test_messages_pass_forward_once_and_back_from_every_sample_kept() -> None:
    # on a line 0 1 3 with one neighbour each: edges 0-1 of length 1 and 1-2 of length 2, in units
    # of their mean 2/3 and 4/3, which at a rate of 1.5 ln 2 fades to 1/2 and 1/4
    # forward, of the scores 4 3 4: 4 + 3/2 = 5.5, 3 + 4/2 + 4/4 = 6, 4 + 3/4 = 4.75
    # 1 is kept, which leaves 5.5 - 6/2 = 2.5 and 4.75 - 6/4 = 3.25; 2 is kept
    assert in_order(d2(), 3, materials([4, 3, 4], [[0], [1], [3]])) == [1, 2, 0]


def test_an_edge_needs_only_one_of_two_samples_to_be_near_the_other() -> None:
    # 2 is nearest to none, and 1 is nearest to it; if 1 did not hear of 2 it would have
    # 3 + 4/2 = 5 and 0 with 5.5 would be kept
    assert in_order(d2(), 1, materials([4, 3, 4], [[0], [1], [3]])) == [1]


def test_two_samples_that_are_each_others_nearest_have_one_edge() -> None:
    # edges 0-1 and 2-3 of the mean length, fading to 2^-1.5 = 0.354
    of = materials([2, 1, 0.2, 0.65], [[0], [1], [50], [51]])
    # forward 2 + 0.354 = 2.354, 1 + 0.707 = 1.707, 0.2 + 0.230 = 0.430, 0.65 + 0.071 = 0.721
    # 0 is kept, and 1 with 1.707 - 0.832 = 0.875 comes before 3; taken twice it would have 0.042
    assert in_order(d2(), 3, of) == [0, 1, 3]


def one_by_one(of: Materials, count: int, forward: float, reverse: float) -> NDArray[np.float64]:
    """The weights of all pairs, forward and back, by plain loops: ``[2, N, N]``."""
    points = of.embeddings["e"].astype(np.float64)
    samples = len(points)
    lengths = {}
    for i in range(samples):
        others = [j for j in range(samples) if j != i]
        others.sort(key=lambda j, i=i: (float(((points[i] - points[j]) ** 2).sum()), j))
        for j in others[:count]:
            lengths[frozenset((i, j))] = math.dist(points[i], points[j])
    mean = (sum(lengths.values()) / len(lengths) if lengths else 0.0) or 1.0
    weights = np.zeros((2, samples, samples))
    for (i, j), length in lengths.items():
        for way, rate in enumerate((forward, reverse)):
            weights[way, i, j] = weights[way, j, i] = math.exp(-rate * length / mean)
    return weights


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 3)), min_size=1,
             max_size=9),
    st.integers(1, 4),
    st.floats(0.05, 3),
    st.floats(0.05, 3),
)  # fmt: skip
def test_every_sample_kept_is_the_highest_by_then(
    samples: list[tuple[int, int, int]], count: int, forward: float, reverse: float
) -> None:
    of = materials([s for s, _, _ in samples], [[x, y] for _, x, y in samples])
    selector = D2(
        method="d2", score="s", embedding="e", neighbours=count, forward=forward, reverse=reverse
    )
    ahead, back = one_by_one(of, count, forward, reverse)
    values = of.scores["s"].values.astype(np.float64)
    scores = values + ahead @ values
    left = set(range(len(samples)))
    for kept in in_order(selector, len(samples), of):
        assert scores[kept] >= max(scores[i] for i in left) - 1e-9
        scores -= back[kept] * scores[kept]
        left.remove(kept)
    assert not left


@pytest.mark.parametrize("scale", [1e-3, 1e3])
def test_the_scale_of_an_embedding_does_not_matter(scale: float) -> None:
    of = drawn(40)
    scaled = materials(of.scores["s"].values.tolist(), scale * of.embeddings["e"])
    assert in_order(d2(3), 20, scaled) == in_order(d2(3), 20, of)


def test_negative_scores_are_refused_with_what_to_do() -> None:
    of = materials([1, -0.5, 2, -1], [[0], [1], [2], [3]])
    message = (
        r"score s: method d2 adds scores up, and 2 of them are negative, the first that of sample "
        r"1\. Set ranks: true, or name a score that is not negative\."
    )
    with pytest.raises(LeansetError, match=message):
        chosen(d2(), 2, of)
    assert len(chosen(d2(ranks=True), 2, of)) == 2


def test_ranks_stand_for_scores_and_ties_share_theirs() -> None:
    # the ranks of 8 are 1 2.5 2.5 4 5 6 7 8
    points = np.random.default_rng(1).normal(size=(8, 2))
    raw = materials([-9, -3, -3, 0, 1, 20, 21, 400], points)
    ranked = materials([rank / 8 for rank in (1, 2.5, 2.5, 4, 5, 6, 7, 8)], points)
    assert in_order(d2(2, ranks=True), 8, raw) == in_order(d2(2), 8, ranked)


def test_ranks_are_within_the_class() -> None:
    # the class of high scores is ranked as the other one is
    rng = np.random.default_rng(2)
    scores, points = rng.permutation(10), rng.normal(size=(10, 2))
    both = materials([*scores, *(100 + scores)], [*points, *points], [0] * 10 + [1] * 10)
    first = chosen(d2(2, ranks=True), 8, both)
    assert [i + 10 for i in first[:4]] == first[4:]


def test_samples_in_one_place_are_kept_by_chance() -> None:
    # three of six each time, of which all are each other's nearest: 100 of 200, deviation 7.1
    counts = times_chosen(d2(5), 3, materials([1] * 6, [[2.0, 2.0]] * 6), seeds=200)
    assert counts.min() > 70
    assert counts.max() < 130


def test_copies_of_a_sample_are_not_kept_before_others() -> None:
    # three places with four copies each, and edges only among copies: one of each place comes
    # before the second of any
    of = materials([1.0] * 12, [[place] for place in (0, 10, 20) for _ in range(4)])
    for seed in range(20):
        assert sorted(i // 4 for i in in_order(d2(3), 3, of, seed)) == [0, 1, 2]


@pytest.mark.parametrize("balance", ["none", "proportional", "uniform"])
def test_budgets_are_exact_and_seeds_repeat(balance: Balance) -> None:
    of = drawn(50, classes=3)
    for keep in (3, 20, 50):
        subset = chosen(d2(4, balance=balance), keep, of, seed=5)
        assert len(set(subset)) == keep
        assert subset == chosen(d2(4, balance=balance), keep, of, seed=5)
        if balance != "none":
            assert set(of.labels[subset]) == {0, 1, 2}


def test_a_class_of_one_sample_keeps_it() -> None:
    of = materials([1, 2, 3, 0], [[0], [1], [2], [3]], [0, 0, 0, 1])
    assert 3 in chosen(d2(5), 2, of)


def test_values_that_are_not_finite_are_refused() -> None:
    with pytest.raises(LeansetError, match=r"embedding e: 1 of 2 .* sample 1"):
        chosen(d2(), 1, materials([1, 2], [[0], [np.inf]]))
    with pytest.raises(LeansetError, match=r"score s: 1 of 2 .* sample 0"):
        chosen(d2(), 1, materials([np.nan, 2], [[0], [1]]))


def test_the_score_and_the_embedding_are_needed_and_labels_only_to_balance() -> None:
    selector = D2(method="d2", score="s", embedding="e")
    assert selector.needs() == Needs(scores=("s",), embeddings=("e",))
    assert (selector.neighbours, selector.forward, selector.reverse) == (5, 1.0, 0.1)
    assert selector.uses_labels()
    assert not d2(balance="none").uses_labels()


@pytest.mark.parametrize("rate", [0.0, -1.0, math.inf])
def test_a_rate_that_does_not_fade_is_refused(rate: float) -> None:
    with pytest.raises(ValidationError):
        d2(rate=rate)


@pytest.mark.parametrize("balance", ["none", "proportional"])
def test_no_more_memory_is_taken_than_was_said(
    monkeypatch: pytest.MonkeyPatch, balance: Balance
) -> None:
    monkeypatch.setattr(neighbours, "REMEMBERED", 0)
    of = drawn(6000, classes=4)
    chosen(d2(ranks=True), 3, drawn(10))
    tracemalloc.start()
    chosen(d2(5, ranks=True, balance=balance), 60, of)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    demand = d2(5, balance=balance).demand(60, of)
    assert 0.2 * demand.memory < peak <= demand.memory
    assert demand.remedy
