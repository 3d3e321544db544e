import tracemalloc
from collections.abc import Sequence
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.selectors.examples import chosen, times_chosen

from leanset.clustering import Clustering
from leanset.errors import LeansetError
from leanset.selectors.base import Materials, Needs
from leanset.selectors.semdedup import SemDeDup, likeness_before, rows_at_once


def semdedup(keep: Literal["furthest", "closest"] = "furthest") -> SemDeDup:
    return SemDeDup(method="semdedup", embedding="e", clustering="c", keep=keep)


def materials(
    points: Sequence[Sequence[float]] | NDArray[np.floating],
    distance: Sequence[float],
    assignment: Sequence[int] | None = None,
    clusters: int = 1,
) -> Materials:
    samples = len(points)
    clustering = Clustering(
        np.zeros(samples, dtype=np.int64) if assignment is None else np.array(assignment),
        np.array(distance, dtype=np.float64),
        np.zeros((clusters, 1), dtype=np.float32),
    )
    return Materials(
        np.zeros(samples, dtype=np.int64),
        clusterings={"c": clustering},
        embeddings={"e": np.array(points, dtype=np.float32)},
    )


def at_angles(*degrees: float, length: float = 1) -> list[list[float]]:
    return [
        [length * float(np.cos(angle)), length * float(np.sin(angle))]
        for angle in np.radians(degrees)
    ]


def drawn(samples: int, clusters: int = 1, width: int = 3, seed: int = 0) -> Materials:
    rng = np.random.default_rng(seed)
    return materials(
        rng.normal(size=(samples, width)),
        rng.random(samples).tolist(),
        rng.integers(0, clusters, samples).tolist(),
        clusters,
    )


def test_what_is_least_like_any_before_it_is_kept() -> None:
    # at 0 10 90 180 degrees, the furthest from the centroid first
    # 0: none before; 1: cos 10 = 0.985; 2: the higher of cos 90 and cos 80, 0.174
    # 3: the highest of cos 180, cos 170 and cos 90, 0
    of = materials(at_angles(0, 10, 90, 180), [4, 3, 2, 1])
    assert [chosen(semdedup(), keep, of) for keep in (1, 2, 3)] == [[0], [0, 3], [0, 2, 3]]


def test_with_the_closest_first_the_near_one_of_two_alike_is_kept() -> None:
    # 3: none before; 2: cos 90 = 0; 1: the higher of cos 80 = 0.174 and cos 170; 0: cos 10
    of = materials(at_angles(0, 10, 90, 180), [4, 3, 2, 1])
    subsets = [chosen(semdedup("closest"), keep, of) for keep in (1, 2, 3)]
    assert subsets == [[3], [2, 3], [1, 2, 3]]


@pytest.mark.parametrize(("keep", "kept"), [("furthest", [0, 3]), ("closest", [2, 5])])
def test_of_copies_the_one_at_the_named_end_is_kept(
    keep: Literal["furthest", "closest"], kept: list[int]
) -> None:
    of = materials(at_angles(0, 0, 0, 90, 90, 90), [9, 5, 1, 8, 4, 2])
    assert chosen(semdedup(keep), 2, of) == kept


def test_only_samples_of_the_same_cluster_are_compared() -> None:
    # 0 and 1 are copies in two clusters, of which each comes first; 2 is 60 degrees off
    of = materials(at_angles(0, 0, 60), [3, 3, 1], [0, 1, 1], clusters=2)
    assert chosen(semdedup(), 2, of) == [0, 1]


def test_lengths_do_not_matter_and_a_point_without_one_is_like_none() -> None:
    # 1 is like 0 by cos 0 = 1, though ten times as long; that of 2 is 0, that of 3 cos 60 = 0.5
    points = [*at_angles(0), *at_angles(0, length=10), [0.0, 0.0], *at_angles(60)]
    of = materials(points, [4, 3, 2, 1])
    assert [chosen(semdedup(), keep, of) for keep in (2, 3)] == [[0, 2], [0, 2, 3]]


