"""What a clustering says of itself."""

import numpy as np
import pytest
from pydantic import ValidationError

from leanset.clustering import Clustering, KMeans, PrecomputedClustering, parse_clusterer

FITTED = Clustering(np.array([0, 3, 3]), np.zeros(3), np.zeros((5, 2), dtype=np.float32))


def test_an_empty_cluster_has_size_zero() -> None:
    assert FITTED.sizes.tolist() == [1, 0, 0, 2, 0]


def test_a_clustering_survives_the_way_through_named_arrays() -> None:
    back = Clustering.from_arrays(FITTED.arrays())
    assert (back.assignment == FITTED.assignment).all()
    assert (back.distance == FITTED.distance).all()
    assert (back.centroids == FITTED.centroids).all()


def test_around_centroids_each_sample_is_at_its_distance_across_blocks() -> None:
    # more rows than one block holds, each with a distance told by its own coordinates
    rng = np.random.default_rng(0)
    points = rng.normal(size=(20_000, 2)).astype(np.float32)
    centroids = rng.normal(size=(3, 2)).astype(np.float32)
    assignment = rng.integers(3, size=20_000)
    clustering = Clustering.around(points, assignment, centroids)
    offsets = points.astype(np.float64) - centroids[assignment]
    np.testing.assert_allclose(clustering.distance, np.hypot(*offsets.T), rtol=1e-12)


def test_a_block_without_a_method_is_one_of_k_means() -> None:
    block = {"embedding": "pixels", "clusters": 5}
    assert parse_clusterer(block) == KMeans(embedding="pixels", clusters=5)
    assert parse_clusterer({"method": "kmeans", **block}) == parse_clusterer(block)
    given = parse_clusterer({"method": "precomputed", "file": "a.npy", **block})
    assert isinstance(given, PrecomputedClustering)


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"method": "kmean"}, "'kmean' found using 'method'.*'kmeans', 'precomputed'"),
        ({"embedding": "pixels", "clusters": 5, "file": "a.npy"}, "there is no key 'file'"),
        ({"method": "precomputed", "file": "a.npy", "embedding": "e"}, "clusters\n.*required"),
        ({"method": "precomputed", "batch_size": 8}, "there is no key 'batch_size'"),
        (5, "valid dictionary"),
    ],
)
def test_a_block_of_no_method_or_with_keys_of_another_is_refused(
    block: object, message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        parse_clusterer(block)
