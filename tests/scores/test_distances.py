"""Scores that are distances in an embedding, on samples whose distances are worked out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanset.clustering import Clustering, KMeans
from leanset.scores import Sources, prototype_distance
from leanset.scores.class_median_distance import ClassMedianDistance
from leanset.scores.prototype_distance import PrototypeDistance


def median_distance() -> ClassMedianDistance:
    return ClassMedianDistance(method="class_median_distance", embedding="pixels")


def prototypes(metric: str) -> PrototypeDistance:
    return PrototypeDistance.model_validate(
        {"method": "prototype_distance", "clustering": "k2", "metric": metric}
    )


POINTS = np.array([[3, 4], [0, 2], [-1, 1], [0, 0], [5, 0]], dtype=np.float32)


def clustering(*centroids: tuple[float, float]) -> Clustering:
    """Each point with its nearest centroid."""
    places = np.array(centroids, dtype=np.float32)
    distances = np.linalg.norm(POINTS[:, None] - places, axis=2)
    return Clustering(distances.argmin(axis=1), distances.min(axis=1).astype(np.float64), places)


# --- prototype distance


def test_euclidean_distance_is_that_to_the_nearest_centroid() -> None:
    # to (0, 2): √(9 + 4), 0, √2, 2, and (5, 0) is nearest to (5, -1)
    values = prototypes("euclidean").score(clustering((0, 2), (5, -1)), POINTS)
    assert values.dtype == np.float32
    assert values.tolist() == pytest.approx([13**0.5, 0, 2**0.5, 2, 1], rel=1e-6)


def test_cosine_distance_looks_at_directions_only() -> None:
    # cosines to (0, 7) and to (2, 0): .8 and .6; 1 and 0; 1/√2 and less; zero is at right angles
    # to both; 0 and 1
    values = prototypes("cosine").score(clustering((0, 7), (2, 0)), POINTS)
    assert values.dtype == np.float32
    assert values.tolist() == pytest.approx([0.2, 0, 1 - 0.5**0.5, 1, 0], abs=1e-6)


def test_a_centroid_that_is_zero_is_at_right_angles_to_everything() -> None:
    # nothing is nearer than at right angles, unless it points to (0, -1)
    values = prototypes("cosine").score(clustering((0, 0), (0, -1)), POINTS)
    assert values.tolist() == [1, 1, 1, 1, 1]


def test_the_nearest_direction_need_not_be_of_the_own_cluster() -> None:
    # (5, 0) is in the cluster of (4, 4), to which its cosine is 1/√2, but looks towards (99, 0)
    values = prototypes("cosine").score(clustering((4, 4), (99, 0)), POINTS)
    assert values[4] == 0


@given(st.integers(1, 40), st.integers(1, 9), st.integers(1, 7), st.integers(0, 2**32))
def test_cosine_distance_in_blocks_equals_that_of_each_sample_alone(
    samples: int, clusters: int, block: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    embedding = rng.normal(size=(samples, 3)).astype(np.float32)
    centroids = rng.normal(size=(clusters, 3)).astype(np.float32)
    fitted = Clustering(np.zeros(samples, dtype=np.int64), np.zeros(samples), centroids)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prototype_distance, "_BLOCK", block)
        values = prototypes("cosine").score(fitted, embedding)
    for sample, value in zip(embedding, values, strict=True):
        cosines = [
            float(sample @ each) / (np.linalg.norm(sample) * np.linalg.norm(each))
            for each in centroids
        ]
        assert value == pytest.approx(1 - max(cosines), abs=1e-5)
        assert 0 <= value <= 2


def test_a_real_clustering_scores_its_outlier_highest() -> None:
    rng = np.random.default_rng(0)
    points = np.concatenate([rng.normal(0, 1, (50, 2)), rng.normal(100, 1, (50, 2)), [[50, 40]]])
    embedding = points.astype(np.float32)
    fitted = KMeans(embedding="pixels", clusters=2).fit(embedding, seed=0)
    assert prototypes("euclidean").score(fitted, embedding).argmax() == 100


def test_it_is_made_from_the_clustering_it_names() -> None:
    assert prototypes("cosine").sources() == Sources(clustering="k2")


# --- class-median distance


def test_the_distance_is_that_to_the_median_of_the_own_class() -> None:
    # class 0 is (3, 4), (0, 2), (-1, 1): medians 0 and 2; class 4 is (0, 0), (5, 0): 2.5 and 0
    labels = np.array([0, 0, 0, 4, 4])
    values = median_distance().score(POINTS, labels)
    assert values.dtype == np.float32
    assert values.tolist() == pytest.approx([13**0.5, 0, 2**0.5, 2.5, 2.5], rel=1e-6)


def test_one_far_outlier_does_not_move_the_middle() -> None:
    points = np.array([[0], [1], [2], [3], [1e6]], dtype=np.float32)
    values = median_distance().score(points, np.zeros(5, dtype=np.int64))
    assert values.tolist() == [2, 1, 0, 1, 1e6 - 2]


def test_small_distances_far_from_the_origin_are_not_lost() -> None:
    # squares of single precision would not tell 2**23 + 1 from 2**23
    points = np.array([[2**23, 0], [2**23 + 1, 0], [2**23 + 2, 0]], dtype=np.float32)
    values = median_distance().score(points, np.zeros(3, dtype=np.int64))
    assert values.tolist() == [1, 0, 1]


def test_a_class_of_one_sample_is_its_own_middle() -> None:
    assert median_distance().score(POINTS, np.arange(5)).tolist() == [0] * 5


@given(st.permutations(range(5)))
def test_permuting_the_samples_permutes_the_distances(order: list[int]) -> None:
    labels = np.array([0, 1, 0, 1, 0])
    values = median_distance().score(POINTS, labels)
    assert (median_distance().score(POINTS[order], labels[order]) == values[order]).all()


def test_class_median_distance_is_made_from_the_embedding_it_names() -> None:
    assert median_distance().sources() == Sources(embedding="pixels")
