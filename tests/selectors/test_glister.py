from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.coverage.gradients import said, written_out
from tests.selectors.examples import chosen

from leanset.errors import LeansetError
from leanset.selectors.base import Materials
from leanset.selectors.glister import Glister
from leanset.training.log.snapshot import Moment, Snapshot

LAST = Moment("proxies")


def glister(**settings_: object) -> Glister:
    return Glister.model_validate({"method": "glister", "log": "proxies", **settings_})


def materials(seen: Snapshot, held: Snapshot) -> Materials:
    return Materials(seen.labels, snapshots={LAST: seen}, validation={LAST: held})


def order_of(rule: Glister, keep: int, of: Materials, seed: int = 0) -> list[int]:
    return rule.select(keep, of, np.random.default_rng(seed)).tolist()


def of_errors(errors: list[list[float]], labels: list[int]) -> Snapshot:
    """One proxy whose features are all 0: it has its biases only."""
    rows = np.array([errors], dtype=np.float32)
    return Snapshot(np.array(labels), rows, np.zeros((1, len(labels), 1), np.float32))


def written_out_greedy(rule: Glister, keep: int, seen: Snapshot, held: Snapshot) -> list[int]:
    """The same from logits, for one proxy, with every gradient written out."""
    rows, classes = written_out(seen), seen.errors.shape[2]
    inputs = np.hstack([held.features[0], np.ones((len(held.labels), 1))]).astype(np.float64)
    start = np.log(held.probabilities[0].astype(np.float64))
    layer = np.zeros((classes, inputs.shape[1]))
    picked: list[int] = []
    sizes = [len(part) for part in np.array_split(range(keep), min(keep, rule.refreshes))]
    for size in sizes:
        logits = start + inputs @ layer.T
        errors = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        errors -= np.eye(classes)[held.labels]
        gains = rows @ (errors.T @ inputs).ravel()
        gains[picked] = -np.inf
        best = np.argsort(-gains)[:size].tolist()
        picked += best
        layer -= rule.learning_rate * rows[best].sum(axis=0).reshape(layer.shape)
    return picked


def test_samples_that_point_along_the_validation_gradient_come_first() -> None:
    # the validation sample is of class 0 and has p = (0.2, 0.8): its gradient is (-0.8, 0.8)
    held = of_errors([[-0.8, 0.8]], [0])
    # gains 0.16, 1.44, -1.44
    seen = of_errors([[-0.1, 0.1], [-0.9, 0.9], [0.9, -0.9]], [0, 0, 1])
    assert order_of(glister(), 3, materials(seen, held)) == [1, 0, 2]


def test_the_refreshed_gradient_changes_the_choice() -> None:
    # two validation samples of class 1 with p = (0.5, 0.25, 0.25) and one of class 2 with
    # p = (0.4, 0.3, 0.3): their gradients sum to (1.4, -1.2, -0.2), so that samples of class 1
    # gain 2.6, that of class 2 gains 1.6, and a fixed gradient takes the first three
    held = of_errors([[0.5, -0.75, 0.25], [0.5, -0.75, 0.25], [0.4, 0.3, -0.7]], [1, 1, 2])
    seen = of_errors([[1, -1, 0]] * 3 + [[1, 0, -1]], [1, 1, 1, 2])
    fixed = glister(learning_rate=1.0, refreshes=1)
    assert sorted(order_of(fixed, 3, materials(seen, held))) == [0, 1, 2]
    # a step along the first moves logits by (-1, 1, 0): p is (0.165, 0.610, 0.225) twice and
    # (0.116, 0.646, 0.238), the gradients sum to (0.447, -0.133, -0.313): gains 0.58 and 0.76
    renewed = glister(learning_rate=1.0, refreshes=3)
    assert order_of(renewed, 3, materials(seen, held))[1] == 3


@given(st.integers(0, 2**32), st.integers(1, 10), st.integers(1, 12))
@settings(max_examples=50, deadline=None)
def test_every_pick_is_that_of_a_greedy_written_out(seed: int, keep: int, refreshes: int) -> None:
    seen, held = said(10, proxies=1, seed=seed), said(6, proxies=1, seed=seed + 1)
    rule = glister(learning_rate=0.3, refreshes=refreshes)
    found = order_of(rule, keep, materials(seen, held))
    assert found == written_out_greedy(rule, keep, seen, held)


