"""What holds for every selector: exactly the budget, distinct, in range, the same by its seed."""

from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from leanset.clustering import Clustering
from leanset.selectors import (
    METHODS,
    Clustered,
    Full,
    Materials,
    Random,
    Rs2,
    Selector,
    StratifiedRandom,
)

SELECTORS: tuple[Selector, ...] = (
    Full(method="full"),
    Random(method="random"),
    Rs2(method="rs2"),
    StratifiedRandom(method="stratified_random"),
    Clustered(method="clustered", clustering="c", keep="closest"),
    Clustered(method="clustered", clustering="c", keep="furthest"),
    Clustered(method="clustered", clustering="c", keep="random"),
    Clustered(method="clustered", clustering="c", keep="hybrid", closest_share=0.5),
    Clustered(method="clustered", clustering="c", keep="hybrid", closest_share=0.001),
    Clustered(method="clustered", clustering="c", keep="hybrid", closest_share=0.37),
)


@dataclass(frozen=True)
class Case:
    materials: Materials
    keep: int


def materials_of(
    assignment: np.ndarray, distance: np.ndarray, labels: np.ndarray, clusters: int
) -> Materials:
    centroids = np.zeros((clusters, 1), dtype=np.float32)
    return Materials(labels, {"c": Clustering(assignment, distance, centroids)})


@st.composite
def small_cases(draw: st.DrawFn) -> Case:
    """Written out sample by sample, so that hypothesis can shrink a failure to its core."""
    clusters = draw(st.integers(2, 8))
    samples = draw(
        st.lists(
            st.tuples(st.integers(0, clusters - 1), st.integers(0, 3), st.integers(0, 2)),
            min_size=1,
            max_size=30,
        )
    )
    assignment, distance, labels = (
        np.array(column, np.int64) for column in zip(*samples, strict=True)
    )
    materials = materials_of(assignment, distance.astype(np.float64), labels, clusters)
    return Case(materials, draw(st.integers(1, len(samples))))


@st.composite
def large_cases(draw: st.DrawFn) -> Case:
    """Up to 5,000 clusters: many of them empty, of one sample, or of nearly all samples."""
    clusters = draw(st.integers(2, 5000))
    size = draw(st.integers(1, 6000))
    skew = draw(st.sampled_from([0.0, 0.5, 1.0, 3.0]))
    distances_that_differ = draw(st.sampled_from([1, 5, 10**9]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    weights = rng.permutation((1.0 + np.arange(clusters)) ** -skew)
    assignment = rng.choice(clusters, size, p=weights / weights.sum())
    distance = rng.integers(0, distances_that_differ, size).astype(np.float64)
    labels = rng.choice(10, size, p=rng.dirichlet(np.full(10, 0.3)))
    keep = draw(st.one_of(st.integers(1, size), st.sampled_from([1, size])))
    return Case(materials_of(assignment, distance, labels, clusters), keep)


def check(selector: Selector, case: Case, seed: int) -> None:
    available = len(case.materials.labels)
    keep = available if isinstance(selector, Full) else case.keep
    first, second = (
        selector.select(keep, case.materials, np.random.default_rng(seed)) for _ in range(2)
    )
    expected = available if selector.redraws else keep
    assert first.shape == (expected,)
    assert np.issubdtype(first.dtype, np.integer)
    assert len(np.unique(first)) == expected
    assert first.min() >= 0
    assert first.max() < available
    assert (first == second).all()


def test_every_method_is_among_the_selectors_tested_here() -> None:
    assert {selector.method for selector in SELECTORS} == set(METHODS)


@given(st.sampled_from(SELECTORS), small_cases(), st.integers(0, 2**63 - 1))
@settings(max_examples=300, deadline=None)
def test_a_subset_has_exactly_its_budget_on_few_samples(
    selector: Selector, case: Case, seed: int
) -> None:
    check(selector, case, seed)


@given(large_cases(), st.integers(0, 2**63 - 1))
@settings(max_examples=60, deadline=None)
def test_a_subset_has_exactly_its_budget_with_up_to_5000_clusters(case: Case, seed: int) -> None:
    for selector in SELECTORS:
        check(selector, case, seed)


@given(small_cases(), st.integers(0, 2**63 - 1))
@settings(deadline=None)
def test_selecting_leaves_its_materials_alone(case: Case, seed: int) -> None:
    clustering = case.materials.clusterings["c"]
    before = [a.copy() for a in (case.materials.labels, *clustering.arrays().values())]
    for selector in SELECTORS[1:]:
        selector.select(case.keep, case.materials, np.random.default_rng(seed))
    after = (case.materials.labels, *clustering.arrays().values())
    assert all((a == b).all() for a, b in zip(before, after, strict=True))


def test_arrays_mapped_read_only_from_disk_are_selected_from_as_well() -> None:
    rng = np.random.default_rng(0)
    assignment, distance, labels = rng.integers(0, 5, 50), rng.random(50), rng.integers(0, 3, 50)
    for array in (assignment, distance, labels):
        array.flags.writeable = False
    case = Case(materials_of(assignment, distance, labels, clusters=5), 17)
    for selector in SELECTORS:
        check(selector, case, seed=0)


def test_the_global_random_state_is_neither_read_nor_moved() -> None:
    rng = np.random.default_rng(0)
    materials = materials_of(rng.integers(0, 5, 50), np.zeros(50), rng.integers(0, 3, 50), 5)
    for selector in SELECTORS[1:]:
        chosen = []
        for global_seed in (1, 2):
            np.random.seed(global_seed)  # noqa: NPY002 - the global state is what must not matter
            before = np.random.get_state()[1].tolist()  # type: ignore[index] # noqa: NPY002
            chosen.append(selector.select(17, materials, np.random.default_rng(3)).tolist())
            assert np.random.get_state()[1].tolist() == before  # type: ignore[index] # noqa: NPY002
        assert chosen[0] == chosen[1]
