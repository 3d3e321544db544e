import tracemalloc
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.coverage.examples import GRID, Floats, assert_greedy, normal
from tests.selectors.examples import chosen, times_chosen

from leanset.coverage.optimizers import Batched, Lazy, Optimizer, Stochastic
from leanset.errors import LeansetError
from leanset.selectors.base import Materials, Needs
from leanset.selectors.facility_location import FacilityLocation
from leanset.selectors.grouped import Balance

OPTIMIZERS = [Batched(), Lazy(name="lazy"), Stochastic(name="stochastic")]
BALANCES: list[Balance] = ["none", "proportional", "uniform"]


def facility_location(balance: Balance = "proportional", **more: object) -> FacilityLocation:
    settings = {"method": "facility_location", "embedding": "e", "balance": balance, **more}
    return FacilityLocation.model_validate(settings)


def embedded(points: Floats, labels: list[int] | None = None, memory: int = 10**8) -> Materials:
    given = [0] * len(points) if labels is None else labels
    return Materials(np.array(given, np.int64), embeddings={"e": points}, memory=memory)


def test_each_class_is_covered_by_itself() -> None:
    # in degrees: of class 0 the middle one of three is nearest to the others, and then the one
    # that lies opposite is left; of class 1 it is the middle one
    degrees = np.radians([0, 5, 10, 185, 60, 90, 120])
    points = np.stack([np.cos(degrees), np.sin(degrees)], axis=1).astype(np.float32)
    both = embedded(points, [0, 0, 0, 0, 1, 1, 1])
    # 3 of 7 are 1.71 of class 0 and 1.29 of class 1
    assert chosen(facility_location(), 3, both) == [1, 3, 5]
    # with (1 + cos) / 2 of all, 60 degrees has 0.75 0.79 0.82 0.21 1 0.93 0.75, which is the most
    assert chosen(facility_location("none"), 1, both) == [4]


def test_distance_counts_where_direction_does_not() -> None:
    # all in one direction; 4 is in the middle of all nine, and then 101 in that of its heap
    heaps = embedded(np.array([[0], [1], [2], [3], [4], [5], [100], [101], [102]], np.float32) + 1)
    assert chosen(facility_location(similarity="euclidean"), 2, heaps) == [4, 7]
    # by cosine all are alike, so that any two come, by chance: 44 of 200, deviation 5.9
    assert times_chosen(facility_location(), 2, heaps, seeds=200).min() > 18


@pytest.mark.parametrize("optimizer", OPTIMIZERS[:2])
@pytest.mark.parametrize("similarity", ["cosine", "euclidean"])
def test_within_a_class_the_choice_is_the_plain_greedy_one(
    similarity: str, optimizer: Optimizer
) -> None:
    points, labels = normal(90, 5), np.arange(90) % 3
    rule = facility_location(similarity=similarity, optimizer=optimizer)
    selected = rule.select(30, embedded(points, labels.tolist()), np.random.default_rng(0))
    for label in range(3):
        members = np.flatnonzero(labels == label)
        of_class = [int(sample) // 3 for sample in selected if labels[sample] == label]
        assert len(of_class) == 10
        assert_greedy(rule.similarity, points[members], of_class)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@settings(max_examples=25)
@given(points=GRID, seed=st.integers(0, 9), data=st.data())
def test_budgets_are_exact_and_every_class_is_present(
    optimizer: Optimizer, points: Floats, seed: int, data: st.DataObject
) -> None:
    # all points twice, and of some class only one or none
    points = np.concatenate([points, points])
    labels = data.draw(st.lists(st.integers(0, 3), min_size=len(points), max_size=len(points)))
    keep = data.draw(st.integers(1, len(points)))
    for balance in BALANCES:
        rule = facility_location(balance, optimizer=optimizer)
        subset = chosen(rule, keep, embedded(points, labels), seed)
        assert len(set(subset)) == len(subset) == keep
        if balance != "none" and keep >= len(set(labels)):
            assert {labels[sample] for sample in subset} == set(labels)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("similarity", ["cosine", "euclidean"])
def test_constant_features_are_chosen_by_chance(similarity: str, optimizer: Optimizer) -> None:
    constant = embedded(np.full((12, 3), 0.1, np.float32), [0, 1, 2] * 4)
    rule = facility_location(similarity=similarity, optimizer=optimizer)
    counts = times_chosen(rule, 6, constant, seeds=200)
    # two of each class of four: 100 of 200, deviation 7.1
    assert counts.min() > 65
    assert counts.max() < 135


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_same_seed_selects_the_same(optimizer: Optimizer) -> None:
    twice = embedded(np.tile(normal(40, 3), (2, 1)), [0, 1] * 40)
    rule = facility_location(optimizer=optimizer)
    assert chosen(rule, 20, twice, 1) == chosen(rule, 20, twice, 1) != chosen(rule, 20, twice, 2)


def test_a_short_class_gives_all_and_is_said() -> None:
    short = embedded(normal(13, 3), [0] * 6 + [1] + [2] * 6)
    rule = facility_location("uniform")
    assert Counter(short.labels[chosen(rule, 9, short)]) == {0: 4, 1: 1, 2: 4}
    assert list(rule.remarks(9, short)) == [
        "1 of 3 classes have fewer samples than an equal share of 9; all of theirs are kept, "
        "and the others make up for them."
    ]
    assert list(facility_location("proportional").remarks(9, short)) == []
    assert list(rule.remarks(3, short)) == []


def test_a_value_that_is_no_number_is_refused_by_its_sample() -> None:
    points = normal(8, 3)
    points[6, 1] = np.nan
    message = r"embedding e: 1 of 8 samples have a value that is NaN .* the first is sample 6\."
    for balance in BALANCES:
        with pytest.raises(LeansetError, match=message):
            chosen(facility_location(balance), 2, embedded(points, [0, 0, 0, 0, 1, 1, 1, 1]))


def test_it_reads_its_embedding_and_labels_only_to_balance() -> None:
    assert facility_location().needs() == Needs(embeddings=("e",))
    assert facility_location().uses_labels()
    assert not facility_location("none").uses_labels()
    with pytest.raises(ValidationError, match="cosine"):
        facility_location(similarity="dot")


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("balance", ["none", "proportional"])
@pytest.mark.parametrize(("samples", "width"), [(1500, 16), (300, 1000)])
def test_the_memory_foretold_is_enough_and_not_far_more(
    samples: int, width: int, balance: Balance, optimizer: Optimizer
) -> None:
    points, labels = normal(samples, width), [0, 1] * (samples // 2)
    rule = facility_location(balance, similarity="euclidean", optimizer=optimizer)
    chosen(rule, 10, embedded(points[:50], labels[:50]))
    for memory in (10**8, 10**6):
        of = embedded(points, labels, memory)
        tracemalloc.start()
        chosen(rule, 20, of)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        # some tens of kilobytes are no arrays
        assert peak <= rule.demand(20, of).memory + 50_000
        assert rule.demand(20, of).memory <= 2.5 * peak