def test_proxies_count_by_the_sum_of_their_gains() -> None:
    seen, held = said(9, proxies=2), said(5, proxies=2, seed=1)
    gains = written_out(seen) @ written_out(held).sum(axis=0)
    assert order_of(glister(refreshes=1), 9, materials(seen, held)) == np.argsort(-gains).tolist()


@pytest.mark.parametrize("refreshes", [1, 4, 100])
def test_the_budget_is_exact_whatever_the_number_of_refreshes(refreshes: int) -> None:
    of = materials(said(23), said(5, seed=1))
    for keep in (1, 7, 22, 23):
        picked = order_of(glister(refreshes=refreshes), keep, of)
        assert len(set(picked)) == len(picked) == keep


def test_equal_samples_are_taken_by_chance_and_a_seed_repeats_itself() -> None:
    seen = said(40, seed=2).at(np.array([*range(40), *[int(np.argmax(gains_of_40()))] * 3]))
    of = materials(seen, said(5, seed=1))
    firsts = {order_of(glister(), 1, of, seed)[0] for seed in range(60)}
    assert firsts == {int(np.argmax(gains_of_40())), 40, 41, 42}
    assert order_of(glister(), 9, of, seed=3) == order_of(glister(), 9, of, seed=3)


def gains_of_40() -> np.ndarray:
    return written_out(said(40, seed=2)) @ written_out(said(5, seed=1)).sum(axis=0)


def test_gradients_of_nothing_are_taken_by_chance() -> None:
    seen = of_errors([[0, 0]] * 5, [0] * 5)
    of = materials(seen, of_errors([[-0.5, 0.5]], [0]))
    assert {order_of(glister(), 1, of, seed)[0] for seed in range(60)} == set(range(5))


def test_logits_beyond_what_an_exponential_holds_stay_finite() -> None:
    # features and a rate that move logits by millions, and a probability of exactly 0 at first
    held = of_errors([[-1.0, 1.0], [0.5, -0.5]], [0, 1])
    held = replace(held, features=np.full((1, 2, 1), 1e3, np.float32))
    seen = said(30, classes=2, width=1, proxies=1)
    of = materials(replace(seen, features=1e3 * seen.features), held)
    picked = order_of(glister(learning_rate=10.0), 20, of)
    assert len(set(picked)) == 20


def test_each_class_keeps_its_share_where_classes_are_balanced() -> None:
    labels = np.array([0] * 30 + [1] * 9 + [2])
    of = materials(said(40, labels=labels), said(5, seed=1))
    kept = chosen(glister(balance="proportional"), 8, of)
    assert np.bincount(labels[kept]).tolist() == [5, 2, 1]


def test_the_moment_is_needed_on_the_validation_split_as_well() -> None:
    rule = glister(epoch=2)
    assert rule.needs().moments == (Moment("proxies", 2),)
    assert rule.needs().validation
    assert rule.uses_labels()


def test_without_a_validation_split_it_is_refused() -> None:
    seen = said(6)
    without = Materials(seen.labels, snapshots={LAST: seen})
    message = (
        r"log proxies: method glister looks at a validation split, and there is none\. "
        r"Set dataset\.validation"
    )
    with pytest.raises(LeansetError, match=message):
        order_of(glister(), 2, without)


@pytest.mark.parametrize(("split", "bad"), [("validation", 1), ("training", 0)])
def test_gradients_that_are_not_finite_are_refused(split: str, bad: int) -> None:
    splits = [said(6), said(5, seed=1)]
    features = splits[bad].features.copy()
    features[0, 3, 0] = np.inf
    splits[bad] = replace(splits[bad], features=features)
    where = {"training": "features of log proxies", "validation": "on the validation split"}[split]
    with pytest.raises(LeansetError, match=f"{where}: 1 of .* sample 3"):
        order_of(glister(), 2, materials(*splits))


@pytest.mark.parametrize("bad", [{"learning_rate": 0}, {"refreshes": 0}, {"epoch": -1}])
def test_settings_that_mean_nothing_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        glister(**bad)


def test_the_demand_counts_the_validation_split_and_the_refreshes() -> None:
    seen, few, more = said(300), said(10, seed=1), said(200, seed=1)
    little = glister().demand(30, materials(seen, few))
    assert glister().demand(30, materials(seen, more)).memory > little.memory
    assert glister().demand(30, materials(seen, more)).products > little.products
    assert glister(refreshes=30).demand(30, materials(seen, few)).products > little.products
    assert glister(balance="uniform").demand(30, materials(seen, few)).memory < little.memory
