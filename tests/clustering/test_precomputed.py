"""Clusterings out of a file, placed in an embedding."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from leanset.clustering import KMeans, PrecomputedClustering
from leanset.embeddings.pixels import Pixels
from leanset.errors import LeansetError
from leanset.images import ImageSet
from tests.precomputed.examples import rows_in_use, save

# two on the left, one above the other, three on the right
POINTS = np.array([[0, 0], [0, 2], [10, 0], [10, 3], [10, 6]], dtype=np.float32)
SIDES = np.array([0, 0, 1, 1, 1])


def given(clusters: int = 2, **changes: Any) -> PrecomputedClustering:
    block = {"method": "precomputed", "embedding": "clip", "file": "a.npy", "clusters": clusters}
    return PrecomputedClustering.model_validate(block | changes)


def test_a_cluster_is_around_the_mean_of_its_samples(tmp_path: Path) -> None:
    save(tmp_path / "a.npy", SIDES)
    clustering = given().place(tmp_path, rows_in_use(5), POINTS)
    assert clustering.assignment.tolist() == SIDES.tolist()
    assert clustering.centroids.tolist() == [[0, 1], [10, 3]]
    assert clustering.distance.tolist() == [1, 1, 3, 0, 3]
    kinds = [array.dtype for array in clustering.arrays().values()]
    assert kinds == [np.int64, np.float64, np.float32]


def test_a_cluster_is_around_the_centroid_that_is_given(tmp_path: Path) -> None:
    save(tmp_path / "a.npy", SIDES)
    save(tmp_path / "c.npy", np.array([[0.0, 0.0], [10.0, 6.0], [5.0, 5.0]]))
    clustering = given(3, centroids={"file": "c.npy"}).place(tmp_path, rows_in_use(5), POINTS)
    assert clustering.distance.tolist() == [0, 2, 6, 3, 0]
    assert clustering.sizes.tolist() == [2, 3, 0]


def test_a_cluster_without_samples_is_left_out_where_it_can_have_no_mean(tmp_path: Path) -> None:
    # 1 has no sample at all, 4 none that is trained on: of 0, 2 and 3 the numbers move up
    save(tmp_path / "a.npy", np.array([3, 0, 2, 4, 3, 2]))
    rows = rows_in_use([0, 1, 2, 4, 5], validation=[3])
    clustering = given(5).place(tmp_path, rows, POINTS)
    assert clustering.assignment.tolist() == [2, 0, 1, 2, 1]
    assert clustering.centroids.tolist() == [[0, 2], [10, 3], [5, 1.5]]
    assert clustering.sizes.tolist() == [1, 2, 2]


def test_a_copy_of_k_means_is_placed_as_it_was(tmp_path: Path, digits: ImageSet) -> None:
    pixels = Pixels(method="pixels").embed(digits.train.images)
    fitted = KMeans(embedding="clip", clusters=20).fit(pixels, seed=0)
    save(tmp_path / "a.npy", fitted.assignment)
    save(tmp_path / "c.npy", fitted.centroids)
    rows = rows_in_use(len(pixels))
    copy = given(20, centroids={"file": "c.npy"}).place(tmp_path, rows, pixels)
    for name, array in fitted.arrays().items():
        assert (copy.arrays()[name] == array).all(), name
    around_means = given(20).place(tmp_path, rows, pixels)
    assert (around_means.assignment == fitted.assignment).all()
    for cluster, centroid in enumerate(around_means.centroids):
        mean = pixels[fitted.assignment == cluster].astype(np.float64).mean(axis=0)
        assert centroid == pytest.approx(mean, rel=1e-6)


@pytest.mark.parametrize(
    ("assignment", "told"),
    [
        ([0, 1, 2, 0, 1], "sample 2 is in cluster 2 of 2. Number clusters from 0 to 1, or"),
        ([0, -1, 1, 0, 1], "sample 1 is in cluster -1 of 2"),
        ([0.0, 1.0, 1.0, 0.0, 1.0], "the file holds float64. Save it as int64"),
        ([0, 1, 1, 0], "the file has 4 rows"),
        ([[0], [1], [1], [0], [1]], r"shape \(5, 1\). Give one number"),
    ],
)
def test_an_assignment_to_no_cluster_is_refused(tmp_path: Path, assignment: Any, told: str) -> None:
    save(tmp_path / "a.npy", np.array(assignment))
    with pytest.raises(LeansetError, match=rf"a\.npy: .*{told}"):
        given().place(tmp_path, rows_in_use(5), POINTS)


@pytest.mark.parametrize(
    ("centroids", "told"),
    [
        (np.zeros((3, 2)), r"float64 of shape \(3, 2\). Give a row of 2 numbers, as embedding cl"),
        (np.zeros((2, 3)), r"float64 of shape \(2, 3\)"),
        (np.zeros(2), r"shape \(2,\)"),
        (np.zeros((2, 2), dtype=np.int64), r"int64 of shape"),
        (np.array([[0, 0], [0, np.nan]]), "1 of 2 samples have a value that is NaN"),
    ],
)
def test_centroids_that_are_not_one_for_each_cluster_are_refused(
    tmp_path: Path, centroids: Any, told: str
) -> None:
    save(tmp_path / "a.npy", SIDES)
    save(tmp_path / "c.npy", centroids)
    with pytest.raises(LeansetError, match=rf"c\.npy: .*{told}"):
        given(centroids={"file": "c.npy"}).place(tmp_path, rows_in_use(5), POINTS)


def test_one_cluster_is_enough_and_none_is_too_few(tmp_path: Path) -> None:
    save(tmp_path / "a.npy", np.zeros(5, dtype=np.int64))
    assert given(1).place(tmp_path, rows_in_use(5), POINTS).centroids.shape == (1, 2)
    with pytest.raises(ValidationError, match="greater than 0"):
        given(0)
