import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.coverage.examples import Floats, assert_greedy
from tests.selectors.examples import chosen, times_chosen

from leanset.coverage.optimizers import Lazy
from leanset.selectors.base import Materials, Needs
from leanset.selectors.craig import Craig, spread_within_classes
from leanset.selectors.grouped import Balance
from leanset.training.log.snapshot import Moment, Snapshot

BALANCES: list[Balance] = ["none", "proportional", "uniform"]


def craig(balance: Balance = "proportional", **more: object) -> Craig:
    return Craig.model_validate({"method": "craig", "log": "l", "balance": balance, **more})


def seen(
    probabilities: NDArray[np.floating], labels: list[int], epoch: int | None = None
) -> Materials:
    """What proxies said of samples: probabilities ``[R, N, C]``, or ``[N, C]`` of one."""
    of, given = np.atleast_3d(probabilities.T).T.astype(np.float32), np.array(labels, np.int64)
    errors = of - np.eye(of.shape[2], dtype=np.float32)[given]
    features = np.zeros((*of.shape[:2], 2), np.float32)
    return Materials(given, snapshots={Moment("l", epoch): Snapshot(given, errors, features)})


def doubts(*wrong: float) -> NDArray[np.float64]:
    """Two classes: so much probability of the second, which is wrong for samples of the first."""
    return np.array([[1 - of, of] for of in wrong])


def softmax(samples: int, classes: int, seed: int = 0, replicates: int = 1) -> Floats:
    """Random probabilities ``[R, N, C]``, no two alike."""
    logits = np.random.default_rng(seed).normal(size=(replicates, samples, classes))
    odds = np.exp(2 * logits)
    return (odds / odds.sum(axis=2, keepdims=True)).astype(np.float32)


TWO_HEAPS = doubts(0, 0.1, 0.2, 0.3, 0.8, 0.9, 1)
"""The gradients (−q, q) are √2 |q − q'| apart.

In all, 0.3 is nearest to the others: 0.3 + 0.2 + 0.1 + 0.5 + 0.6 + 0.7. Then 0.8, 0.9 and 1 are
0.5, 0.6 and 0.7 away, and are brought nearer by 1.5 with 0.8, by 1.6 with 0.9, by 1.5 with 1; the
others by 0.3 at most.
"""


def test_of_two_heaps_each_is_covered_and_weighs_as_many_as_it_has() -> None:
    selection = craig(weights="loss").choose(2, seen(TWO_HEAPS, [0] * 7), np.random.default_rng(0))
    assert selection.indices.tolist() == [3, 5]
    assert selection.weights is not None
    # heaps of four and three, over their mean of three and a half
    np.testing.assert_allclose(selection.weights, [8 / 7, 6 / 7], rtol=1e-6)
    assert selection.weighting == "loss"


def test_each_class_is_covered_by_itself() -> None:
    # of class 1 the same probabilities are the other way around: 0.3 is doubted by 0.7
    both = seen(np.concatenate([TWO_HEAPS, TWO_HEAPS]), [0] * 7 + [1] * 7)
    selection = craig(weights="sampler").choose(4, both, np.random.default_rng(0))
    assert selection.indices.tolist() == [3, 5, 10, 12]
    np.testing.assert_allclose(selection.weights, [8 / 7, 6 / 7, 8 / 7, 6 / 7], rtol=1e-6)
    assert selection.weighting == "sampler"


def test_the_choice_of_each_class_is_the_plain_greedy_one() -> None:
    labels = (np.arange(120) % 3).tolist()
    of = seen(softmax(120, 3, replicates=2), labels)
    gradients = of.snapshots[Moment("l")].gradients
    assert gradients.shape == (120, 6)
    for rule in (craig(), craig(optimizer=Lazy(name="lazy"))):
        selected = rule.select(24, of, np.random.default_rng(0))
        for label in range(3):
            of_class = [int(sample) // 3 for sample in selected if labels[sample] == label]
            assert len(of_class) == 8
            assert_greedy("euclidean", gradients[label::3], of_class)


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2)), min_size=1, max_size=14),
    st.sampled_from(BALANCES),
    st.integers(0, 9),
    st.data(),
)
def test_weights_of_a_group_sum_to_its_size_whatever_is_equal(
    samples: list[tuple[int, int]], balance: Balance, seed: int, data: st.DataObject
) -> None:
    # few different probabilities, so that many gradients are copies
    labels = [label for _, label in samples]
    of = seen(np.eye(5)[[place for place, _ in samples]], labels)
    keep, rng = data.draw(st.integers(1, len(samples))), np.random.default_rng(seed)
    rule, in_all = craig(balance), 0.0
    for quota, members in rule.groups(keep, of.labels, rng):
        positions, weights = rule.weighed(quota, of.restricted(members), rng)
        assert len(set(positions.tolist())) == len(positions) == len(weights) == quota
        assert weights.min() >= 1
        assert weights.sum() == len(members)
        in_all += weights.sum()
    if balance == "none" or keep >= len(set(labels)):
        assert in_all == len(samples)


