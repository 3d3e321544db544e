from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError
from tests.selectors.examples import chosen, scores_of, times_chosen

from leanset.clustering import Clustering
from leanset.errors import LeansetError
from leanset.selectors import Denoised, Materials, Needs

RANDOM = {"method": "random"}
HARDEST = {"method": "ranked", "score": "el2n", "keep": "hardest"}


def denoised(drop: float, then: dict[str, Any]) -> Denoised:
    return Denoised.model_validate(
        {"method": "denoised", "suspects": "aum", "drop": drop, "then": then}
    )


# most suspect: 7, 6, 5, ...; hardest by the other score: 0, 7, 1, 6, 2, ...
EXAMPLE = Materials(
    np.array([0, 1] * 4),
    {
        "c": Clustering(
            np.array([0, 0, 0, 0, 1, 1, 1, 1]),
            np.array([4.0, 3, 2, 1, 4, 3, 2, 1]),
            np.zeros((2, 1), dtype=np.float32),
        )
    },
    {
        "aum": scores_of([0, 1, 2, 3, 4, 5, 6, 7], use_labels=True),
        "el2n": scores_of([9, 7, 5, 3, 2, 4, 6, 8], use_labels=True),
    },
)


@pytest.mark.parametrize("drop", [2, 0.25])
def test_the_most_suspect_are_dropped_and_the_rule_chooses_from_the_rest(drop: float) -> None:
    # 6 and 7 are dropped; the hardest of the rest are 0 (9), 1 (7) and 2 (5)
    assert chosen(denoised(drop, HARDEST), 3, EXAMPLE) == [0, 1, 2]
    # without the filter 7 (8) would be among them
    assert chosen(denoised(1, HARDEST), 3, EXAMPLE) == [0, 1, 6]


def test_a_random_draw_of_all_that_is_left_keeps_just_that() -> None:
    assert chosen(denoised(3, RANDOM), 5, EXAMPLE) == [0, 1, 2, 3, 4]


def test_a_clustering_is_cut_down_to_what_is_left() -> None:
    # 6 and 7, the nearest of cluster 1, are dropped; then 3 (1.0) and 5 (3.0) are nearest
    closest = {"method": "clustered", "clustering": "c", "keep": "closest"}
    assert chosen(denoised(2, closest), 2, EXAMPLE) == [3, 5]


def test_suspects_that_tie_are_dropped_by_chance() -> None:
    materials = Materials(np.zeros(6, dtype=np.int64), scores={"aum": scores_of([1.0] * 6)})
    counts = times_chosen(denoised(3, RANDOM), 3, materials, seeds=300)
    # half of 300, deviation 8.7
    assert counts.min() > 115
    assert counts.max() < 185


def test_it_needs_what_the_two_stages_need_and_each_name_once() -> None:
    assert denoised(1, RANDOM).needs() == Needs(scores=("aum",))
    assert denoised(1, HARDEST).needs() == Needs(scores=("aum", "el2n"))
    assert denoised(1, {**HARDEST, "score": "aum"}).needs() == Needs(scores=("aum",))
    clustered = {"method": "clustered", "clustering": "c", "keep": "closest"}
    assert denoised(1, clustered).needs() == Needs(clusterings=("c",), scores=("aum",))


def test_it_reads_labels_if_the_rule_that_follows_does() -> None:
    assert not denoised(1, HARDEST).uses_labels()
    assert denoised(1, {**HARDEST, "balance": "uniform"}).uses_labels()
    assert denoised(1, {"method": "stratified_random"}).uses_labels()


def test_alternatives_are_those_of_the_rule_that_follows_behind_the_same_filter() -> None:
    auto = denoised(0.25, {**HARDEST, "keep": "auto"})
    assert auto.alternatives() == {
        end: denoised(0.25, {**HARDEST, "keep": end}) for end in ("hardest", "easiest")
    }
    assert denoised(0.25, HARDEST).alternatives() == {}


def test_a_budget_larger_than_what_is_left_is_refused() -> None:
    message = (
        "method denoised drops 3 of 8 training samples, which leaves 5, fewer than the 6 to keep. "
        "Lower drop or the variant's budgets."
    )
    for drop in (3, 0.375):
        with pytest.raises(LeansetError, match=message):
            denoised(drop, RANDOM).check(6, available=8)
        denoised(drop, RANDOM).check(5, available=8)


def test_dropping_more_than_there_are_leaves_nothing() -> None:
    with pytest.raises(LeansetError, match="drops 8 of 8 training samples, which leaves 0"):
        denoised(9, RANDOM).check(1, available=8)


def test_the_rule_that_follows_checks_the_budget_against_what_is_left() -> None:
    cut_off = denoised(2, {"method": "ccs", "score": "el2n", "beta": 0.5})
    with pytest.raises(LeansetError, match=r"hardest 0\.5 of 6 samples"):
        cut_off.check(4, available=8)
    cut_off.check(3, available=8)


@pytest.mark.parametrize("method", ["denoised", "full", "rs2", "oracle_clean"])
def test_rules_that_cannot_follow_a_filter_are_refused_with_those_that_can(method: str) -> None:
    with pytest.raises(ValidationError, match="'random', 'stratified_random', 'clustered'"):
        denoised(1, {"method": method})


@pytest.mark.parametrize("drop", [0, 0.0, 1.5, -1])
def test_what_is_dropped_is_a_count_or_a_fraction(drop: float) -> None:
    with pytest.raises(ValidationError, match="budget"):
        denoised(drop, RANDOM)


def test_a_suspicion_that_is_not_a_number_is_refused_with_its_name() -> None:
    materials = Materials(np.zeros(2, dtype=np.int64), scores={"aum": scores_of([0.0, np.nan])})
    with pytest.raises(LeansetError, match="score aum: 1 of 2 samples"):
        chosen(denoised(1, RANDOM), 1, materials)
