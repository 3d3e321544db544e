from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.selectors.examples import scores_of

from leanset.selectors.ranking import between, by_rank


def taken(
    values: list[float],
    labels: list[int],
    start: int,
    stop: int,
    seed: int = 0,
    use_labels: bool = True,
) -> list[int]:
    scores = scores_of(values, use_labels)
    rng = np.random.default_rng(seed)
    return sorted(between(scores, np.array(labels), start, stop, rng).tolist())


def test_ranks_are_counted_from_the_lowest_score() -> None:
    # from the easy end: 1 (0.1), 3 (0.2), 0 (0.5), 2 (0.9)
    values = [0.5, 0.1, 0.9, 0.2]
    for use_labels in (False, True):
        assert taken(values, [0] * 4, 0, 2, use_labels=use_labels) == [1, 3]
        assert taken(values, [0] * 4, 1, 3, use_labels=use_labels) == [0, 3]
        assert taken(values, [0] * 4, 2, 4, use_labels=use_labels) == [0, 2]
        assert taken(values, [0] * 4, 2, 2, use_labels=use_labels) == []


def test_equal_values_are_ordered_by_chance_and_uniformly() -> None:
    orders = [
        tuple(by_rank(np.array([2.0, 1, 1, 1]), np.random.default_rng(s))) for s in range(600)
    ]
    assert {order[-1] for order in orders} == {0}
    counts = [orders.count((*order, 0)) for order in permutations((1, 2, 3))]
    # six orders of the tied three, 100 of 600 each, deviation √(600·⅙·⅚) = 9
    assert min(counts) > 60
    assert max(counts) < 140


def test_a_tie_supplies_the_classes_that_would_be_missing() -> None:
    # sample 0 is certain and of class 0; three of five tied: one each of the classes 1 and 2
    values, labels = [9.0, 1, 1, 1, 1, 1], [0, 0, 0, 0, 1, 2]
    for seed in range(20):
        kept = taken(values, labels, 2, 6, seed)
        assert kept[0] == 0
        assert kept[-2:] == [4, 5]
    # and which of class 0 fills the place left is chance
    assert {taken(values, labels, 2, 6, seed)[1] for seed in range(40)} == {1, 2, 3}


def test_a_class_that_both_ties_can_supply_leaves_room_for_one_that_only_one_can() -> None:
    # ranks 1 to 3 of the tied 0 1 at the easy end, the certain 2, the tied 3 4 at the hard end:
    # class 1 is only in the easy tie, class 2 in both, so class 2 has to come from the hard one
    values, labels = [1.0, 1, 2, 3, 3], [1, 2, 0, 0, 2]
    for seed in range(20):
        assert taken(values, labels, 1, 4, seed) == [0, 2, 4]


def test_too_many_missing_classes_for_the_places_are_drawn_by_chance() -> None:
    # two places, four classes
    kept = [tuple(taken([1.0] * 4, [0, 1, 2, 3], 1, 3, seed)) for seed in range(600)]
    counts = [kept.count((a, b)) for a in range(4) for b in range(a + 1, 4)]
    # six pairs, 100 of 600 each, deviation 9
    assert min(counts) > 60
    assert max(counts) < 140


def test_which_sample_stands_for_a_missing_class_is_chance() -> None:
    values, labels = [1.0] * 6, [0, 0, 0, 1, 1, 1]
    counts = np.bincount(
        np.concatenate([taken(values, labels, 0, 2, seed) for seed in range(600)]), minlength=6
    )
    # one of three of each class: 200 of 600, deviation √(600·⅓·⅔) = 11.5
    assert counts.min() > 150
    assert counts.max() < 250


def test_a_label_free_score_breaks_ties_uniformly_and_does_not_look_at_labels() -> None:
    values = [1.0] * 5 + [0.0]
    drawn = [taken(values, [0, 0, 0, 0, 1, 1], 4, 6, seed, use_labels=False) for seed in range(500)]
    assert drawn == [taken(values, [0] * 6, 4, 6, seed, use_labels=False) for seed in range(500)]
    counts = np.bincount(np.concatenate(drawn), minlength=6)
    # two of five: 200 of 500, deviation √(500·⅖·⅗) = 11
    assert counts[:5].min() > 155
    assert counts[:5].max() < 245
    assert counts[5] == 0