@pytest.mark.parametrize("weights", ["loss", "sampler"])
@pytest.mark.parametrize("balance", BALANCES)
def test_weights_have_mean_one_and_a_limit_where_one_is_set(balance: Balance, weights: str) -> None:
    labels = (np.arange(90) % 4).tolist()
    of = seen(softmax(90, 4), labels)
    free, clipped = (
        craig(balance, weights=weights, clip=clip).choose(20, of, np.random.default_rng(3))
        for clip in (None, 1.5)
    )
    assert free.indices.tolist() == clipped.indices.tolist()
    assert free.weighting == clipped.weighting == weights
    assert free.weights is not None
    assert clipped.weights is not None
    assert free.weights.mean() == pytest.approx(1, rel=1e-6)
    assert clipped.weights.mean() == pytest.approx(1, rel=1e-6)
    assert free.weights.max() > 1.5 >= clipped.weights.max() * (1 - 1e-6)
    # what was more stays at least as much
    order = np.argsort(free.weights)
    assert (np.diff(clipped.weights[order]) >= -1e-6).all()


def test_without_weights_the_same_samples_count_alike() -> None:
    of = seen(softmax(60, 3), (np.arange(60) % 3).tolist())
    plain, weighed = (
        craig(weights=weights).choose(12, of, np.random.default_rng(1))
        for weights in ("none", "loss")
    )
    assert plain.indices.tolist() == weighed.indices.tolist()
    assert plain.weights is None
    assert plain.weighting is None


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2)), min_size=1, max_size=14),
    st.integers(0, 9),
    st.data(),
)
def test_budgets_are_exact_and_every_class_is_present(
    samples: list[tuple[int, int]], seed: int, data: st.DataObject
) -> None:
    labels = [label for _, label in samples]
    of = seen(np.eye(5)[[place for place, _ in samples]], labels)
    keep = data.draw(st.integers(1, len(samples)))
    for balance in BALANCES:
        rule = craig(balance, weights="loss")
        subset = chosen(rule, keep, of, seed)
        assert len(set(subset)) == len(subset) == keep
        if balance != "none" and keep >= len(set(labels)):
            assert {labels[sample] for sample in subset} == set(labels)
        # what is weighed is what is selected
        weighed = rule.choose(keep, of, np.random.default_rng(seed)).indices
        assert sorted(weighed.tolist()) == subset


def test_the_same_seed_selects_the_same() -> None:
    twice = seen(np.tile(softmax(30, 2), (1, 2, 1)), [0, 1] * 30)
    assert chosen(craig(), 12, twice, 1) == chosen(craig(), 12, twice, 1)
    assert chosen(craig(), 12, twice, 1) != chosen(craig(), 12, twice, 2)


def test_proxies_that_cannot_tell_samples_apart_select_by_chance() -> None:
    counts = times_chosen(craig(), 6, seen(np.full((12, 3), 1 / 3), [0, 1, 2] * 4), seeds=200)
    # two of each class of four: 100 of 200, deviation 7.1
    assert counts.min() > 65
    assert counts.max() < 135


def test_a_short_class_gives_all_and_is_said() -> None:
    of = seen(softmax(13, 3), [0] * 6 + [1] + [2] * 6)
    rule = craig("uniform")
    assert np.bincount(of.labels[chosen(rule, 9, of)]).tolist() == [4, 1, 4]
    (remark,) = rule.remarks(9, of)
    assert remark.startswith("1 of 3 classes have fewer samples than an equal share of 9;")


def test_gradients_that_hardly_differ_are_said() -> None:
    uniform = np.full((12, 3), 1 / 3)
    nearly = uniform + 0.01 * np.random.default_rng(0).normal(size=(12, 3))
    for untrained in (uniform, nearly):
        (remark,) = craig().remarks(6, seen(untrained, [0, 1, 2] * 4))
        assert remark.startswith("the gradients of a class differ by ")
        assert remark.endswith("untrained or nearly so. Choose a later epoch.")
    (remark,) = craig().remarks(6, seen(uniform, [0, 1, 2] * 4))
    assert "differ by 0.0% of what those of two classes do" in remark


def test_gradients_that_differ_are_not_remarked_upon() -> None:
    assert list(craig().remarks(6, seen(softmax(12, 3), [0, 1, 2] * 4))) == []


def test_spread_is_the_way_to_the_mean_over_the_way_between_means() -> None:
    # means (0, 1) and (4, 1), each one away from its two points and four from the other
    points = np.array([[0, 0], [4, 0], [0, 2], [4, 2]], np.float32)
    assert spread_within_classes(points, np.array([5, 9, 5, 9])) == pytest.approx(1 / 4)
    # a third mean at (2, 1): the ways between them are 4, 2 and 2, their mean square 8
    more = np.concatenate([points, np.array([[2, 0], [2, 2]], np.float32)])
    of_three = spread_within_classes(more, np.array([0, 1, 0, 1, 2, 2]))
    assert of_three == pytest.approx(1 / np.sqrt(8))


def test_spread_has_no_measure_with_one_class_or_with_means_in_one_place() -> None:
    points = np.array([[0, 0], [0, 2], [0, 0], [0, 2]], np.float32)
    assert spread_within_classes(points, np.zeros(4, np.int64)) == np.inf
    assert spread_within_classes(points, np.array([0, 0, 1, 1])) == np.inf


def test_it_reads_labels_and_its_log_after_its_epoch() -> None:
    assert craig().needs() == Needs(moments=(Moment("l", None),))
    assert craig(epoch=0).needs() == Needs(moments=(Moment("l", 0),))
    for balance in BALANCES:
        assert craig(balance).uses_labels()
    of = seen(TWO_HEAPS, [0] * 7, epoch=5)
    assert chosen(craig(epoch=5), 2, of) == [3, 5]
