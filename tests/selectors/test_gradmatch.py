from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.coverage.gradients import said, written_out
from tests.selectors.examples import chosen, times_chosen

from leanset.coverage.last_layer import LastLayerGradients
from leanset.coverage.matching_pursuit import pursue
from leanset.errors import LeansetError
from leanset.selectors.base import Materials, Selection
from leanset.selectors.gradmatch import GradMatch
from leanset.training.log.snapshot import Moment, Snapshot

LAST = Moment("proxies")


def gradmatch(**settings_: object) -> GradMatch:
    return GradMatch.model_validate({"method": "gradmatch", "log": "proxies", **settings_})


def materials(seen: Snapshot) -> Materials:
    return Materials(seen.labels, snapshots={LAST: seen})


def selected(selector: GradMatch, keep: int, seen: Snapshot, seed: int = 0) -> Selection:
    return selector.choose(keep, materials(seen), np.random.default_rng(seed))


def of_errors(errors: list[list[float]]) -> Snapshot:
    """One proxy whose features are all 0, so that gradients are the errors; one class."""
    rows = np.array([errors], dtype=np.float32)
    samples = rows.shape[1]
    return Snapshot(np.zeros(samples, np.int64), rows, np.zeros((1, samples, 1), np.float32))


def relative_error(seen: Snapshot, selection: Selection) -> float:
    """Of the weighted sum of gradients, by the weights as they are up to a factor."""
    assert selection.weights is not None
    rows = written_out(seen)
    mean = selection.weights @ rows[selection.indices] / len(selection.indices)
    target = rows.sum(axis=0)
    # weights have mean 1, so that the sum is matched up to one factor
    factor = target @ mean / (mean @ mean)
    return float(np.linalg.norm(target - factor * mean) / np.linalg.norm(target))


def test_the_target_is_the_sum_of_the_gradients_of_the_class() -> None:
    # the sum is (4, 3): as in the pursuit by hand, (2, 2) first, and then (2, 1)
    seen = of_errors([[2, 1], [0, 0], [2, 2]])
    assert selected(gradmatch(lam=0.0, weights="loss"), 1, seen).indices.tolist() == [2]
    both = selected(gradmatch(lam=0.0, weights="loss"), 2, seen)
    # (4, 3) = 1 (2, 2) + 1 (2, 1)
    assert both.indices.tolist() == [2, 0]
    assert both.weights == pytest.approx([1, 1])


def test_each_class_is_matched_by_a_pursuit_of_its_own() -> None:
    seen = said(60, seed=1)
    selection = selected(gradmatch(weights="loss"), 20, seen)
    parts = []
    for label in range(3):
        members = np.flatnonzero(seen.labels == label)
        gradients = LastLayerGradients.of(seen.at(members))
        quota = int((seen.labels[selection.indices] == label).sum())
        rng = np.random.default_rng(0)
        found = pursue(gradients, gradients.total(), quota, 0.5, rng)
        assert len(found.indices) == quota
        assert selection.indices[seen.labels[selection.indices] == label].tolist() == (
            members[found.indices].tolist()
        )
        parts.append(found.weights)
    expected = np.concatenate(parts)
    assert selection.weights == pytest.approx(expected / expected.mean(), rel=1e-5)


def test_when_the_target_is_matched_it_is_matched_again_with_what_is_left() -> None:
    # three equal gradients: each alone is the sum with weight 3, and three rounds count alike
    same = of_errors([[1, -1]] * 3)
    selection = selected(gradmatch(lam=0.0, weights="loss"), 3, same)
    assert sorted(selection.indices.tolist()) == [0, 1, 2]
    assert selection.weights == pytest.approx([1, 1, 1])


def test_rounds_count_by_how_many_samples_they_chose() -> None:
    # the sum is (4, 4): one round takes (2, 2) with weight 2; the next has (2, 0) and (0, 2) with
    # weight 2 each. Averaged 1 : 2, in the order picked: 2/3, then 4/3 and 4/3 with mean 10/9
    seen = of_errors([[2, 2], [2, 0], [0, 2]])
    positions, weights = gradmatch(lam=0.0).weighed(3, materials(seen), np.random.default_rng(0))
    assert positions[0] == 0
    assert weights == pytest.approx([2 / 3, 4 / 3, 4 / 3])
    # which sums to the target: 2/3 (2, 2) + 4/3 (2, 0) + 4/3 (0, 2)
    assert weights @ written_out(seen)[positions][:, [1, 3]] == pytest.approx([4, 4])


def test_what_cannot_match_the_target_is_drawn_and_weighs_nothing() -> None:
    # the sum is (3, 0): the first three point there, those of -1 away from it
    seen = of_errors([[2, 0]] * 3 + [[-0.75, 0]] * 4)
    selection = selected(gradmatch(weights="loss"), 5, seen)
    assert sorted(selection.indices[:3].tolist()) == [0, 1, 2]
    assert selection.weights == pytest.approx([5 / 3] * 3 + [0, 0])
    counts = times_chosen(gradmatch(), 5, materials(seen), seeds=100)
    # two of four: 50 of 100, deviation 5
    assert counts[:3].tolist() == [100] * 3
    assert counts[3:].min() > 30


