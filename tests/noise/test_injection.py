import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from leanset.errors import LeansetError
from leanset.noise.injection import Asymmetric, LabelNoise, Labels, NoisyLabels, Symmetric

NOISE: TypeAdapter[Symmetric | Asymmetric] = TypeAdapter(LabelNoise)
DIGITS = tuple("0123456789")
PATRINI = {"2": "7", "3": "8", "5": "6", "6": "5", "7": "1"}


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def symmetric(rate: float) -> Symmetric:
    return Symmetric(kind="symmetric", rate=rate)


def asymmetric(rate: float, classes: dict[str, str] = PATRINI) -> Asymmetric:
    return Asymmetric(kind="asymmetric", rate=rate, classes=classes)


def balanced(per_class: int) -> Labels:
    return np.repeat(np.arange(10), per_class)


def labels_of_digits(min_size: int) -> st.SearchStrategy[Labels]:
    several = st.lists(st.integers(0, 9), min_size=min_size, max_size=80)
    return several.map(lambda labels: np.array(labels, dtype=np.int64))


def assert_wrong_is_where_labels_differ(noisy: NoisyLabels, true: Labels) -> None:
    assert noisy.labels.dtype == np.int64
    assert noisy.wrong.dtype == np.bool_
    assert (noisy.wrong == (noisy.labels != true)).all()


def test_noise_is_told_apart_by_its_kind() -> None:
    block = {"kind": "asymmetric", "rate": 0.4, "classes": PATRINI}
    assert NOISE.validate_python({"kind": "symmetric", "rate": 0.1}) == symmetric(0.1)
    assert NOISE.validate_python(block) == asymmetric(0.4)


@pytest.mark.parametrize("rate", [1.2, 1, 0, -0.1, float("nan"), float("inf")])
@pytest.mark.parametrize(
    "more", [{"kind": "symmetric"}, {"kind": "asymmetric", "classes": PATRINI}]
)
def test_a_rate_of_none_or_all_or_beyond_is_refused(rate: float, more: dict[str, object]) -> None:
    message = f"a noise rate is above 0 and below 1, not {rate:g}"
    with pytest.raises(ValidationError, match=message):
        NOISE.validate_python({"rate": rate, **more})


def test_a_map_without_a_class_is_refused() -> None:
    with pytest.raises(ValidationError, match="name at least one class and the class it is taken"):
        asymmetric(0.4, {})


def test_a_class_taken_for_itself_is_refused() -> None:
    with pytest.raises(ValidationError, match="the class 'cat' is taken for itself, which is no"):
        asymmetric(0.4, {"owl": "cat", "cat": "cat"})


@pytest.mark.parametrize("classes", [{"cats": "dog"}, {"dog": "cats"}])
def test_an_unknown_class_on_either_side_of_the_map_is_refused(classes: dict[str, str]) -> None:
    message = r"there is no class 'cats'\. Did you mean 'cat'\?"
    with pytest.raises(ValueError, match=message):
        asymmetric(0.4, classes).check(("cat", "dog"))


def test_symmetric_noise_between_fewer_than_two_classes_is_refused() -> None:
    with pytest.raises(ValueError, match="symmetric noise needs at least two classes"):
        symmetric(0.1).check(("cat",))


def test_noise_that_fits_the_classes_passes_the_check() -> None:
    symmetric(0.1).check(DIGITS)
    asymmetric(0.4).check(DIGITS)


@pytest.mark.parametrize(
    ("noise", "count", "counted"),
    [(symmetric(0.001), 100, 100), (asymmetric(0.4, {"9": "8"}), 90, 0)],
    ids=["rate too low", "no such sample"],
)
def test_noise_that_makes_no_label_wrong_is_refused(
    noise: Symmetric | Asymmetric, count: int, counted: int
) -> None:
    message = f"dataset.noise: a noise rate of .* makes none of {counted} labels wrong. Raise the"
    with pytest.raises(LeansetError, match=message):
        noise.inject(balanced(10)[:count], DIGITS, rng())


def test_symmetric_noise_of_a_worked_example() -> None:
    # 30 % of 5 × 10: 15 wrong labels, and of every class 10 × 0.3 = 3
    labels = np.repeat(np.arange(5), 10)
    noisy = symmetric(0.3).inject(labels, tuple("abcde"), rng())
    assert_wrong_is_where_labels_differ(noisy, labels)
    assert np.bincount(labels[noisy.wrong]).tolist() == [3, 3, 3, 3, 3]


def test_a_class_of_one_sample_is_not_all_wrong_for_want_of_a_share() -> None:
    # 10 % of 90 and nine times 1: shares of 9 and 0.1, ten in all, so the tenth is one of the nine
    labels = np.repeat(np.arange(10), [90, *[1] * 9])
    noisy = symmetric(0.1).inject(labels, DIGITS, rng())
    assert sorted(np.bincount(labels[noisy.wrong], minlength=10).tolist()) == [*[0] * 8, 1, 9]


