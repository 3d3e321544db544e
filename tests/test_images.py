import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from leanset.errors import LeansetError
from leanset.images import ImageSet, Split, channel_statistics
from leanset.training.sharing import shared

NAMES = ("cat", "dog", "owl")


def split(labels: list[int], size: int = 2, seed: int = 0) -> Split:
    pixels = np.random.default_rng(seed).integers(
        0, 256, (len(labels), 1, size, size), dtype=np.uint8
    )
    return Split.whole(pixels, np.array(labels, dtype=np.int64))


def image_set(train: Split | None = None, test: Split | None = None) -> ImageSet:
    train = split([0, 1, 2, 1]) if train is None else train
    test = split([2, 0], seed=1) if test is None else test
    return ImageSet("pets", NAMES, train, test)


def with_validation(validation: Split | None = None) -> ImageSet:
    validation = split([1, 0, 2], seed=2) if validation is None else validation
    return dataclasses.replace(image_set(), validation=validation)


def with_pixel_changed(of: Split) -> Split:
    images = of.images.copy()
    images[-1, 0, 0, 0] ^= 1
    return dataclasses.replace(of, images=images)


def with_labels(of: Split, labels: list[int]) -> Split:
    return dataclasses.replace(of, labels=np.array(labels, dtype=np.int64))


def test_a_whole_split_holds_every_row_in_order() -> None:
    whole = split([2, 0, 1])
    assert len(whole) == 3
    assert whole.rows.tolist() == [0, 1, 2]


def test_a_sample_of_a_split_keeps_images_labels_and_rows_together_in_source_order() -> None:
    whole = split([i % 3 for i in range(50)])
    sample = whole.sampled(20, np.random.default_rng(3))
    assert len(sample) == len(np.unique(sample.rows)) == 20
    assert (np.diff(sample.rows) > 0).all()
    for image, label, row in zip(sample.images, sample.labels, sample.rows, strict=True):
        assert (image == whole.images[row]).all()
        assert label == whole.labels[row]


def test_a_sample_of_a_sample_still_names_rows_of_the_source() -> None:
    rng = np.random.default_rng(0)
    whole = split([i % 3 for i in range(50)])
    again = whole.sampled(30, rng).sampled(10, rng)
    assert (again.images == whole.images[again.rows]).all()


def test_a_sample_of_all_is_the_split_itself() -> None:
    assert split([0, 1, 2]).sampled(3, np.random.default_rng(0)).rows.tolist() == [0, 1, 2]


def test_a_sample_is_drawn_by_its_generator() -> None:
    whole = split([0] * 100)
    first, same, other = (whole.sampled(10, np.random.default_rng(s)).rows for s in (1, 1, 2))
    assert (first == same).all()
    assert (first != other).any()


def test_a_sample_above_the_split_is_refused_by_the_name_of_its_setting() -> None:
    with pytest.raises(
        LeansetError, match=r"dataset.train_samples asks for 4 of 3 training samples. Lower it"
    ):
        split([0, 1, 2]).sampled(4, np.random.default_rng(0))


def test_a_part_and_the_rest_are_the_split_in_the_order_of_the_source() -> None:
    whole = split([i % 3 for i in range(50)]).sampled(40, np.random.default_rng(0))
    rest, part = whole.parted(10, np.random.default_rng(3))
    assert (len(rest), len(part)) == (30, 10)
    assert sorted([*rest.rows, *part.rows]) == whole.rows.tolist()
    for piece in (rest, part):
        assert (np.diff(piece.rows) > 0).all()
        source = np.searchsorted(whole.rows, piece.rows)
        assert (piece.images == whole.images[source]).all()
        assert (piece.labels == whole.labels[source]).all()


@given(st.lists(st.integers(0, 4), min_size=2, max_size=40), st.data(), st.integers(0, 2**32))
def test_a_part_holds_of_every_class_its_share_rounded_down_or_up(
    labels: list[int], data: st.DataObject, seed: int
) -> None:
    size = data.draw(st.integers(0, len(labels) - 1))
    rest, part = split(labels).parted(size, np.random.default_rng(seed))
    shares = np.bincount(labels, minlength=5) * size / len(labels)
    assert len(part) == size
    assert len(rest) == len(labels) - size
    assert (np.abs(np.bincount(part.labels, minlength=5) - shares) < 1).all()


