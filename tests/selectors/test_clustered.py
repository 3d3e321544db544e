from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from leanset.clustering import Clustering
from leanset.selectors import Clustered, Materials, Needs

Keep = Literal["closest", "furthest", "random", "hybrid"]

# sample:           0    1    2    3    4    5    6    7    8    9
ASSIGNMENT = np.array([0, 1, 0, 1, 0, 1, 0, 1, 2, 0])
DISTANCE = np.array([5.0, 4.0, 1.0, 2.0, 3.0, 8.0, 9.0, 6.0, 7.0, 2.0])
# cluster 0 from near to far: 2 (1.0), 9 (2.0), 4 (3.0), 0 (5.0), 6 (9.0)
# cluster 1 from near to far: 3 (2.0), 1 (4.0), 7 (6.0), 5 (8.0)
# cluster 2: 8 alone


def clustered(keep: Keep, closest_share: float | None = None) -> Clustered:
    return Clustered(
        method="clustered", clustering="pca50_k50", keep=keep, closest_share=closest_share
    )


def materials(assignment: np.ndarray, distance: np.ndarray, clusters: int) -> Materials:
    clustering = Clustering(assignment, distance, np.zeros((clusters, 1), dtype=np.float32))
    return Materials(np.zeros(len(assignment), dtype=np.int64), {"pca50_k50": clustering})


def chosen(selector: Clustered, keep: int, of: Materials, seed: int = 0) -> list[int]:
    return sorted(selector.select(keep, of, np.random.default_rng(seed)).tolist())


EXAMPLE = materials(ASSIGNMENT, DISTANCE, clusters=3)


def test_closest_keeps_the_nearest_of_every_cluster() -> None:
    # 3 of three clusters: one each, 2 (1.0), 3 (2.0) and 8
    assert chosen(clustered("closest"), 3, EXAMPLE) == [2, 3, 8]
    # 5: cluster 2 has only one, so two each of the others; 9 (2.0) and 1 (4.0) join
    assert chosen(clustered("closest"), 5, EXAMPLE) == [1, 2, 3, 8, 9]


def test_furthest_keeps_the_furthest_of_every_cluster() -> None:
    # one each: 6 (9.0), 5 (8.0) and 8, which is near and far at once
    assert chosen(clustered("furthest"), 3, EXAMPLE) == [5, 6, 8]
    # two each of the long ones: 0 (5.0) and 7 (6.0) join
    assert chosen(clustered("furthest"), 5, EXAMPLE) == [0, 5, 6, 7, 8]


def test_hybrid_keeps_its_share_from_the_near_end_and_the_rest_from_the_far_end() -> None:
    # quotas 4 + 4 of eight in two clusters; a quarter near is 1, three quarters far are 3
    two = materials(
        np.array([0] * 6 + [1] * 6), np.array([1.0, 2, 3, 4, 5, 6, 6, 5, 4, 3, 2, 1]), 2
    )
    # cluster 0: nearest 0, furthest 3 4 5; cluster 1 runs backwards: nearest 11, furthest 6 7 8
    assert chosen(clustered("hybrid", 0.25), 8, two) == [0, 3, 4, 5, 6, 7, 8, 11]
    assert chosen(clustered("hybrid", 0.5), 8, two) == [0, 1, 4, 5, 6, 7, 10, 11]
    assert chosen(clustered("hybrid", 0.75), 8, two) == [0, 1, 2, 5, 6, 9, 10, 11]


def test_hybrid_gives_a_share_that_is_not_whole_to_clusters_drawn_by_chance() -> None:
    # quotas 1 + 1 and half of them near: one cluster gives its nearest, the other its furthest
    two = materials(np.array([0, 0, 0, 1, 1, 1]), np.array([1.0, 2, 3, 1, 2, 3]), 2)
    outcomes = {tuple(chosen(clustered("hybrid", 0.5), 2, two, seed)) for seed in range(40)}
    assert outcomes == {(0, 5), (2, 3)}


