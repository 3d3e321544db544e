import math
import tracemalloc
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.selectors.examples import chosen, times_chosen

from leanset.coverage import neighbours
from leanset.errors import LeansetError
from leanset.selectors import cal as module
from leanset.selectors.base import Materials, Needs
from leanset.selectors.cal import Cal, divergence_from_neighbours
from leanset.selectors.grouped import Balance
from leanset.training.log.snapshot import Moment, Snapshot

LAST = Moment("proxies")


def cal(count: int = 1, balance: Balance = "none") -> Cal:
    return Cal(method="cal", log="proxies", neighbours=count, balance=balance)


def snapshot(
    features: Sequence[Sequence[Sequence[float]]],
    probabilities: Sequence[Sequence[Sequence[float]]] | NDArray[np.float64],
    labels: Sequence[int],
) -> Snapshot:
    """What R proxies said, ``[R, N, ...]``."""
    errors = np.array(probabilities, dtype=np.float64)
    errors[:, np.arange(len(labels)), labels] -= 1
    return Snapshot(
        np.array(labels), errors.astype(np.float32), np.array(features, dtype=np.float32)
    )


def materials(seen: Snapshot) -> Materials:
    return Materials(seen.labels, snapshots={LAST: seen})


def drawn(samples: int, proxies: int = 1, classes: int = 3, seed: int = 0) -> Snapshot:
    """Random features, probabilities and labels."""
    rng = np.random.default_rng(seed)
    return snapshot(
        rng.normal(size=(proxies, samples, 2)).tolist(),
        rng.dirichlet(np.ones(classes), size=(proxies, samples)),
        rng.integers(0, classes, samples).tolist(),
    )


UNSURE, SURE = [0.5, 0.5], [0.9, 0.1]


def test_the_neighbours_divergence_from_the_sample_counts_and_the_highest_is_kept() -> None:
    # on a line 0 1 10: the nearest of 0 is 1, that of 1 is 0, that of 10 is 1
    # 0: KL(sure ‖ unsure) = 0.9 ln 1.8 + 0.1 ln 0.2 = 0.368
    # 1: KL(unsure ‖ sure) = 0.5 ln (5/9) + 0.5 ln 5 = 0.511
    # 2: KL(sure ‖ sure) = 0
    seen = snapshot([[[0], [1], [10]]], [[UNSURE, SURE, SURE]], [0, 0, 0])
    np.testing.assert_allclose(
        divergence_from_neighbours(seen, 1),
        [0.9 * math.log(1.8) + 0.1 * math.log(0.2), 0.5 * math.log(25 / 9), 0],
        atol=1e-6,
    )
    assert chosen(cal(), 1, materials(seen)) == [1]
    assert chosen(cal(), 2, materials(seen)) == [0, 1]


def test_proxies_share_their_neighbours_and_the_mean_of_their_divergences_counts() -> None:
    # side by side (0, 0) (1, 9) (3, 1): 2 is nearest to 0, 0 to 2, and 2 to 1, which no proxy
    # alone says; the second proxy is always sure
    features = [[[0], [1], [3]], [[0], [9], [1]]]
    seen = snapshot(features, [[UNSURE, SURE, SURE], [SURE] * 3], [0, 0, 0])
    sure_of_unsure = 0.9 * math.log(1.8) + 0.1 * math.log(0.2)
    unsure_of_sure = 0.5 * math.log(25 / 9)
    np.testing.assert_allclose(
        divergence_from_neighbours(seen, 1), [sure_of_unsure / 2, 0, unsure_of_sure / 2], atol=1e-6
    )


@settings(max_examples=50)
@given(st.integers(1, 9), st.integers(1, 10), st.integers(1, 3), st.integers(0, 1000))
def test_the_score_is_the_mean_over_neighbours_and_proxies(
    samples: int, count: int, proxies: int, seed: int
) -> None:
    seen = drawn(samples, proxies, seed=seed)
    points = np.concatenate(list(seen.features.astype(np.float64)), axis=1)
    expected = []
    for i in range(samples):
        others = [j for j in range(samples) if j != i]
        others.sort(key=lambda j, i=i: float(((points[i] - points[j]) ** 2).sum()))
        near = others[:count]
        every = [
            sum(q * math.log(q / p) for q, p in zip(said[j], said[i], strict=True))
            for said in np.maximum(seen.probabilities.astype(np.float64), 1e-6)
            for j in near
        ]
        expected.append(sum(every) / len(every) if every else 0.0)
    # probabilities are known to float32, and adding up to 1 only within the floor
    np.testing.assert_allclose(divergence_from_neighbours(seen, count), expected, atol=2e-4)


