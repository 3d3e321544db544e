"""Walking through a pipeline with a store that builds nothing."""

from pathlib import Path

import numpy as np
import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Node, Pipeline

from leanset.errors import LeansetError
from leanset.io import StoreDataset
from leanset.planning import PlannedArtifact, plan_of
from leanset.store import Built, Entry, Key, Store

FIRST, SECOND = Key("embedding", "first"), Key("embedding", "second")


def built() -> Built:
    return Built({"values": np.arange(3)}, {})


def embed(store: Store) -> list[Entry]:
    return [store.get_or_build(key, built) for key in (FIRST, SECOND)]


def cluster(embedding: list[Entry], store: Store) -> list[Entry]:
    """It is known which fits there will be, whatever they are made from."""
    keys = [Key.of("clustering", embedding=embedded.key.digest) for embedded in embedding]
    return [store.get_or_build(key, built) for key in keys]


def score(embedding: list[Entry], store: Store) -> list[Entry]:
    """It depends on what is in an embedding which scores there will be."""
    mean = float(embedding[0]["values"].mean())
    return [store.get_or_build(Key.of("score", mean=mean), built)]


def compare(_: list[Entry]) -> None:
    raise AssertionError("reported although nothing is to be done")


PIPELINE = Pipeline(
    [
        Node(embed, "store", "embedding_e", name="embed_e"),
        Node(cluster, ["embedding_e", "store"], "clustering_c", name="cluster_c"),
        Node(score, ["embedding_e", "store"], "score_s", name="score_s"),
        Node(score, ["score_s", "store"], "score_t", name="score_t"),
        Node(compare, "score_s", None, name="compare", namespace="reporting"),
    ]
)


def planned(root: Path, pipeline: Pipeline = PIPELINE) -> set[PlannedArtifact]:
    catalog = DataCatalog({"store": StoreDataset(filepath=str(root)), "raw": MemoryDataset("raw")})
    plan = plan_of(pipeline, catalog)
    assert plan.cells == ()
    return set(plan.artifacts)


def test_what_is_made_from_a_promise_is_told_as_far_as_its_key_goes(tmp_path: Path) -> None:
    assert planned(tmp_path / "store") == {
        PlannedArtifact("embedding_e", there=0, missing=2),
        PlannedArtifact("clustering_c", there=0, missing=2),
        PlannedArtifact("score_s", there=0, missing=None),
        PlannedArtifact("score_t", there=0, missing=None),
    }
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_is_counted(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.get_or_build(FIRST, built)
    cluster([store.get_or_build(SECOND, built)], store)
    store.remove(SECOND)
    assert planned(tmp_path) == {
        PlannedArtifact("embedding_e", there=1, missing=1),
        PlannedArtifact("clustering_c", there=1, missing=1),
        PlannedArtifact("score_s", there=0, missing=1),
        PlannedArtifact("score_t", there=0, missing=None),
    }


def test_where_all_is_there_nothing_is_missing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    embedding = embed(store)
    cluster(embedding, store)
    score(score(embedding, store), store)
    assert {artifact.missing for artifact in planned(tmp_path)} == {0}


def test_what_a_person_can_mend_is_said(tmp_path: Path) -> None:
    def read(raw: str) -> str:
        raise LeansetError("there is no such file.", where=raw)

    reading = Pipeline([Node(read, "raw", "images", name="read", namespace="ingestion")])
    with pytest.raises(LeansetError, match=r"raw: there is no such file\."):
        planned(tmp_path, Pipeline([reading, PIPELINE]))
