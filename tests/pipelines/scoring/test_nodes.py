"""Scores from what has replicates."""

from pathlib import Path

import numpy as np
import pytest

from leanset.images import ImageSet, Split
from leanset.pipelines.scoring.nodes import (
    score_from_clustering,
    score_from_embedding,
    score_from_log,
)
from leanset.pipelines.stored import stored_images
from leanset.provenance import Work, as_fact, work_before
from leanset.store import Key, Store
from tests.pipelines.examples import (
    LABELS,
    SAMPLES,
    cell,
    clustering,
    embedding,
    log,
    own,
    plan,
    sweep,
    trained,
)

EL2N = {"method": "el2n", "log": "g"}
TYPICAL = {"method": "prototype_distance", "clustering": "k2", "metric": "cosine"}
MEDIAN = {"method": "class_median_distance", "embedding": "features"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def test_a_score_from_a_log_has_a_replicate_for_each_block_of_its_proxies(store: Store) -> None:
    entry = log(store, 5)
    reads = plan(cell(2, "score_el2n"))
    scores = score_from_log([entry], reads, store, EL2N, sweep(), name="el2n")
    assert [work_before(score) for score in scores] == [trained(entry, 0, 1), trained(entry, 2, 3)]
    listed = sweep(5, scores=["el2n"])
    assert len(score_from_log([entry], reads, store, EL2N, listed, name="el2n")) == 5
    assert len(score_from_log([entry], plan(), store, EL2N, sweep(), name="el2n")) == 1


def test_a_score_from_a_log_has_the_key_it_had_before_blocks_had_names(store: Store) -> None:
    entry = log(store, 5)
    _, second = score_from_log(
        [entry], plan(cell(2, "score_el2n")), store, EL2N, sweep(), name="el2n"
    )
    assert second.key == Key.of(
        "score",
        source=f"log {entry.key.digest}, block 1 of 2",
        settings={"method": "el2n", "epoch": None},
        version=1,
    )


def test_a_score_from_an_embedding_has_a_replicate_for_each_of_the_embedding(store: Store) -> None:
    split = Split.whole(np.zeros((SAMPLES, 1, 2, 2), dtype=np.uint8), LABELS)
    images = [stored_images(store, ImageSet("dots", ("zero", "one"), split, split))]
    proxy = {"proxy 0": Work(60.0, 5)}
    entries = [embedding(store, 1.0, behind=as_fact(proxy)), embedding(store, 5.0)]
    first, second = score_from_embedding(entries, images, store, MEDIAN)
    # samples 0 and 3 are of one class, 1 and 2 of the other; only their numbers tell them apart
    assert first["values"].tolist() == second["values"].tolist() == [1.5, 0.5, 0.5, 1.5]
    assert first.key != second.key
    assert work_before(first) == {**own(entries[0]), **proxy}
    assert work_before(second) == own(entries[1])


def test_a_score_from_a_clustering_looks_at_the_embedding_of_the_same_run(store: Store) -> None:
    fits = [clustering(store, 5.0), clustering(store, 6.0)]
    # a sample lies at (value, its number, value · label): at right angles to the first axis, where
    # the centroids are, if the value is 0, and on it if it has number and label 0
    embeddings = [embedding(store, value) for value in (0.0, 100.0, 7.0)]
    scores = score_from_clustering(fits, embeddings, store, TYPICAL)
    assert len(scores) == 2
    assert scores[0]["values"].tolist() == [1, 1, 1, 1]
    assert scores[1]["values"][0] == 0
    assert [work_before(score) for score in scores] == [own(fit) for fit in fits]


def test_a_score_from_a_clustering_shares_an_embedding_that_has_no_replicates(
    store: Store,
) -> None:
    fits = [clustering(store, 5.0), clustering(store, 6.0)]
    scores = score_from_clustering(fits, [embedding(store, 0.0)], store, TYPICAL)
    assert [score["values"].tolist() for score in scores] == [[1, 1, 1, 1]] * 2
