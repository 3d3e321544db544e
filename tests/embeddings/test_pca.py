import numpy as np
import pytest
from pydantic import ValidationError

from leanset.embeddings.pca import Pca
from leanset.errors import LeansetError
from leanset.images import ImageSet


def pca(components: int) -> Pca:
    return Pca(method="pca", components=components)


def by_svd(images: np.ndarray, components: int) -> np.ndarray:
    """The textbook's way in double precision: centre, decompose, project."""
    pixels = images.reshape(len(images), -1).astype(np.float64)
    pixels -= pixels.mean(axis=0)
    _, _, directions = np.linalg.svd(pixels, full_matrices=False)
    projected: np.ndarray = pixels @ directions[:components].T
    return projected


def test_the_components_are_those_of_a_singular_value_decomposition(digits: ImageSet) -> None:
    embedding = pca(10).embed(digits.train.images)
    expected = by_svd(digits.train.images, 10)
    assert embedding.dtype == np.float32
    assert embedding.shape == (1100, 10)
    # a component's sign is free; a thousandth of a grey level is what single precision leaves
    np.testing.assert_allclose(np.abs(embedding), np.abs(expected), atol=0.05)


def test_images_along_one_line_lie_on_the_first_component_at_their_true_distances() -> None:
    # images 0, 3, 4 times the direction (0, 2, 1, 2) of length 3: distances 9 and 3 between them
    direction = np.array([0, 2, 1, 2], dtype=np.uint8).reshape(1, 2, 2)
    images = np.stack([direction * 0, direction * 3, direction * 4])
    embedding = pca(2).embed(images)
    first = embedding[:, 0] - embedding[0, 0]
    np.testing.assert_allclose(np.abs(first), [0, 9, 12], atol=1e-3)
    np.testing.assert_allclose(embedding[:, 1], 0, atol=1e-3)


def test_components_are_centred_uncorrelated_ordered_and_not_whitened(digits: ImageSet) -> None:
    embedding = pca(20).embed(digits.train.images).astype(np.float64)
    np.testing.assert_allclose(embedding.mean(axis=0), 0, atol=1e-2)
    covariance = np.cov(embedding.T)
    variances = np.diag(covariance)
    assert (np.diff(variances) <= 0).all()
    assert np.abs(covariance - np.diag(variances)).max() < 1e-4 * variances[0]
    pixels = digits.train.images.reshape(1100, -1)
    # the first of all components holds most of the variance of the pixels, unscaled
    assert 0.1 < variances[0] / pixels.var(axis=0).sum() < 0.2


def test_all_components_keep_every_distance(digits: ImageSet) -> None:
    images = digits.train.images[:100]
    embedding = pca(64).embed(images)
    pixels = images.reshape(100, -1).astype(np.float64)
    for a, b in [(0, 1), (5, 50), (98, 99)]:
        true = np.linalg.norm(pixels[a] - pixels[b])
        assert np.linalg.norm(embedding[a] - embedding[b]) == pytest.approx(true, rel=1e-4)


def test_the_embedding_needs_no_seed(digits: ImageSet) -> None:
    first, second = (pca(5).embed(digits.train.images) for _ in range(2))
    assert (first == second).all()


def test_the_images_are_left_as_they_were(digits: ImageSet) -> None:
    before = digits.train.images.copy()
    pca(5).embed(digits.train.images)
    assert (digits.train.images == before).all()


@pytest.mark.parametrize(("samples", "most"), [(100, 64), (20, 20)])
def test_more_components_than_samples_or_pixels_are_refused(
    digits: ImageSet, samples: int, most: int
) -> None:
    message = (
        f"embeddings, method pca: 65 components asked of {samples} samples of 64 values. "
        f"Set components to at most {most}."
    )
    with pytest.raises(LeansetError, match=message):
        pca(65).embed(digits.train.images[:samples])


def test_no_components_are_refused() -> None:
    with pytest.raises(ValidationError, match="greater than 0"):
        pca(0)
