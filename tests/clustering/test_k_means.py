import numpy as np
import pytest
from pydantic import ValidationError

from leanset.clustering import Clustering, KMeans
from leanset.embeddings.pixels import Pixels
from leanset.errors import LeansetError
from leanset.images import ImageSet
from leanset.seeds import clustering_seed


def kmeans(clusters: int) -> KMeans:
    return KMeans(embedding="pixels", clusters=clusters)


@pytest.fixture(scope="module")
def pixels(digits: ImageSet) -> np.ndarray:
    return Pixels(method="pixels").embed(digits.train.images)


@pytest.fixture(scope="module")
def fitted(pixels: np.ndarray) -> Clustering:
    return kmeans(20).fit(pixels, seed=1)


def test_each_sample_is_with_its_nearest_centroid_at_its_true_distance(
    pixels: np.ndarray, fitted: Clustering
) -> None:
    for sample in range(0, len(pixels), 7):
        offsets = pixels[sample].astype(np.float64) - fitted.centroids
        distances = [float(np.linalg.norm(offset)) for offset in offsets]
        own = distances[fitted.assignment[sample]]
        assert fitted.distance[sample] == pytest.approx(own, rel=1e-12)
        assert own <= min(distances) * (1 + 1e-5)


def test_every_per_sample_array_is_aligned_and_typed(
    pixels: np.ndarray, fitted: Clustering
) -> None:
    assert fitted.assignment.shape == fitted.distance.shape == (1100,)
    assert fitted.assignment.dtype == np.int64
    assert fitted.distance.dtype == np.float64
    assert fitted.centroids.shape == (20, pixels.shape[1])
    assert fitted.centroids.dtype == np.float32
    assert fitted.sizes.sum() == 1100


def test_clusters_far_apart_are_found() -> None:
    rng = np.random.default_rng(0)
    centres = np.array([[0, 0], [1000, 0], [0, 1000]])
    truth = np.repeat([0, 1, 2], 40)
    points = (centres[truth] + rng.normal(size=(120, 2))).astype(np.float32)
    clustering = kmeans(3).fit(points, seed=0)
    assert sorted(clustering.sizes.tolist()) == [40, 40, 40]
    assert all(len(set(clustering.assignment[truth == group])) == 1 for group in range(3))
    assert clustering.distance.max() < 10


def test_distances_are_right_across_the_blocks_they_are_computed_in() -> None:
    # more rows than one block holds, each with a distance told by its own coordinates
    points = np.random.default_rng(0).normal(size=(20_000, 2)).astype(np.float32)
    clustering = kmeans(2).fit(points, seed=0)
    offsets = points.astype(np.float64) - clustering.centroids[clustering.assignment]
    np.testing.assert_allclose(clustering.distance, np.hypot(*offsets.T), rtol=1e-12)


def test_one_seed_gives_one_clustering_and_another_seed_another(
    pixels: np.ndarray, fitted: Clustering
) -> None:
    same, other = (kmeans(20).fit(pixels, seed) for seed in (1, 2))
    assert (same.assignment == fitted.assignment).all()
    assert (same.distance == fitted.distance).all()
    assert (other.assignment != fitted.assignment).any()


def test_a_seed_of_63_bits_is_taken(pixels: np.ndarray) -> None:
    first, second = (kmeans(5).fit(pixels, clustering_seed(0, run)) for run in range(2))
    assert (first.centroids != second.centroids).any()


def test_fitting_leaves_the_global_random_state_and_the_embedding_alone(
    pixels: np.ndarray,
) -> None:
    embedding = pixels.copy()
    before = np.random.get_state()[1].tolist()  # type: ignore[index] # noqa: NPY002
    kmeans(5).fit(embedding, seed=0)
    assert np.random.get_state()[1].tolist() == before  # type: ignore[index] # noqa: NPY002
    assert (embedding == pixels).all()


def test_as_many_clusters_as_samples_is_allowed(pixels: np.ndarray) -> None:
    clustering = kmeans(30).fit(pixels[:30], seed=0)
    assert len(clustering.centroids) == 30
    assert clustering.sizes.sum() == 30


def test_more_clusters_than_samples_are_refused(pixels: np.ndarray) -> None:
    message = r"clustering of pixels: 31 clusters asked of 30 samples\. Lower clusters\."
    with pytest.raises(LeansetError, match=message):
        kmeans(31).fit(pixels[:30], seed=0)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_an_embedding_with_a_value_that_is_no_number_is_refused(
    pixels: np.ndarray, value: float
) -> None:
    bad = pixels.copy()
    bad[[17, 1000], 3] = value
    message = (
        "embedding pixels: 2 of 1100 samples have a value that is NaN or infinite, "
        "the first is sample 17. Mend or drop them; nothing was selected."
    )
    with pytest.raises(LeansetError, match=message):
        kmeans(5).fit(bad, seed=0)


def test_a_single_cluster_is_refused() -> None:
    with pytest.raises(ValidationError, match="greater than or equal to 2"):
        kmeans(1)