def test_probabilities_of_nothing_are_no_infinite_divergence() -> None:
    # the floor of 1e-6 makes ln(1 / 1e-6) = 13.8 of it
    seen = snapshot([[[0], [1]]], [[[1, 0], [0, 1]]], [0, 0])
    np.testing.assert_allclose(divergence_from_neighbours(seen, 1), [13.8155] * 2, atol=1e-3)


def test_labels_do_not_matter_where_classes_are_not_balanced() -> None:
    rng = np.random.default_rng(3)
    features, probabilities = (
        rng.normal(size=(1, 60, 2)).tolist(),
        rng.dirichlet(np.full(3, 0.05), size=(1, 60)),
    )
    subsets = [
        chosen(cal(3), 20, materials(snapshot(features, probabilities, labels)))
        for labels in ([0] * 60, [2] * 60, rng.integers(0, 3, 60).tolist())
    ]
    assert subsets[0] == subsets[1] == subsets[2]
    assert not cal().uses_labels()
    assert cal(balance="uniform").uses_labels()


def test_with_balance_neighbours_are_of_the_own_class() -> None:
    # within the classes 0 1 and 2 3 nothing differs; without balance the nearest of the sure
    # are unsure, by 0.511, and those of the unsure are sure, by 0.368
    seen = snapshot([[[0], [5], [0.1], [5.1]]], [[UNSURE, UNSURE, SURE, SURE]], [0, 0, 1, 1])
    counts = times_chosen(cal(balance="proportional"), 2, materials(seen), seeds=60)
    assert counts.min() > 10
    assert counts[:2].sum() == counts[2:].sum() == 60
    assert chosen(cal(), 2, materials(seen)) == [2, 3]


@pytest.mark.parametrize("balance", ["none", "proportional", "uniform"])
def test_budgets_are_exact_and_seeds_repeat(balance: Balance) -> None:
    seen = drawn(40)
    for keep in (3, 17, 40):
        subset = chosen(cal(4, balance), keep, materials(seen), seed=5)
        assert len(set(subset)) == keep
        assert subset == chosen(cal(4, balance), keep, materials(seen), seed=5)
        if balance != "none":
            assert set(seen.labels[subset]) == {0, 1, 2}


def test_samples_that_are_all_alike_are_kept_by_chance() -> None:
    seen = snapshot([[[1.0]] * 8], [[SURE] * 8], [0] * 8)
    # two of eight, 200 times: 50 each, deviation 6.1
    counts = times_chosen(cal(3), 2, materials(seen), seeds=200)
    assert counts.min() > 25
    assert counts.max() < 75


def test_the_size_of_blocks_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = drawn(50, proxies=2)
    whole = divergence_from_neighbours(seen, 4)
    monkeypatch.setattr(module, "_BLOCK", 40)
    assert divergence_from_neighbours(seen, 4).tolist() == whole.tolist()


@pytest.mark.parametrize("part", ["features", "errors"])
def test_a_value_that_is_not_finite_is_refused(part: str) -> None:
    seen = drawn(6)
    getattr(seen, part)[0, 4, 1] = np.nan
    name = {"features": "features", "errors": "predictions"}[part]
    with pytest.raises(LeansetError, match=rf"{name} of log proxies: 1 of 6 .* sample 4"):
        chosen(cal(), 2, materials(seen))


def test_a_snapshot_is_needed_at_the_epoch_named() -> None:
    selector = Cal(method="cal", log="proxies", epoch=3)
    assert selector.needs() == Needs(moments=(Moment("proxies", 3),))
    assert selector.neighbours == 10


@pytest.mark.parametrize("balance", ["none", "proportional"])
def test_no_more_memory_is_taken_than_was_said(
    monkeypatch: pytest.MonkeyPatch, balance: Balance
) -> None:
    monkeypatch.setattr(neighbours, "REMEMBERED", 0)
    rng = np.random.default_rng(0)
    shape = 2, 4000, 40
    seen = snapshot(
        rng.normal(size=shape).tolist(),
        rng.dirichlet(np.ones(10), size=shape[:2]),
        rng.integers(0, 10, 4000).tolist(),
    )
    chosen(cal(balance=balance), 20, materials(drawn(100)))
    tracemalloc.start()
    chosen(cal(10, balance), 400, materials(seen))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    demand = cal(10, balance).demand(400, materials(seen))
    assert 0.2 * demand.memory < peak <= demand.memory
    assert demand.remedy
