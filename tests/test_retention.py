"""What of old results may go, and what of the store goes with it."""

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from leanset.errors import LeansetError
from leanset.records import model_key, run_record
from leanset.retention import Old, Place, Results, expired, old_of
from leanset.store import Built, Entry, Key, Store

V1, V2, V3 = (f"2026-01-0{day}T10.00.00.000Z" for day in (1, 2, 3))
NOW = datetime.now(UTC)
A, B, C = Key("images", "a"), Key("score", "b"), Key("subset", "c")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "root").mkdir()
    return Place(str(tmp_path / "store"), frozenset([str(tmp_path / "root")]), None)


def root_of(place: Place) -> Path:
    (root,) = place.roots
    return Path(root)


def written(place: Place, dataset: str, version: str) -> Path:
    """Where a version of a dataset lies."""
    path = root_of(place) / dataset / version / Path(dataset).name
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def point(place: Place, dataset: str, version: str, *keys: Key) -> Path:
    path = written(place, dataset, version)
    path.write_text(json.dumps([{"kind": key.kind, "digest": key.digest} for key in keys]))
    return path


def tabulate(place: Place, dataset: str, version: str, **columns: Sequence[Any]) -> Path:
    path = written(place, dataset, version)
    pd.DataFrame(columns).to_parquet(path)
    return path


def build(place: Place, *keys: Key, days: int = 30) -> list[Entry]:
    """Put entries into the store that are so many days old."""
    store = Store(Path(place.store))
    entries = [store.get_or_build(key, lambda: Built({"x": np.arange(3)}, {})) for key in keys]
    for entry in entries:
        age(entry.folder, days)
    return entries


def age(folder: Path, days: int) -> None:
    moment = (NOW - timedelta(days=days)).timestamp()
    os.utime(folder, (moment, moment))


def old(place: Place, keep: int = 1, days: int = 7) -> Old:
    return old_of(place, keep, NOW - timedelta(days=days))


def goes(found: Old) -> set[Key]:
    return {entry.key for entry in found.entries}


def versions(found: Old) -> set[str]:
    return {file.version for files in found.files.values() for file in files}


def everything_under(folder: Path) -> set[str]:
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.parts)
    }


def test_all_versions_but_the_newest_may_go_as_a_whole(place: Place) -> None:
    for version in (V1, V2, V3):
        for dataset in ("image_set.json", "runs/random.parquet", "figures/time.html"):
            written(place, dataset, version).write_text("")
    files = Results(str(root_of(place))).files()
    assert {file.version for file in expired(files, keep=1)} == {V1, V2}
    assert len(expired(files, keep=1)) == 6
    assert {file.version for file in expired(files, keep=2)} == {V1}
    assert expired(files, keep=3) == []
    assert expired(files, keep=99) == []


def test_what_an_interrupted_sweep_left_does_not_push_out_the_last_whole_one(place: Place) -> None:
    for dataset in ("image_set.json", "runs.parquet"):
        written(place, dataset, V1).write_text("")
    written(place, "image_set.json", V2).write_text("")
    files = Results(str(root_of(place))).files()
    assert expired(files, keep=1) == []
    for dataset in ("image_set.json", "runs.parquet"):
        written(place, dataset, V3).write_text("")
    files = Results(str(root_of(place))).files()
    assert {file.version for file in expired(files, keep=1)} == {V1, V2}


def test_a_file_that_was_being_written_counts_for_nothing(place: Place) -> None:
    def draft(version: str) -> Path:
        return written(place, "runs.parquet", version).with_name(".draft-0f3a-runs.parquet")

    point(place, "image_set.json", V2)
    tabulate(place, "runs.parquet", V2, run_key=["r"])
    for version in (V1, V3):
        draft(version).write_bytes(b"half a tab")
    # of an old sweep it goes; a newer one may be writing it just now
    assert [file.path for file in old(place).files[str(root_of(place))]] == [str(draft(V1))]


def test_what_kedro_did_not_name_stays_and_is_read(place: Place) -> None:
    (kept,) = build(place, A)
    point(place, "image_set.json", "baseline", A)
    for version in (V1, V2):
        point(place, "image_set.json", version)
    found = old(place)
    assert (versions(found), goes(found)) == ({V1}, set())
    found.remove()
    assert kept.folder.exists()
    assert {path.name for path in (root_of(place) / "image_set.json").iterdir()} == {V2, "baseline"}