def test_every_sample_is_equally_likely_to_be_in_the_part() -> None:
    # classes of 1, 4 and 7: a part of 5 takes each of the twelve samples in 5/12 of 1,200 draws,
    # 500 with a deviation of 17; five deviations leave none out
    whole = split([0] + [1] * 4 + [2] * 7)
    drawn = np.zeros(12, dtype=np.int64)
    for seed in range(1_200):
        drawn[whole.parted(5, np.random.default_rng(seed))[1].rows] += 1
    assert np.abs(drawn - 500).max() < 85


def test_a_part_is_drawn_by_its_generator() -> None:
    whole = split([0] * 100)
    first, same, other = (whole.parted(10, np.random.default_rng(s))[1].rows for s in (1, 1, 2))
    assert (first == same).all()
    assert (first != other).any()


@pytest.mark.parametrize("size", [3, 4])
def test_a_part_that_leaves_no_rest_is_refused_by_the_name_of_its_setting(size: int) -> None:
    message = rf"dataset.validation asks for {size} of 3 training samples, which leaves none to"
    with pytest.raises(LeansetError, match=message):
        split([0, 1, 2]).parted(size, np.random.default_rng(0))


def test_a_relabelled_split_is_of_the_same_samples_and_leaves_the_first_as_it_was() -> None:
    original = split([0, 1, 2])
    other = original.relabelled(np.array([2, 2, 0]))
    assert other.labels.tolist() == [2, 2, 0]
    assert other.images is original.images
    assert other.rows is original.rows
    assert original.labels.tolist() == [0, 1, 2]


def test_labels_of_another_length_are_refused() -> None:
    torn = with_labels(split([0, 1, 2]), [0, 1])
    with pytest.raises(LeansetError, match=r"pets, train split: 3 images but 2 labels\. Use an"):
        image_set(train=torn)
    with pytest.raises(LeansetError, match=r"pets, test split: 3 images but 2 labels\."):
        image_set(test=torn)


@pytest.mark.parametrize(("labels", "seen"), [([0, 3], "0 to 3"), ([-1, 2], "-1 to 2")])
def test_a_label_without_a_class_name_is_refused(labels: list[int], seen: str) -> None:
    message = f"pets, test split: labels run from {seen}, but dataset.class_names names 3 classes."
    with pytest.raises(LeansetError, match=message):
        image_set(test=split(labels))


def test_an_empty_split_is_refused() -> None:
    with pytest.raises(LeansetError, match=r"pets, test split: there are no samples\."):
        image_set(test=split([]))


def test_splits_of_two_shapes_are_refused() -> None:
    message = r"pets: train images are \(1, 2, 2\) and test images \(1, 3, 3\) \(channels, height"
    with pytest.raises(LeansetError, match=message):
        image_set(test=split([0], size=3))


@pytest.mark.parametrize(
    ("validation", "message"),
    [
        (with_labels(split([0, 1]), [0]), r"pets, validation split: 2 images but 1 labels\."),
        (split([0, 3]), r"pets, validation split: labels run from 0 to 3, but dataset.class_names"),
        (split([]), r"pets, validation split: there are no samples\."),
        (split([0], size=3), r"train images are \(1, 2, 2\) and validation images \(1, 3, 3\)"),
    ],
    ids=["torn", "unknown label", "empty", "other shape"],
)
def test_a_validation_split_is_checked_like_the_others(validation: Split, message: str) -> None:
    with pytest.raises(LeansetError, match=message):
        with_validation(validation)


def test_a_set_names_the_splits_it_has() -> None:
    held = with_validation()
    assert list(image_set().splits) == ["train", "test"]
    assert held.splits == {"train": held.train, "test": held.test, "validation": held.validation}


def test_judged_on_validation_a_set_is_tested_on_that_split_and_has_lost_its_test_split() -> None:
    original = with_validation()
    judged = original.judged_on_validation()
    assert judged.train is original.train
    assert judged.test is original.validation
    assert judged.validation is None
    assert judged.hash != original.hash


def test_a_set_without_a_validation_split_refuses_to_be_judged_on_it() -> None:
    message = r"pets: there is no validation split to decide on\. Set dataset\.validation to"
    with pytest.raises(LeansetError, match=message):
        image_set().judged_on_validation()


def test_the_number_of_classes_is_that_of_the_names_even_if_one_has_no_sample() -> None:
    assert image_set(train=split([0, 1]), test=split([0])).classes == 3


def test_the_hash_is_of_the_content_not_of_the_name_or_the_memory() -> None:
    original = image_set()
    fortran = dataclasses.replace(
        original.train, images=np.asfortranarray(original.train.images.copy())
    )
    renamed = dataclasses.replace(original, name="other", train=fortran)
    assert renamed.hash == original.hash
    assert len(original.hash) == 64


