from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import ValidationError
from tests.selectors.examples import chosen, scores_of, times_chosen

from leanset.clustering import Clustering
from leanset.coverage.demand import Demand
from leanset.errors import LeansetError
from leanset.selectors import Denoised, Materials, Needs
from leanset.selectors.weighing import Weighing
from leanset.training.log.snapshot import Moment

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
    with pytest.raises(ValidationError, match="'random', 'stratified_random', 'beta_sampling'"):
        denoised(1, {"method": method})


@pytest.mark.parametrize("drop", [0, 0.0, 1.5, -1])
def test_what_is_dropped_is_a_count_or_a_fraction(drop: float) -> None:
    with pytest.raises(ValidationError, match="budget"):
        denoised(drop, RANDOM)


def test_a_suspicion_that_is_not_a_number_is_refused_with_its_name() -> None:
    materials = Materials(np.zeros(2, dtype=np.int64), scores={"aum": scores_of([0.0, np.nan])})
    with pytest.raises(LeansetError, match="score aum: 1 of 2 samples"):
        chosen(denoised(1, RANDOM), 1, materials)


# --- what a rule that weighs says is passed on

NEEDS = Needs(
    clusterings=("c",), scores=("el2n",), embeddings=("pca",), moments=(Moment("short", 3),),
    validation=True, wrong_labels=True,
)  # fmt: skip


class Heaviest(Weighing):
    """Keeps the samples of the highest score, and weighs them by it."""

    method: Literal["heaviest"] = "heaviest"
    weights: Literal["none", "loss", "sampler"] = "loss"

    def needs(self) -> Needs:
        return NEEDS

    def demand(self, keep: int, materials: Materials) -> Demand:
        return Demand(memory=1000 * len(materials.labels) + keep, remedy="lower k")

    def remarks(self, keep: int, materials: Materials) -> Iterator[str]:
        yield f"{keep} of {len(materials.labels)}, labels {materials.labels.tolist()}."

    def weighed(
        self,
        keep: int,
        group: Materials,
        rng: np.random.Generator,  # noqa: ARG002
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        values = group.scores["el2n"].values.astype(np.float64)
        heaviest = np.argsort(-values)[:keep]
        return heaviest, values[heaviest]


def weighing(drop: float) -> Denoised:
    """A filter before a rule that weighs, as a new one would be put among those it may follow."""
    return denoised(drop, RANDOM).model_copy(update={"then": Heaviest()})


def test_the_weights_of_the_rule_that_follows_stay_with_their_samples() -> None:
    # 6 and 7 are dropped; the highest of the rest are 0 (9), 1 (7) and 2 (5), on average 7
    selection = weighing(2).choose(3, EXAMPLE, np.random.default_rng(0))
    assert selection.indices.tolist() == [0, 1, 2]
    assert selection.weights is not None
    assert selection.weights.tolist() == pytest.approx([9 / 7, 1, 5 / 7])
    assert selection.weighting == "loss"
    assert chosen(weighing(2), 3, EXAMPLE) == [0, 1, 2]


def test_a_rule_that_does_not_weigh_has_no_weights_behind_a_filter_either() -> None:
    rng = np.random.default_rng
    selection = denoised(2, RANDOM).choose(3, EXAMPLE, rng(5))
    assert (selection.weights, selection.weighting) == (None, None)
    assert selection.indices.tolist() == denoised(2, RANDOM).select(3, EXAMPLE, rng(5)).tolist()


def test_it_needs_all_that_the_rule_that_follows_needs() -> None:
    assert weighing(1).needs() == Needs(
        clusterings=("c",), scores=("aum", "el2n"), embeddings=("pca",),
        moments=(Moment("short", 3),), validation=True, wrong_labels=True,
    )  # fmt: skip


def test_it_takes_what_the_rule_that_follows_takes_of_what_is_left() -> None:
    assert weighing(2).demand(3, EXAMPLE) == Demand(memory=6003, remedy="lower k")
    assert denoised(2, RANDOM).demand(3, EXAMPLE) is None


def test_remarks_are_on_what_is_left() -> None:
    # of the samples 0 to 7, the last two are dropped
    (remark,) = weighing(2).remarks(3, EXAMPLE)
    labels = remark.removeprefix("3 of 6, labels [").removesuffix("].").split(", ")
    assert sorted(labels) == ["0"] * 3 + ["1"] * 3
    assert list(denoised(2, RANDOM).remarks(3, EXAMPLE)) == []