def test_places_that_no_class_needs_are_filled_uniformly() -> None:
    # both classes are certain by samples 0 and 1; one of four tied is drawn
    values, labels = [9.0, 9, 1, 1, 1, 1], [0, 1, 0, 0, 0, 1]
    counts = np.bincount(
        np.concatenate([taken(values, labels, 3, 6, seed) for seed in range(400)]), minlength=6
    )
    # one of four: 100 of 400, deviation √(400·¼·¾) = 8.7
    assert counts[:2].tolist() == [400, 400]
    assert counts[2:].min() > 65
    assert counts[2:].max() < 135


def choices(values: list[float], start: int, stop: int) -> set[frozenset[int]]:
    """All sets that ranks [start, stop) can be, however equal values are ordered."""
    orders = {
        tuple(sorted(order, key=lambda i: values[i])) for order in permutations(range(len(values)))
    }
    return {frozenset(order[start:stop]) for order in orders}


@st.composite
def cuts(draw: st.DrawFn) -> tuple[list[float], list[int], int, int]:
    samples = draw(
        st.lists(st.tuples(st.integers(0, 2).map(float), st.integers(0, 4)), min_size=1, max_size=6)
    )
    start = draw(st.integers(0, len(samples)))
    stop = draw(st.integers(start, len(samples)))
    return [value for value, _ in samples], [label for _, label in samples], start, stop


@given(cut=cuts(), seed=st.integers(0, 2**32))
@settings(max_examples=200, deadline=None)
def test_no_valid_choice_has_more_classes_than_the_one_made(
    cut: tuple[list[float], list[int], int, int], seed: int
) -> None:
    values, labels, start, stop = cut
    valid = choices(values, start, stop)
    kept = taken(values, labels, start, stop, seed)
    assert frozenset(kept) in valid
    assert len({labels[i] for i in kept}) == max(
        len({labels[i] for i in choice}) for choice in valid
    )
    assert frozenset(taken(values, labels, start, stop, seed, use_labels=False)) in valid


@pytest.mark.parametrize("seed", range(3))
def test_forgetting_counts_of_class_sorted_data_cost_no_class(seed: int) -> None:
    # as in source experiment R3: 15 classes of 1,000 in the order of their folders, and seven in
    # ten samples never forgotten. Ranked by index, the 6,000 easiest would hold 9 classes.
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(15), 1000)
    forgotten = np.where(rng.random(15_000) < 0.7, 0, rng.integers(1, 12, 15_000))
    scores = scores_of(forgotten, use_labels=True)
    by_index = np.argsort(forgotten, kind="stable")[:6000]
    assert len(np.unique(labels[by_index])) == 9
    sizes = np.bincount(labels[between(scores, labels, 0, 6000, rng)])
    # 400 of each class, and 15.5 is the deviation of one count
    assert sizes.min() > 400 - 62
    assert sizes.max() < 400 + 62


@given(st.integers(1, 120), st.floats(0.05, 0.95), st.floats(0, 1), st.integers(0, 2**32))
@settings(deadline=None)
def test_a_score_with_two_values_costs_no_class_at_either_end(
    keep: int, rate: float, tilt: float, seed: int
) -> None:
    # 15 classes sorted; the two values may fall on the classes as unevenly as they like
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(15), 20)
    values = (rng.random(300) < rate + tilt * (labels / 14 - 0.5)).astype(np.float32)
    for start, end in ((0, values == 0), (300 - keep, values == 1)):
        scores = scores_of(values, use_labels=True)
        present = np.unique(labels[between(scores, labels, start, start + keep, rng)])
        at_end = len(np.unique(labels[end]))
        # past the end lie samples of every class that is not wholly at the end
        free = max(0, keep - int(end.sum()))
        assert len(present) == min(15, keep, at_end + free)