def test_what_is_no_version_is_left_alone(place: Place) -> None:
    notes = {"notes.txt", "2026/results.csv", f"backup/{V1}/other.json", f"{V1}/notes.txt"}
    for note in notes:
        path = root_of(place) / note
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
    for version in (V1, V2):
        point(place, "image_set.json", version)
    old(place).remove()
    assert everything_under(root_of(place)) == notes | {f"image_set.json/{V2}/image_set.json"}


def test_images_artifacts_subsets_runs_and_models_of_what_stays_stay(place: Place) -> None:
    needed = [A, B, C, run_record("r"), run_record("t"), model_key("r")]
    build(place, *needed)
    other = [Key("score", "old"), run_record("old"), model_key("old"), Key("subset", "old")]
    build(place, *other)
    point(place, "image_set.json", V2, A)
    point(place, "scores/el2n.json", V2, B)
    tabulate(place, "subsets/random.parquet", V2, selection=["c"], run=[0])
    tabulate(place, "runs/random.parquet", V2, run_key=["r"], accuracy=[0.5])
    tabulate(place, "choices/random.parquet", V2, run_key=["t"])
    tabulate(place, "runs/random.parquet", V1, run_key=["old"])
    found = old(place)
    assert goes(found) == set(other)
    found.remove()
    store = Store(Path(place.store))
    assert {kept.key for kept in store.kept()} == set(needed)
    assert all(store.find(key) for key in needed)


def test_a_figure_is_no_pointer_and_a_table_without_keys_points_to_nothing(place: Place) -> None:
    build(place, A)
    written(place, "figures/time.json", V1).write_text('{"kind": "images", "digest": "a"}')
    tabulate(place, "summary.parquet", V1, accuracy=[0.5])
    written(place, "summary.csv", V1).write_text("accuracy\n0.5\n")
    assert goes(old(place)) == {A}


@pytest.mark.parametrize(
    ("dataset", "content"),
    [
        ("image_set.json", b'[{"kind": "images", "dig'),
        ("image_set.json", b""),
        ("image_set.json", b"\xff\xfe"),
        ("image_set.json", b'[{"kind": "images"}]'),
        ("image_set.json", b"[[1, 2]]"),
        ("image_set.json", b"3"),
        ("runs/random.parquet", b"PAR1 and no more"),
        ("runs/random.parquet", b""),
    ],
    ids=["cut", "empty", "no text", "no digest", "other", "number", "cut table", "empty table"],
)
def test_where_a_reference_cannot_be_read_nothing_is_removed(
    place: Place, dataset: str, content: bytes
) -> None:
    build(place, A)
    point(place, "scores/el2n.json", V1, A)
    point(place, "scores/el2n.json", V2, A)
    broken = written(place, dataset, V2)
    broken.write_bytes(content)
    with pytest.raises(LeansetError) as refused:
        old(place)
    assert str(refused.value) == (
        f"{broken}: it cannot be read, so nobody knows what of the store it refers to. "
        "Nothing was removed. Restore the file or delete it, then try again."
    )


def test_what_cannot_be_read_of_a_version_that_goes_does_not_matter(place: Place) -> None:
    written(place, "runs.parquet", V1).write_bytes(b"no table")
    tabulate(place, "runs.parquet", V2, run_key=["r"])
    assert versions(old(place)) == {V1}


def test_a_link_that_leads_out_is_refused_and_one_that_stays_inside_is_not(
    place: Place, tmp_path: Path
) -> None:
    inside = point(place, "image_set.json", V1)
    (root_of(place) / "latest").symlink_to(inside.parent)
    assert versions(old(place)) == set()
    (tmp_path / "elsewhere").mkdir()
    (root_of(place) / "models").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(LeansetError, match=r"root/models: it is a link that leads elsewhere"):
        old(place)


def test_a_root_that_is_a_link_itself_is_followed(place: Place, tmp_path: Path) -> None:
    build(place, A)
    point(place, "image_set.json", V1, A)
    (tmp_path / "link").symlink_to(root_of(place))
    linked = Place(place.store, frozenset([str(tmp_path / "link")]), None)
    assert goes(old(linked)) == set()


