import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from leanset.images import ImageSet, Split
from leanset.training.sharing import shared


def on_disk(array: np.ndarray, folder: Path, name: str) -> np.ndarray:
    np.save(folder / f"{name}.npy", array)
    mapped: np.ndarray = np.load(folder / f"{name}.npy", mmap_mode="r")
    return mapped


def all_on_disk(split: Split, folder: Path) -> Split:
    folder.mkdir()
    arrays = [on_disk(getattr(split, name), folder, name) for name in ("images", "labels", "rows")]
    return Split(*arrays)


@pytest.fixture
def mapped(digits: ImageSet, tmp_path: Path) -> ImageSet:
    train = all_on_disk(digits.train, tmp_path / "train")
    return replace(digits, train=train, test=all_on_disk(digits.test, tmp_path / "test"))


def test_a_set_that_is_only_in_memory_is_read_back_whole(digits: ImageSet) -> None:
    with shared(digits) as handle:
        received = handle.open()
        assert received.hash == digits.hash
        assert (received.name, received.class_names) == (digits.name, digits.class_names)
        assert (received.train.rows == digits.train.rows).all()


def test_what_was_written_to_share_a_set_is_gone_afterwards(digits: ImageSet) -> None:
    with shared(digits) as handle:
        files = [Path(array.file) for array in handle.arrays]
        assert all(file.exists() for file in files)
    assert not any(file.exists() for file in files)


def test_a_set_mapped_from_disk_is_shared_from_where_it_lies(
    mapped: ImageSet, tmp_path: Path
) -> None:
    with shared(mapped) as handle:
        assert all(Path(array.file).is_relative_to(tmp_path) for array in handle.arrays)
        assert handle.open().hash == mapped.hash
    assert mapped.hash == handle.open().hash


def test_what_is_sent_to_a_worker_is_small(digits: ImageSet) -> None:
    with shared(digits) as handle:
        assert len(pickle.dumps(handle)) < 5_000
        assert hash(handle) == hash(pickle.loads(pickle.dumps(handle)))  # noqa: S301


def test_a_received_set_cannot_be_written(digits: ImageSet) -> None:
    with shared(digits) as handle, pytest.raises(ValueError, match="read-only"):
        handle.open().train.labels[0] = 3


def test_a_part_of_a_mapped_array_is_read_back_as_that_part(
    mapped: ImageSet, digits: ImageSet
) -> None:
    part = slice(300, 500)
    train = Split(mapped.train.images[part], mapped.train.labels[part], mapped.train.rows[part])
    with shared(replace(mapped, train=train)) as handle:
        received = handle.open().train
        assert received.rows.tolist() == list(range(300, 500))
        assert (received.images == digits.train.images[part]).all()
        assert (received.labels == digits.train.labels[part]).all()


def test_a_copy_of_a_mapped_array_is_shared_like_any_array_in_memory(mapped: ImageSet) -> None:
    train = replace(mapped.train, images=mapped.train.images.copy())
    with shared(replace(mapped, train=train)) as handle:
        assert handle.open().hash == mapped.hash


def test_a_mirrored_view_of_a_mapped_array_is_read_back_mirrored(mapped: ImageSet) -> None:
    mirrored = replace(
        mapped, train=replace(mapped.train, images=mapped.train.images[:, :, :, ::-1])
    )
    with shared(mirrored) as handle:
        assert handle.open().hash == mirrored.hash


def test_an_array_in_fortran_order_is_read_back_as_it_looks(digits: ImageSet) -> None:
    # what a transposition of axes often leaves: the same pixels in another order of memory
    images = np.asfortranarray(digits.train.images)
    reordered = replace(digits, train=replace(digits.train, images=images))
    with shared(reordered) as handle:
        assert (handle.open().train.images == digits.train.images).all()