def test_random_draws_within_the_cluster_whatever_the_distance() -> None:
    # quotas 1 of each: over seeds all five of cluster 0 and all four of cluster 1 are drawn
    drawn = [chosen(clustered("random"), 3, EXAMPLE, seed) for seed in range(200)]
    assert all(sorted(ASSIGNMENT[list(subset)]) == [0, 1, 2] for subset in drawn)
    counts = np.bincount(np.concatenate(drawn), minlength=10)
    in_zero, in_one = counts[ASSIGNMENT == 0], counts[ASSIGNMENT == 1]
    # 200 draws of one in five and one in four: 40 and 50, deviations 5.7 and 6.1
    assert in_zero.min() > 20
    assert in_zero.max() < 60
    assert in_one.min() > 28
    assert in_one.max() < 72
    assert counts[8] == 200


def test_a_short_cluster_passes_its_share_to_the_others() -> None:
    # 9 of sizes 5, 4, 1: cluster 2 gives its one, the others 4 each; furthest leaves out 2
    assert chosen(clustered("furthest"), 9, EXAMPLE) == [0, 1, 3, 4, 5, 6, 7, 8, 9]
    # closest leaves out 6, the furthest of cluster 0
    assert chosen(clustered("closest"), 9, EXAMPLE) == [0, 1, 2, 3, 4, 5, 7, 8, 9]


def test_an_empty_cluster_passes_its_share_to_the_others() -> None:
    with_empty = materials(np.array([4, 4, 4, 1, 1, 1]), np.array([1.0, 2, 3, 1, 2, 3]), 6)
    assert chosen(clustered("closest"), 4, with_empty) == [0, 1, 3, 4]


def test_the_whole_budget_keeps_everything() -> None:
    for selector in (clustered("closest"), clustered("furthest"), clustered("hybrid", 0.3)):
        assert chosen(selector, 10, EXAMPLE) == list(range(10))


def test_fewer_samples_than_clusters_come_from_clusters_drawn_by_chance() -> None:
    # one sample: the nearest of cluster 0, 1 or 2
    assert {tuple(chosen(clustered("closest"), 1, EXAMPLE, s)) for s in range(60)} == {
        (2,),
        (3,),
        (8,),
    }


@pytest.mark.parametrize("keep", ["closest", "furthest"])
def test_ties_are_broken_by_seed_so_that_every_tied_sample_gets_its_turn(keep: Keep) -> None:
    # six samples at one distance in cluster 0, two of them kept; the strays never
    stray = {"closest": 9.0, "furthest": 1.0}[keep]
    tied = materials(np.zeros(8, dtype=np.int64), np.array([5.0] * 6 + [stray] * 2), 1)
    drawn = [chosen(clustered(keep), 2, tied, seed) for seed in range(300)]
    counts = np.bincount(np.concatenate(drawn), minlength=8)
    # each of six is in a third of 300 subsets: 100, deviation 8.2
    assert counts[:6].min() > 65
    assert counts[:6].max() < 135
    assert counts[6:].tolist() == [0, 0]


def test_hybrid_never_counts_a_tied_sample_from_both_ends() -> None:
    tied = materials(np.zeros(6, dtype=np.int64), np.ones(6), 1)
    for seed in range(50):
        assert len(set(chosen(clustered("hybrid", 0.5), 4, tied, seed))) == 4


def slowly(
    keep: Keep, assignment: list[int], distance: list[float], quotas: dict[int, int]
) -> set[int]:
    """What closest and furthest mean: take the best one left of each cluster, quota times."""
    taken: set[int] = set()
    for cluster, quota in quotas.items():
        members = [i for i, own in enumerate(assignment) if own == cluster]
        for _ in range(quota):
            best = members[0]
            for i in members:
                nearer = distance[i] < distance[best]
                further = distance[i] > distance[best]
                if nearer if keep == "closest" else further:
                    best = i
            members.remove(best)
            taken.add(best)
    return taken


