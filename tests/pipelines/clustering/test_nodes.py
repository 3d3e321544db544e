"""Clusterings of an embedding that has replicates, and of one that has none."""

from pathlib import Path

import numpy as np
import pytest

from leanset.clustering import KMeans
from leanset.pipelines.clustering.nodes import cluster
from leanset.provenance import Work, as_fact, work_before
from leanset.seeds import clustering_seed
from leanset.store import Entry, Key, Store
from leanset.sweep import Cell
from tests.pipelines.examples import cell, embedding, own, plan, sweep


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def fitted(
    entries: list[Entry], store: Store, *cells: Cell, runs: int = 3, listed: bool = False
) -> list[Entry]:
    kmeans = KMeans(embedding="features", clusters=2)
    return cluster(entries, plan(*cells), store, kmeans, sweep(runs), name="k2", listed=listed)


def test_each_run_is_fitted_on_its_own_replicate_of_the_embedding(store: Store) -> None:
    proxy = {number: {f"proxy {number}": Work(60.0, 5)} for number in range(3)}
    entries = [
        embedding(store, 100.0 * number, behind=as_fact(proxy[number])) for number in range(3)
    ]
    # two runs only: the third replicate is for others
    fits = fitted(entries, store, cell(2, "clustering_k2"))
    # the first number of a sample is the value of its replicate, and so it is of all centroids
    for fit, value in zip(fits, (0, 100), strict=True):
        np.testing.assert_allclose(fit["centroids"][:, 0], value, rtol=1e-6)
    for fit, entry, number in zip(fits, entries, range(2), strict=False):
        assert work_before(fit) == {**own(entry), **proxy[number]}


def test_all_runs_are_fitted_on_the_only_replicate_from_seeds_of_their_own(store: Store) -> None:
    fits = fitted([embedding(store, 1.0)], store, cell(3, "clustering_k2"))
    assert len({fit.key for fit in fits}) == 3
    assert len({str(work_before(fit)) for fit in fits}) == 1


def test_behind_a_score_that_the_sweep_lists_it_is_fitted_for_the_runs_of_the_sweep(
    store: Store,
) -> None:
    entries = [embedding(store, 1.0)]
    assert len(fitted(entries, store, cell(1, "clustering_k2"))) == 1
    assert len(fitted(entries, store, cell(1, "clustering_k2"), listed=True)) == 3


def test_a_clustering_has_the_key_it_had_before_there_were_other_methods(store: Store) -> None:
    entry = embedding(store, 1.0)
    (fit,) = fitted([entry], store)
    assert fit.key == Key.of(
        "clustering",
        embedding=entry.key.digest,
        settings={"clusters": 2, "batch_size": 1024, "passes": 20, "patience": 5},
        seed=clustering_seed(1, 0),
        version=2,
    )
