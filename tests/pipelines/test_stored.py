"""What a run selects from, out of the entries of a store, and the work that is behind it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from leanset.clustering import Clustering
from leanset.images import ImageSet, Split
from leanset.pipelines.stored import (
    hash_of,
    images_of,
    materials_of,
    replicate,
    scores_of,
    stored_images,
)
from leanset.provenance import Work, as_fact, total
from leanset.selectors import Needs
from leanset.store import Built, Entry, Key, Store

SAMPLES = 4


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def images(validation: Split | None = None) -> ImageSet:
    train = Split.whole(np.arange(16, dtype=np.uint8).reshape(4, 1, 2, 2), np.array([0, 1, 1, 0]))
    test = Split.whole(np.zeros((2, 1, 2, 2), dtype=np.uint8), np.array([0, 1]))
    return ImageSet("dots", ("zero", "one"), train, test, validation)


def score(store: Store, value: float, uses_labels: bool = True, **facts: Any) -> Entry:
    """A score that is the same everywhere."""
    built = Built(
        {"values": np.full(SAMPLES, value, dtype=np.float32)}, {"uses_labels": uses_labels, **facts}
    )
    return store.get_or_build(Key.of("score", value=value), lambda: built)


def clustering(store: Store, distance: float, **facts: Any) -> Entry:
    """A clustering in which all samples are equally far from their centroid."""
    fitted = Clustering(
        np.array([0, 0, 1, 1]), np.full(SAMPLES, distance), np.zeros((2, 3), dtype=np.float32)
    )
    built = Built(fitted.arrays(), facts)
    return store.get_or_build(Key.of("clustering", distance=distance), lambda: built)


def own(entry: Entry) -> dict[str, Work]:
    """The work of one entry alone."""
    return {f"{entry.key.kind} {entry.key.digest}": Work(entry.seconds)}


# --- the image set


@pytest.mark.parametrize("held", [None, images().test], ids=["without", "with validation"])
def test_an_image_set_comes_back_with_its_name_and_its_hash(
    store: Store, held: Split | None
) -> None:
    entry = stored_images(store, images(held))
    back = images_of([entry])
    assert (back.name, back.class_names) == ("dots", ("zero", "one"))
    assert back.hash == hash_of([entry]) == images(held).hash
    assert (back.validation is None) == (held is None)


def test_the_same_images_under_another_name_are_another_entry(store: Store) -> None:
    plain = images()
    other = ImageSet("spots", plain.class_names, plain.train, plain.test)
    first, second = stored_images(store, plain), stored_images(store, other)
    assert first.key != second.key
    assert hash_of([first]) == hash_of([second])
    assert images_of([second]).name == "spots"


# --- replicates


def test_each_run_has_its_replicate_or_all_share_the_only_one(store: Store) -> None:
    entries = [score(store, value) for value in (1.0, 2.0, 3.0)]
    assert [replicate(entries, run).key for run in range(3)] == [entry.key for entry in entries]
    assert {replicate(entries[:1], run).key for run in range(9)} == {entries[0].key}


def test_a_run_beyond_the_replicates_is_no_run_of_theirs(store: Store) -> None:
    with pytest.raises(IndexError):
        replicate([score(store, 1.0), score(store, 2.0)], 2)


# --- materials


def test_a_rule_that_needs_nothing_gets_the_labels_and_no_work_is_behind_it() -> None:
    materials, works = materials_of(images().train.labels, Needs(), {}, run=3)
    assert materials.labels.tolist() == [0, 1, 1, 0]
    assert (materials.clusterings, materials.scores, materials.wrong) == ({}, {}, None)
    assert works == {}


def test_a_run_selects_from_its_own_replicates_and_from_what_is_shared(store: Store) -> None:
    artifacts = {
        "score_own": [score(store, 1.0), score(store, 2.0)],
        "score_shared": [score(store, 9.0, uses_labels=False)],
        "clustering_k2": [clustering(store, 5.0), clustering(store, 6.0)],
        "score_unread": [score(store, 7.0)],
    }
    needs = Needs(clusterings=("k2",), scores=("own", "shared"))
    materials, works = materials_of(images().train.labels, needs, artifacts, run=1)
    assert {name: found.values.tolist() for name, found in materials.scores.items()} == {
        "own": [2.0] * 4, "shared": [9.0] * 4,
    }  # fmt: skip
    assert materials.scores["own"].use_labels
    assert not materials.scores["shared"].use_labels
    assert materials.clusterings["k2"].distance.tolist() == [6.0] * 4
    assert works == {
        **own(artifacts["clustering_k2"][1]),
        **own(artifacts["score_own"][1]),
        **own(artifacts["score_shared"][0]),
    }


def test_the_work_behind_two_scores_of_one_log_is_counted_once(store: Store) -> None:
    trained = as_fact({"log d, proxies 0 of 1": Work(60.0, 100)})
    artifacts = {
        "score_a": [score(store, 1.0, behind=trained)],
        "score_b": [score(store, 2.0, behind=trained)],
    }
    _, works = materials_of(images().train.labels, Needs(scores=("a", "b")), artifacts, run=0)
    took = artifacts["score_a"][0].seconds + artifacts["score_b"][0].seconds
    assert total(works).proxy_epochs == 100
    assert total(works).seconds == pytest.approx(60 + took)


def test_a_clustering_that_is_read_and_that_a_score_is_made_from_is_counted_once(
    store: Store,
) -> None:
    fit = clustering(store, 5.0, behind=as_fact({"embedding e": Work(8.0)}))
    made = score(store, 1.0, behind=as_fact({"embedding e": Work(8.0), **own(fit)}))
    _, works = materials_of(
        images().train.labels,
        Needs(clusterings=("k2",), scores=("typical",)),
        {"clustering_k2": [fit], "score_typical": [made]},
        run=0,
    )
    assert works == {"embedding e": Work(8.0), **own(fit), **own(made)}


def test_which_labels_are_wrong_is_told_where_labels_were_made_wrong(store: Store) -> None:
    wrong = np.array([True, False, False, True])
    noise = store.get_or_build(Key.of("noise", of="this"), lambda: Built({"wrong": wrong}, {}))
    materials, works = materials_of(images().train.labels, Needs(), {"label_noise": [noise]}, run=2)
    assert materials.wrong is not None
    assert materials.wrong.tolist() == wrong.tolist()
    assert works == {}


def test_what_is_needed_and_not_there_is_no_silent_nothing() -> None:
    with pytest.raises(KeyError, match="score_el2n"):
        materials_of(images().train.labels, Needs(scores=("el2n",)), {}, run=0)


def test_a_score_is_read_from_disk_as_it_was_made(store: Store) -> None:
    found = scores_of(score(store, 0.5))
    assert found.values.dtype == np.float32
    assert found.values.tolist() == [0.5] * SAMPLES
