"""What the entries of a store are to the core."""

from pathlib import Path

import numpy as np
import pytest

from leanset.images import ImageSet, Split
from leanset.pipelines.stored import hash_of, images_of, replicate, scores_of, stored_images
from leanset.store import Store
from tests.pipelines.examples import SAMPLES, score


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def images(validation: Split | None = None) -> ImageSet:
    train = Split.whole(np.arange(16, dtype=np.uint8).reshape(4, 1, 2, 2), np.array([0, 1, 1, 0]))
    test = Split.whole(np.zeros((2, 1, 2, 2), dtype=np.uint8), np.array([0, 1]))
    return ImageSet("dots", ("zero", "one"), train, test, validation)


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


def test_a_score_is_read_from_disk_as_it_was_made(store: Store) -> None:
    found = scores_of(score(store, 0.5))
    assert found.values.dtype == np.float32
    assert found.values.tolist() == [0.5] * SAMPLES
