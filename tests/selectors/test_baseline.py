import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from leanset.errors import LeansetError
from leanset.selectors import Full, Materials, Needs, Random, StratifiedRandom

FULL = Full(method="full")
RANDOM = Random(method="random")
STRATIFIED = StratifiedRandom(method="stratified_random")


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def labelled(*labels: int) -> Materials:
    return Materials(np.array(labels, dtype=np.int64))


def test_full_keeps_every_sample() -> None:
    assert FULL.select(4, labelled(0, 1, 1, 0), rng()).tolist() == [0, 1, 2, 3]


def test_full_refuses_to_keep_less_and_says_which_budget_to_give() -> None:
    message = r"method full keeps all 4 samples, not 3\. Give this variant budgets: \[1\.0\]\."
    with pytest.raises(LeansetError, match=message):
        FULL.check(3, available=4)


def test_full_accepts_the_budget_of_all_samples_and_the_others_any() -> None:
    FULL.check(4, available=4)
    for selector in (RANDOM, STRATIFIED):
        selector.check(3, available=4)
        assert len(selector.select(3, labelled(0, 1, 1, 0), rng())) == 3


def test_the_baselines_need_no_artifact_and_only_the_stratified_one_reads_labels() -> None:
    assert FULL.needs() == RANDOM.needs() == STRATIFIED.needs() == Needs()
    assert not FULL.uses_labels()
    assert not RANDOM.uses_labels()
    assert STRATIFIED.uses_labels()


def test_a_larger_random_budget_holds_the_smaller_of_the_same_seed() -> None:
    materials = labelled(*[0] * 100)
    small, large = (RANDOM.select(keep, materials, rng(5)) for keep in (10, 40))
    assert set(small) < set(large)


def test_random_takes_every_sample_equally_often() -> None:
    materials = labelled(*[0] * 20)
    drawn = [RANDOM.select(5, materials, rng(seed)) for seed in range(800)]
    counts = np.bincount(np.concatenate(drawn), minlength=20)
    # each sample is in a quarter of 800 subsets: 200, with deviation √(800·¼·¾) = 12
    assert counts.min() > 150
    assert counts.max() < 250


def test_random_does_not_look_at_labels() -> None:
    first = RANDOM.select(5, labelled(*range(20)), rng(1))
    assert (first == RANDOM.select(5, labelled(*[0] * 20), rng(1))).all()


def test_stratified_random_keeps_the_proportions_of_the_classes() -> None:
    materials = labelled(*[0] * 50, *[1] * 30, *[2] * 20)
    chosen = STRATIFIED.select(10, materials, rng())
    # a tenth of 50, 30 and 20
    assert np.bincount(materials.labels[chosen]).tolist() == [5, 3, 2]


def test_stratified_random_gives_the_sample_left_over_by_chance() -> None:
    materials = labelled(0, 0, 1, 1)
    kept = [materials.labels[STRATIFIED.select(3, materials, rng(s))].sum() for s in range(40)]
    # shares 1.5 and 1.5: now the one class, now the other has two
    assert set(kept) == {1, 2}


def test_stratified_random_passes_over_a_class_without_samples() -> None:
    materials = labelled(0, 0, 3, 3, 3, 3)
    chosen = STRATIFIED.select(3, materials, rng())
    assert np.bincount(materials.labels[chosen], minlength=4).tolist() == [1, 0, 0, 2]


def test_stratified_random_takes_every_sample_of_a_class_equally_often() -> None:
    materials = labelled(*[0, 1] * 10)
    drawn = [STRATIFIED.select(10, materials, rng(seed)) for seed in range(400)]
    counts = np.bincount(np.concatenate(drawn), minlength=20)
    # each sample is in half of 400 subsets: 200, with deviation √(400·½·½) = 10
    assert counts.min() > 160
    assert counts.max() < 240


@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=60),
    st.floats(0.01, 1),
    st.integers(0, 2**32),
)
def test_stratified_quotas_are_within_one_sample_of_proportional_or_one_for_each_class(
    labels: list[int], share: float, seed: int
) -> None:
    materials = labelled(*labels)
    keep = max(1, round(share * len(labels)))
    chosen = STRATIFIED.select(keep, materials, rng(seed))
    shares = {label: labels.count(label) * keep / len(labels) for label in set(labels)}
    counts = {label: int((materials.labels[chosen] == label).sum()) for label in shares}
    assert sum(counts.values()) == keep
    if keep >= len(shares):
        assert min(counts.values()) >= 1
    if keep < len(shares) or min(shares.values()) >= 1:
        assert all(abs(counts[label] - share) < 1 for label, share in shares.items())


def test_a_key_of_another_method_is_refused() -> None:
    with pytest.raises(ValidationError, match="there is no key 'clustering'"):
        Random.model_validate({"method": "random", "clustering": "pca50_k50"})