@pytest.mark.parametrize(
    "other",
    [
        image_set(train=with_pixel_changed(image_set().train)),
        image_set(test=with_pixel_changed(image_set().test)),
        image_set(train=with_labels(image_set().train, [0, 1, 2, 2])),
        image_set(test=with_labels(image_set().test, [2, 1])),
        image_set(train=image_set().test, test=image_set().train),
        dataclasses.replace(image_set(), class_names=("dog", "cat", "owl")),
        dataclasses.replace(image_set(), class_names=(*NAMES, "eel")),
    ],
    ids=["train pixel", "test pixel", "train label", "test label", "splits swapped", "names", "+1"],
)
def test_the_hash_changes_with_any_pixel_label_or_class_name(other: ImageSet) -> None:
    assert other.hash != image_set().hash


def test_the_hash_of_a_set_without_validation_stays_what_stores_were_built_with() -> None:
    pixels = np.arange(24, dtype=np.uint8).reshape(6, 1, 2, 2)
    train = Split.whole(pixels[:4], np.array([0, 1, 2, 1]))
    test = Split.whole(pixels[4:], np.array([2, 0]))
    # written down before sets could have a validation split
    assert image_set(train, test).hash == (
        "423bbcf4069bf6b3cbd0a4f9e6800ce3c8ebff3dc0e42db79c713387308196b7"
    )


def test_the_hash_covers_the_validation_split_where_there_is_one() -> None:
    held = with_validation()
    assert held.validation is not None
    hashes = {
        image_set().hash,
        held.hash,
        with_validation(with_pixel_changed(held.validation)).hash,
        with_validation(with_labels(held.validation, [1, 0, 1])).hash,
    }
    assert len(hashes) == 4


def test_the_hash_tells_wide_images_from_high_ones_of_the_same_bytes() -> None:
    wide, high = (
        Split.whole(np.zeros((2, 1, *shape), dtype=np.uint8), np.array([0, 1]))
        for shape in ((2, 3), (3, 2))
    )
    assert image_set(wide, wide).hash != image_set(high, high).hash


def test_an_image_set_survives_the_way_through_named_arrays() -> None:
    original = image_set(train=split([0, 1, 2, 1, 0]).sampled(3, np.random.default_rng(0)))
    back = ImageSet.from_arrays(original.arrays(), original.name, original.class_names)
    assert back.hash == original.hash
    assert back.name == original.name
    assert (back.train.rows == original.train.rows).all()
    assert (back.test.rows == original.test.rows).all()


def test_a_validation_split_is_among_the_named_arrays_only_where_there_is_one() -> None:
    assert not [name for name in image_set().arrays() if name.startswith("validation")]
    back = ImageSet.from_arrays(with_validation().arrays(), "pets", NAMES)
    assert back.hash == with_validation().hash
    assert ImageSet.from_arrays(image_set().arrays(), "pets", NAMES).validation is None


def test_a_validation_split_is_shared_with_other_processes() -> None:
    with shared(with_validation()) as handle:
        received = handle.open()
        assert received.hash == with_validation().hash
        assert received.judged_on_validation().hash == with_validation().judged_on_validation().hash


@given(
    arrays(np.uint8, array_shapes(min_dims=4, max_dims=4, max_side=5), elements=st.integers(0, 255))
)
def test_channel_statistics_are_those_of_numpy(images: np.ndarray) -> None:
    mean, deviation = channel_statistics(images)
    expected = images.astype(np.float64).std(axis=(0, 2, 3))
    assert mean.dtype == deviation.dtype == np.float32
    np.testing.assert_allclose(mean, images.mean(axis=(0, 2, 3)), rtol=1e-6)
    np.testing.assert_allclose(deviation, np.where(expected == 0, 1, expected), rtol=1e-6)


def test_a_constant_channel_has_deviation_one_so_that_dividing_is_safe() -> None:
    images = np.zeros((3, 2, 4, 4), dtype=np.uint8)
    images[:, 0] = 7
    images[0, 1] = 255
    mean, deviation = channel_statistics(images)
    # channel 1 is 255 in one image of three: mean 85, deviation 255·√(1/3·2/3) = 120.208
    np.testing.assert_allclose(mean, [7, 85])
    np.testing.assert_allclose(deviation, [1, 120.208], rtol=1e-5)