@given(st.integers(1, 12), st.integers(1, 13), st.integers(0, 1000))
def test_likeness_is_the_highest_cosine_to_one_before(samples: int, rows: int, seed: int) -> None:
    points = np.random.default_rng(seed).normal(size=(samples, 3)).astype(np.float32)
    expected = [-np.inf] + [
        max(
            float(points[i] @ points[j]) / float(np.linalg.norm(points[i]))
            / float(np.linalg.norm(points[j]))
            for j in range(i)
        )
        for i in range(1, samples)
    ]  # fmt: skip
    np.testing.assert_allclose(likeness_before(points, rows), expected, atol=2e-6)


@given(st.integers(1, 40), st.integers(1, 6), st.integers(0, 1000), st.data())
def test_the_budget_is_what_a_threshold_would_leave(
    samples: int, clusters: int, seed: int, data: st.DataObject
) -> None:
    keep = data.draw(st.integers(1, samples))
    of = drawn(samples, clusters, seed=seed)
    subset = chosen(semdedup(), keep, of)
    assert len(set(subset)) == keep
    likeness = np.empty(samples)
    for cluster in range(clusters):
        members = np.flatnonzero(of.clusterings["c"].assignment == cluster)
        members = members[np.argsort(-of.clusterings["c"].distance[members])]
        likeness[members] = likeness_before(of.embeddings["e"][members], 5)
    dropped = np.setdiff1d(np.arange(samples), subset)
    if len(dropped):
        assert likeness[subset].max() <= likeness[dropped].min() + 2e-6


def test_a_smaller_budget_keeps_part_of_a_larger_one() -> None:
    of = drawn(60, clusters=4)
    assert set(chosen(semdedup(), 10, of)) < set(chosen(semdedup(), 30, of))


def test_exact_copies_in_one_place_are_kept_by_chance() -> None:
    # three of nine each time: 100 of 300, deviation 8.2
    counts = times_chosen(semdedup(), 3, materials([[0.3, 0.1, 0.7]] * 9, [1.0] * 9), seeds=300)
    assert counts.min() > 65
    assert counts.max() < 135


def test_clusters_may_be_empty_and_more_than_the_budget() -> None:
    of = drawn(20, clusters=30)
    firsts = len(np.unique(of.clusterings["c"].assignment))
    subset = chosen(semdedup(), firsts, of)
    assert len(np.unique(of.clusterings["c"].assignment[subset])) == firsts
    assert len(chosen(semdedup(), 2, of)) == 2


def test_the_memory_allowed_does_not_matter_to_what_is_kept() -> None:
    of = drawn(80, clusters=2)
    less = Materials(of.labels, of.clusterings, embeddings=of.embeddings, memory=2000)
    assert rows_at_once(40, 2000) == 3
    assert chosen(semdedup(), 30, less, seed=4) == chosen(semdedup(), 30, of, seed=4)


def test_a_value_that_is_not_finite_is_refused() -> None:
    of = drawn(6)
    of.embeddings["e"][2] = np.nan
    with pytest.raises(LeansetError, match=r"embedding e: 1 of 6 .* sample 2"):
        chosen(semdedup(), 2, of)


def test_the_clustering_and_the_embedding_are_needed_and_no_labels() -> None:
    selector = SemDeDup(method="semdedup", embedding="e", clustering="c")
    assert selector.needs() == Needs(clusterings=("c",), embeddings=("e",))
    assert selector.keep == "furthest"
    assert not selector.uses_labels()


@pytest.mark.parametrize(("clusters", "memory"), [(1, 2_000_000_000), (1, 8_000_000), (20, 10**9)])
def test_no_more_memory_is_taken_than_was_said(clusters: int, memory: int) -> None:
    drawn_of = drawn(5000, clusters, width=32)
    of = Materials(
        drawn_of.labels, drawn_of.clusterings, embeddings=drawn_of.embeddings, memory=memory
    )
    chosen(semdedup(), 3, drawn(10))
    tracemalloc.start()
    chosen(semdedup(), 500, of)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    demand = semdedup().demand(500, of)
    assert 0.3 * demand.memory < peak <= demand.memory
    assert "more clusters" in demand.remedy
