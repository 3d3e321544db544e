"""Versioned pointers into the store: small files that load as mapped arrays."""

import json
from pathlib import Path

import numpy as np
import pytest
from kedro.io import DatasetError, Version
from kedro.io.core import DatasetNotFoundError, VersionNotFoundError

from leanset.errors import LeansetError
from leanset.io import FolderDataset, StoreDataset, StoredDataset
from leanset.store import Built, Entry, Key, Store

EARLY, LATE = "2026-01-01T00.00.00.000Z", "2026-02-01T00.00.00.000Z"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def entry(store: Store, number: int) -> Entry:
    key = Key.of("embedding", number=number)
    return store.get_or_build(key, lambda: Built({"values": np.full(3, number)}, {"n": number}))


def pointer(tmp_path: Path, save: str | None = None, load: str | None = None) -> StoredDataset:
    return StoredDataset(
        filepath=str(tmp_path / "artifacts" / "clustering.json"),
        store={"filepath": str(tmp_path / "store")},
        version=Version(load, save) if save or load else None,
    )


# --- saving and loading


def test_entries_come_back_in_the_order_of_their_runs(tmp_path: Path, store: Store) -> None:
    entries = [entry(store, number) for number in (5, 3, 4)]
    pointer(tmp_path).save(entries)
    loaded = pointer(tmp_path).load()
    assert loaded == entries
    assert [one["values"].tolist() for one in loaded] == [[5] * 3, [3] * 3, [4] * 3]
    assert all(isinstance(one["values"], np.memmap) for one in loaded)


def test_the_file_is_a_short_list_of_keys(tmp_path: Path, store: Store) -> None:
    one = entry(store, 5)
    pointer(tmp_path).save([one])
    content = json.loads((tmp_path / "artifacts" / "clustering.json").read_text())
    assert content == [{"kind": "embedding", "digest": one.key.digest}]


def test_an_artifact_without_entries_can_be_saved(tmp_path: Path) -> None:
    pointer(tmp_path).save([])
    assert pointer(tmp_path).load() == []


def test_what_was_saved_is_never_none(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="None"):
        pointer(tmp_path).save(None)  # type: ignore[arg-type]


# --- what is not there


def test_a_pointer_exists_once_it_has_been_saved(tmp_path: Path, store: Store) -> None:
    assert not pointer(tmp_path).exists()
    pointer(tmp_path).save([entry(store, 5)])
    assert pointer(tmp_path).exists()


def test_a_pointer_that_was_never_saved_cannot_be_loaded(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"clustering\.json"):
        pointer(tmp_path).load()


def test_a_damaged_entry_is_refused_with_what_to_do(tmp_path: Path, store: Store) -> None:
    one = entry(store, 5)
    pointer(tmp_path).save([one])
    file = one.folder / "values.npy"
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    with pytest.raises(DatasetError) as caught:
        pointer(tmp_path).load()
    assert isinstance(caught.value.__cause__, LeansetError)
    assert "values.npy has another checksum" in str(caught.value)
    assert "Run the sweep again: it builds what is missing." in str(caught.value)


def test_an_entry_that_was_deleted_is_refused(tmp_path: Path, store: Store) -> None:
    one = entry(store, 5)
    pointer(tmp_path).save([one])
    (one.folder / "values.npy").unlink()
    with pytest.raises(DatasetError, match=r"values\.npy is missing"):
        pointer(tmp_path).load()


# --- versions


def test_each_version_keeps_its_own_entries(tmp_path: Path, store: Store) -> None:
    early, late = entry(store, 5), entry(store, 6)
    pointer(tmp_path, save=EARLY).save([early])
    pointer(tmp_path, save=LATE).save([late])
    assert pointer(tmp_path, load=EARLY).load() == [early]
    assert pointer(tmp_path, load=LATE).load() == [late]


def test_without_a_version_asked_for_the_latest_is_loaded(tmp_path: Path, store: Store) -> None:
    for version, number in ((EARLY, 5), (LATE, 6)):
        pointer(tmp_path, save=version).save([entry(store, number)])
    unpinned = pointer(tmp_path, save="2026-03-01T00.00.00.000Z")
    assert unpinned.load() == [entry(store, 6)]


def test_a_version_is_written_once(tmp_path: Path, store: Store) -> None:
    pointer(tmp_path, save=EARLY).save([entry(store, 5)])
    with pytest.raises(DatasetError, match="must not exist"):
        pointer(tmp_path, save=EARLY).save([entry(store, 6)])


def test_a_version_that_nobody_saved_cannot_be_loaded(tmp_path: Path) -> None:
    with pytest.raises((VersionNotFoundError, DatasetNotFoundError, DatasetError)):
        pointer(tmp_path, load=EARLY).load()
    assert not pointer(tmp_path, load=EARLY).exists()


def test_it_says_where_its_files_and_its_arrays_are(tmp_path: Path) -> None:
    said = str(pointer(tmp_path))
    assert "clustering.json" in said
    assert str(tmp_path / "store") in said


# --- the two datasets that are only read


def test_a_folder_is_loaded_as_its_path_whether_or_not_it_is_there(tmp_path: Path) -> None:
    dataset = FolderDataset(filepath=str(tmp_path / "raw"))
    assert dataset.load() == tmp_path / "raw"
    assert not dataset.exists()
    (tmp_path / "raw").mkdir()
    assert dataset.exists()


def test_raw_data_are_never_written(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="Raw data are never written"):
        FolderDataset(filepath=str(tmp_path)).save(1)  # type: ignore[arg-type]


def test_the_store_is_loaded_before_its_folder_exists(tmp_path: Path) -> None:
    dataset = StoreDataset(filepath=str(tmp_path / "store"))
    assert dataset.exists()
    built = entry(dataset.load(), 5)
    assert Store(tmp_path / "store").get(built.key) == built


def test_the_store_is_not_saved_as_a_whole(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="saved by the store itself"):
        StoreDataset(filepath=str(tmp_path)).save(1)  # type: ignore[arg-type]
