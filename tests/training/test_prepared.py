import dataclasses

import numpy as np
import pytest
import torch

from leanset.images import ImageSet, Split
from leanset.training.prepared import PreparedImages, prepare

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def prepared(digits: ImageSet) -> PreparedImages:
    return prepare(digits, 32, CPU)


def test_both_splits_are_there_in_the_size_asked_for_as_bytes(
    digits: ImageSet, prepared: PreparedImages
) -> None:
    assert prepared.train_images.shape == (1100, 1, 32, 32)
    assert prepared.test_images.shape == (697, 1, 32, 32)
    assert prepared.train_images.dtype == prepared.test_images.dtype == torch.uint8
    assert prepared.train_labels.tolist() == digits.train.labels.tolist()
    assert prepared.test_labels.tolist() == digits.test.labels.tolist()
    assert (prepared.classes, prepared.device) == (10, CPU)


def test_images_of_the_right_size_stay_as_they_are(digits: ImageSet) -> None:
    same = prepare(digits, 8, CPU)
    assert (same.train_images.numpy() == digits.train.images).all()


def resized(image: np.ndarray, size: int) -> np.ndarray:
    split = Split.whole(image.astype(np.uint8)[None, None], np.array([0]))
    prepared = prepare(ImageSet("one image", ("a",), split, split), size, CPU)
    assert torch.equal(prepared.train_images, prepared.test_images)
    return prepared.train_images[0, 0].numpy()


def test_images_grow_by_straight_lines_between_their_pixels_rounded_to_bytes() -> None:
    # of pixels 0 and 103 the four new ones lie at -¼, ¼, ¾ and 1¼, the ends held: 25.75 and 77.25
    assert resized(np.array([[0, 103], [0, 103]]), 4).tolist() == [[0, 26, 77, 103]] * 4


def test_images_shrink_by_averaging_all_that_a_new_pixel_covers() -> None:
    # one column of four is 240: on average 60, though no old pixel in the middle of a new one is
    stripes = np.tile([0, 0, 0, 240], (16, 4))
    assert resized(stripes, 4)[:, 1:-1].tolist() == [[60, 60]] * 4


def test_more_images_than_one_batch_of_resizing_keep_their_order() -> None:
    grey = (np.arange(5000) % 251).astype(np.uint8)
    split = Split.whole(np.tile(grey[:, None, None, None], (1, 1, 2, 2)), np.zeros(5000, np.int64))
    grown = prepare(ImageSet("grey", ("a",), split, split), 4, CPU).train_images
    assert (grown.numpy() == grey[:, None, None, None]).all()


def test_both_splits_are_normalised_by_the_statistics_of_the_training_split(
    digits: ImageSet,
) -> None:
    dark = dataclasses.replace(digits.test, images=digits.test.images // 2)
    as_they_are = prepare(dataclasses.replace(digits, test=dark), 8, CPU)
    train = as_they_are.normalised(as_they_are.train_images)
    assert train.dtype == torch.float32
    assert float(train.mean()) == pytest.approx(0, abs=1e-5)
    assert float(train.std(correction=0)) == pytest.approx(1, abs=1e-5)
    test = as_they_are.normalised(as_they_are.test_images)
    pixels = digits.train.images.astype(np.float64)
    expected = (dark.images - pixels.mean()) / pixels.std()
    np.testing.assert_allclose(test.numpy(), expected, atol=1e-5)


def test_normalising_leaves_the_bytes_as_they_were(prepared: PreparedImages) -> None:
    before = prepared.train_images.clone()
    prepared.normalised(prepared.train_images)
    assert torch.equal(prepared.train_images, before)


def test_each_colour_is_normalised_by_its_own_statistics() -> None:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, [[[100]], [[200]], [[256]]], (50, 3, 4, 4)).astype(np.uint8)
    split = Split.whole(pixels, np.zeros(50, dtype=np.int64))
    colours = prepare(ImageSet("colours", ("a",), split, split), 4, CPU)
    normalised = colours.normalised(colours.train_images)
    np.testing.assert_allclose(normalised.mean(dim=(0, 2, 3)), 0, atol=1e-5)
    np.testing.assert_allclose(normalised.std(dim=(0, 2, 3), correction=0), 1, atol=1e-5)


def test_without_a_size_images_stay_as_they_are_square_or_not() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (3, 2, 5, 7)).astype(np.uint8)
    split = Split.whole(pixels, np.zeros(3, dtype=np.int64))
    same = prepare(ImageSet("wide", ("a",), split, split), None, CPU)
    assert (same.train_images.numpy() == pixels).all()
    assert (same.test_images.numpy() == pixels).all()
    assert same.shape == (2, 5, 7)


def test_the_shape_is_that_of_the_resized_images(prepared: PreparedImages) -> None:
    assert prepared.shape == (1, 32, 32)


# --- batches


def test_the_training_split_comes_in_batches_in_order(prepared: PreparedImages) -> None:
    batches = list(prepared.train_batches(500))
    assert [len(labels) for _, labels in batches] == [500, 500, 100]
    assert torch.equal(torch.cat([pixels for pixels, _ in batches]), prepared.train_images)
    assert torch.equal(torch.cat([labels for _, labels in batches]), prepared.train_labels)


@pytest.mark.parametrize("size", [None, 32])
def test_the_validation_split_comes_in_batches_resized_as_the_others_are(
    digits: ImageSet, size: int | None
) -> None:
    # the test split held back as well: then both must come out alike
    prepared = prepare(dataclasses.replace(digits, validation=digits.test), size, CPU)
    batches = list(prepared.validation_batches(300))
    assert [len(labels) for _, labels in batches] == [300, 300, 97]
    assert torch.equal(torch.cat([pixels for pixels, _ in batches]), prepared.test_images)
    assert torch.equal(torch.cat([labels for _, labels in batches]), prepared.test_labels)


def test_without_a_validation_split_there_are_no_batches_of_it(prepared: PreparedImages) -> None:
    with pytest.raises(ValueError, match="there is no validation split"):
        next(prepared.validation_batches(300))