def dealt(assignment: list[int], keep: int) -> tuple[dict[int, int], int]:
    """One sample to every cluster that has one more, round after round; and what is left over."""
    quotas = dict.fromkeys(assignment, 0)
    while True:
        takers = [c for c, quota in quotas.items() if quota < assignment.count(c)]
        if not takers or keep < len(takers):
            return quotas, keep
        for c in takers:
            quotas[c] += 1
        keep -= len(takers)


@st.composite
def clusterings_without_ties(draw: st.DrawFn) -> tuple[list[int], list[float], int]:
    assignment = draw(st.lists(st.integers(0, 6), min_size=1, max_size=40))
    order = draw(st.permutations(range(len(assignment))))
    return assignment, [float(place) for place in order], draw(st.integers(1, len(assignment)))


@pytest.mark.parametrize("keep", ["closest", "furthest"])
@given(case=clusterings_without_ties(), seed=st.integers(0, 2**32))
def test_the_ends_kept_are_those_of_a_slow_search_by_hand(
    keep: Keep, case: tuple[list[int], list[float], int], seed: int
) -> None:
    assignment, distance, budget = case
    of = materials(np.array(assignment), np.array(distance), clusters=8)
    kept = set(chosen(clustered(keep), budget, of, seed))
    # which clusters give the few left over is chance, so the quotas are read off the answer,
    # after it is checked that no cluster has more than one above what dealing gives
    level, left_over = dealt(assignment, budget)
    quotas = {c: sum(assignment[i] == c for i in kept) for c in level}
    extra = [quotas[c] - level[c] for c in level]
    assert set(extra) <= {0, 1}
    assert sum(extra) == left_over
    assert kept == slowly(keep, assignment, distance, quotas)


@given(case=clusterings_without_ties(), share=st.floats(0.01, 0.99), seed=st.integers(0, 2**32))
def test_hybrid_keeps_two_ends_and_in_all_its_share_from_the_near_one(
    case: tuple[list[int], list[float], int], share: float, seed: int
) -> None:
    assignment, distance, budget = case
    of = materials(np.array(assignment), np.array(distance), clusters=8)
    kept = set(chosen(clustered("hybrid", share), budget, of, seed))
    from_near, whole_clusters = 0, 0
    for cluster in set(assignment):
        members = [i for i, own in enumerate(assignment) if own == cluster]
        members.sort(key=lambda i: distance[i])
        gap = [rank for rank, i in enumerate(members) if i not in kept]
        if not gap:
            # of a cluster kept whole one cannot tell which end a sample was taken from
            whole_clusters += len(members)
            continue
        # what is left out lies in one piece, between the two ends
        assert gap == list(range(gap[0], gap[0] + len(gap)))
        assert abs(gap[0] - (len(members) - len(gap)) * share) < 1
        from_near += gap[0]
    half = 0.5 + 1e-6
    assert from_near - half <= budget * share <= from_near + whole_clusters + half


def test_a_variant_needs_the_clustering_it_names_and_no_labels() -> None:
    assert clustered("closest").needs() == Needs(clusterings=("pca50_k50",))
    assert not clustered("closest").uses_labels()


@pytest.mark.parametrize(("keep", "share"), [("hybrid", None), ("closest", 0.5), ("random", 0.5)])
def test_a_share_is_given_with_hybrid_and_only_with_it(keep: Keep, share: float | None) -> None:
    message = (
        r"closest_share belongs to keep: hybrid, and only to it "
        rf"\(keep is {keep}, closest_share is {share}\)"
    )
    with pytest.raises(ValidationError, match=message):
        clustered(keep, share)


@pytest.mark.parametrize("share", [0.0, 1.0, 1.5])
def test_a_share_lies_between_the_two_ends(share: float) -> None:
    with pytest.raises(ValidationError, match="than"):
        clustered("hybrid", share)


def test_an_unknown_end_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValidationError, match="'closest', 'furthest', 'random' or 'hybrid'"):
        Clustered.model_validate({"method": "clustered", "clustering": "c", "keep": "nearest"})