def test_asymmetric_noise_of_a_worked_example() -> None:
    # half of 4 cats become dogs, half of 6 dogs become owls (none of those that were cats before),
    # the owls stay: 2 cats; 3 dogs and 2 new ones; 2 owls and 3 new ones
    labels = np.repeat([0, 1, 2], [4, 6, 2])
    noise = asymmetric(0.5, {"cat": "dog", "dog": "owl"})
    noisy = noise.inject(labels, ("cat", "dog", "owl"), rng())
    assert_wrong_is_where_labels_differ(noisy, labels)
    assert np.bincount(noisy.labels[labels == 0], minlength=3).tolist() == [2, 2, 0]
    assert np.bincount(noisy.labels[labels == 1], minlength=3).tolist() == [0, 3, 3]
    assert np.bincount(noisy.labels[labels == 2], minlength=3).tolist() == [0, 0, 2]


@given(labels_of_digits(20), st.floats(0.05, 0.95), st.integers(0, 2**32))
def test_symmetric_noise_has_its_exact_rate_overall_and_within_one_in_every_class(
    labels: Labels, rate: float, seed: int
) -> None:
    noisy = symmetric(rate).inject(labels, DIGITS, rng(seed))
    shares = np.bincount(labels, minlength=10) * rate
    assert_wrong_is_where_labels_differ(noisy, labels)
    assert noisy.wrong.sum() == round(rate * len(labels))
    # the total is rounded too, so a quota is off by less than one and that rounding
    assert (np.abs(np.bincount(labels[noisy.wrong], minlength=10) - shares) < 1.5).all()
    assert ((noisy.labels >= 0) & (noisy.labels < 10)).all()


@given(labels_of_digits(20), st.floats(0.05, 0.95), st.integers(0, 2**32))
def test_asymmetric_noise_has_its_exact_rate_and_touches_only_the_mapped_classes(
    labels: Labels, rate: float, seed: int
) -> None:
    labels = np.concatenate([labels, np.repeat([2, 3, 5], 5)])
    noisy = asymmetric(rate).inject(labels, DIGITS, rng(seed))
    affected = np.isin(labels, [int(name) for name in PATRINI])
    assert_wrong_is_where_labels_differ(noisy, labels)
    assert noisy.wrong.sum() == round(rate * affected.sum())
    assert not noisy.wrong[~affected].any()
    taken_for = [int(PATRINI[str(label)]) for label in labels[noisy.wrong]]
    assert noisy.labels[noisy.wrong].tolist() == taken_for


@pytest.mark.parametrize(
    "noise", [symmetric(0.3), asymmetric(0.3)], ids=["symmetric", "asymmetric"]
)
def test_noise_is_drawn_by_its_generator_and_by_nothing_else(noise: Symmetric | Asymmetric) -> None:
    labels = balanced(20)
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    first, same, other = (noise.inject(labels, DIGITS, rng(seed)) for seed in (1, 1, 2))
    assert (first.labels == same.labels).all()
    assert (first.wrong != other.wrong).any()
    assert (np.random.get_state()[1] == state).all()  # noqa: NPY002


@pytest.mark.parametrize(
    "noise", [symmetric(0.3), asymmetric(0.3)], ids=["symmetric", "asymmetric"]
)
def test_the_true_labels_stay_as_they_are_even_where_they_cannot_be_written(
    noise: Symmetric | Asymmetric,
) -> None:
    labels = balanced(20)
    labels.flags.writeable = False
    noisy = noise.inject(labels, DIGITS, rng())
    assert (labels == balanced(20)).all()
    assert noisy.labels.flags.writeable
    assert not np.shares_memory(noisy.labels, labels)


def test_a_wrong_label_is_each_of_the_other_classes_equally_often() -> None:
    labels = balanced(2_000)
    noisy = symmetric(0.45).inject(labels, DIGITS, rng(5))
    seen = np.zeros((10, 10))
    np.add.at(seen, (labels[noisy.wrong], noisy.labels[noisy.wrong]), 1)
    # 900 wrong labels of a class over 9 others: 100 each; 10 × 8 degrees of freedom, and chi-square
    # of 80 is below 124.8 in 99.9 % of draws
    off_diagonal = seen[~np.eye(10, dtype=bool)]
    assert (seen.sum(axis=1) == 900).all()
    assert ((off_diagonal - 100) ** 2 / 100).sum() < 124.8


def test_every_sample_of_a_class_is_equally_likely_to_be_mislabelled() -> None:
    labels = balanced(5)
    drawn = sum(symmetric(0.4).inject(labels, DIGITS, rng(s)).wrong.astype(int) for s in range(500))
    # two of five in 500 draws: 200 with a deviation of 11; five deviations leave no sample out
    assert np.abs(drawn - 200).max() < 55