def test_young_entries_stay_whoever_needs_them(place: Place) -> None:
    build(place, A, days=6)
    build(place, B, days=8)
    assert goes(old(place, days=7)) == {B}
    assert goes(old(place, days=0)) == {A, B}


def test_a_damaged_entry_goes_some_days_after_it_was_set_aside(place: Place) -> None:
    (entry,) = build(place, A)
    (entry.folder / "x.npy").write_bytes(b"no array")
    age(entry.folder, 30)
    assert Store(Path(place.store)).find(A) is None
    (aside,) = entry.folder.parent.iterdir()
    assert goes(old(place)) == set()
    age(aside, 8)
    found = old(place)
    assert goes(found) == {Key("images", aside.name)}
    found.remove()
    assert list(entry.folder.parent.iterdir()) == []


def test_an_entry_without_its_manifest_goes_as_any_other(place: Place) -> None:
    kept, lost = build(place, A, B)
    for entry in (kept, lost):
        (entry.folder / "entry.json").unlink()
        age(entry.folder, 30)
    point(place, "image_set.json", V1, A)
    assert goes(old(place)) == {B}


def test_whatever_any_root_refers_to_stays(place: Place, tmp_path: Path) -> None:
    build(place, A, B, C)
    other = Place(place.store, frozenset([str(tmp_path / "other")]), None)
    point(place, "image_set.json", V1, A)
    point(other, "image_set.json", V1, B)
    for alone, goes_alone in ((place, {B, C}), (other, {A, C})):
        assert goes(old(alone)) == goes_alone
    assert goes(old(place.joined([place, other]))) == {C}


def test_versions_of_one_root_are_no_concern_of_another(place: Place, tmp_path: Path) -> None:
    other = Place(place.store, frozenset([str(tmp_path / "other")]), None)
    for version in (V1, V2):
        point(place, "image_set.json", version)
    point(other, "image_set.json", V1)
    found = old(place.joined([other]))
    assert {root: len(files) for root, files in found.files.items()} == {
        str(root_of(place)): 1,
        str(root_of(other)): 0,
    }


def test_environments_with_another_store_are_left_out(place: Place) -> None:
    stranger = Place("s3://bucket/store", frozenset(["s3://bucket/results"]), None)
    assert place.joined([place, stranger]) == place


def test_one_folder_is_one_store_however_it_is_spelt(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "data")
    stores = [
        "data/store", "./data/store/", "data/../data/store", "link/store", f"{tmp_path}/data/store"
    ]  # fmt: skip
    places = [Place.of({"store": store, "root": "data/base"}, tmp_path) for store in stores]
    assert {place.store for place in places} == {f"{tmp_path}/data/store"}
    assert {place.roots for place in places} == {frozenset([f"{tmp_path}/data/base"])}


def test_an_object_store_is_named_by_its_url_and_has_a_cache_here(tmp_path: Path) -> None:
    settings = {"store": "s3://bucket/store/", "root": "s3://bucket/results", "cache": "data/cache"}
    assert Place.of(settings, tmp_path) == Place(
        "s3://bucket/store", frozenset(["s3://bucket/results"]), f"{tmp_path}/data/cache"
    )


def test_where_nothing_ever_ran_there_is_nothing_to_remove(tmp_path: Path) -> None:
    place = Place(str(tmp_path / "store"), frozenset([str(tmp_path / "root")]), None)
    found = old(place)
    assert (versions(found), found.entries) == (set(), [])
    found.remove()
    assert list(tmp_path.iterdir()) == []


def test_nothing_outside_root_and_store_is_touched(place: Place, tmp_path: Path) -> None:
    build(place, A, B)
    for version in (V1, V2):
        point(place, "image_set.json", version, A)
    for name in (f"image_set.json/{V1}/image_set.json", "store/images/a/entry.json"):
        neighbour = tmp_path / "neighbour" / name
        neighbour.parent.mkdir(parents=True)
        neighbour.write_text("[]")
    before = everything_under(tmp_path)
    old(place).remove()
    gone = before - everything_under(tmp_path)
    assert gone == {
        f"root/image_set.json/{V1}/image_set.json",
        "store/score/b/entry.json",
        "store/score/b/x.npy",
    }