@pytest.mark.parametrize("lam", [0.0, 0.5])
def test_gradients_that_are_all_zero_weigh_the_same(lam: float) -> None:
    nothing = of_errors([[0, 0]] * 6)
    selection = selected(gradmatch(lam=lam, weights="sampler"), 4, nothing)
    assert len(set(selection.indices.tolist())) == 4
    assert selection.weights == pytest.approx([1, 1, 1, 1])
    assert selection.weighting == "sampler"
    _, weights = gradmatch(lam=lam).weighed(4, materials(nothing), np.random.default_rng(0))
    assert weights == pytest.approx([1.5] * 4)


def test_the_gradient_is_matched_better_than_by_chance() -> None:
    seen = said(400, classes=4, width=12, proxies=1, seed=3)
    matched = relative_error(seen, selected(gradmatch(weights="loss", balance="none"), 40, seen))
    rng = np.random.default_rng(0)
    drawn = Selection(rng.choice(400, 40, replace=False), np.ones(40, np.float32), "loss")
    assert matched < relative_error(seen, drawn) / 3


@given(st.integers(0, 2**32), st.integers(1, 25), st.data())
@settings(max_examples=60, deadline=None)
def test_the_budget_is_exact_and_weights_have_mean_one(
    seed: int, samples: int, data: st.DataObject
) -> None:
    rng = np.random.default_rng(seed)
    seen = said(samples, proxies=int(rng.integers(1, 3)), seed=seed)
    # copies of samples, gradients of nothing, and features that never change
    seen = seen.at(rng.integers(0, samples, samples))
    seen.errors[:, rng.random(samples) < 0.2] = 0
    seen.features[:, :, 0] = 1
    keep = data.draw(st.integers(1, samples))
    rule = gradmatch(
        lam=data.draw(st.sampled_from([0.0, 0.5])),
        balance=data.draw(st.sampled_from(["none", "proportional", "uniform"])),
        weights="loss",
        clip=data.draw(st.sampled_from([None, 2.0])),
    )
    selection = selected(rule, keep, seen, seed)
    assert selection.weights is not None
    assert len(selection.indices) == len(set(selection.indices.tolist())) == keep
    assert set(selection.indices.tolist()) <= set(range(samples))
    assert selection.weights.mean() == pytest.approx(1, rel=1e-4)
    assert selection.weights.min() >= 0
    if rule.clip is not None:
        assert selection.weights.max() <= rule.clip * (1 + 1e-5)
    again = selected(rule, keep, seen, seed)
    assert again.indices.tolist() == selection.indices.tolist()
    assert (again.weights == selection.weights).all()
    assert rule.select(keep, materials(seen), np.random.default_rng(seed)).tolist() == (
        selection.indices.tolist()
    )


def test_every_class_is_present_however_few_of_it_there_are() -> None:
    labels = np.array([0] * 30 + [1] * 9 + [2])
    seen = said(40, labels=labels)
    kept = chosen(gradmatch(), 4, materials(seen))
    assert set(labels[kept].tolist()) == {0, 1, 2}


def test_equal_samples_are_taken_by_chance() -> None:
    seen = said(3, classes=2, labels=np.zeros(3, np.int64)).at(np.array([0, 1, 1, 1, 2]))
    firsts = {selected(gradmatch(), 5, seen, seed).indices.tolist().index(1) for seed in range(40)}
    assert len(firsts) == 3


def test_without_weights_only_the_samples_are_kept() -> None:
    seen = said(30)
    assert selected(gradmatch(), 9, seen).weights is None


def test_a_moment_is_needed_and_labels_are_used() -> None:
    rule = gradmatch(epoch=3, balance="none")
    assert rule.needs().moments == (Moment("proxies", 3),)
    assert not rule.needs().validation
    assert rule.uses_labels()


@pytest.mark.parametrize("part", ["errors", "features"])
def test_gradients_that_are_not_finite_are_refused(part: str) -> None:
    seen = said(6)
    values = getattr(seen, part).copy()
    values[1, 4, 0] = np.nan
    bad = replace(seen, **{part: values})
    with pytest.raises(LeansetError, match=r"log proxies: 1 of 6 .* first is sample 4\."):
        selected(gradmatch(), 3, bad)
    with pytest.raises(LeansetError, match="of log proxies: 1 of 6"):
        chosen(gradmatch(), 3, materials(bad))


@pytest.mark.parametrize("bad", [{"lam": -1}, {"lam": float("inf")}, {"epoch": -1}, {"clip": 2}])
def test_settings_that_mean_nothing_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        gradmatch(**bad)


def test_the_demand_is_that_of_the_largest_class_and_the_work_of_all() -> None:
    seen = said(400, labels=np.array([0] * 300 + [1] * 100))
    demand = gradmatch().demand(40, materials(seen))
    whole = gradmatch(balance="none").demand(40, materials(seen))
    assert demand.memory < whole.memory
    assert demand.products < whole.products
    # 30 of 300 and 10 of 100, on directions of two proxies, three classes and 4 + 1 numbers
    multiplied = 30 * (2 * 3 * 5) * (300 + 30) + 10 * (2 * 3 * 5) * (100 + 10)
    assert demand.products == 2 * multiplied
