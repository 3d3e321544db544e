"""A store that only tells what is there."""

import logging
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import fsspec
import numpy as np
import pytest

from leanset.store import Bucket, Built, DryStore, Key, NotBuiltError, Promised, Store

KEY = Key.of("score", method="el2n")


def values() -> Built:
    return Built({"values": np.arange(3)}, {"note": "three"})


def refuse_to_build() -> Built:
    raise AssertionError("built by a dry store")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def test_what_is_there_is_handed_out(store: Store) -> None:
    store.get_or_build(KEY, values)
    entry = DryStore(store).get_or_build(KEY, refuse_to_build)
    assert not isinstance(entry, Promised)
    assert entry["values"].tolist() == [0, 1, 2]


def test_what_is_not_there_is_promised_and_nothing_is_written(store: Store) -> None:
    dry = DryStore(store)
    promised = dry.get_or_build(KEY, refuse_to_build)
    dry.put(KEY, values())
    assert isinstance(promised, Promised)
    assert promised.key == KEY
    assert dry.find(KEY) is None
    with dry.scratch() as folder:
        (folder / "file").write_text("content")
    assert not folder.exists()
    assert not store.root.exists()


def test_of_a_promise_nothing_but_its_key_can_be_read(store: Store) -> None:
    promised = DryStore(store).get_or_build(KEY, refuse_to_build)

    def readings() -> Iterator[object]:
        for read in (
            lambda: promised["values"],
            lambda: promised.arrays,
            lambda: promised.facts,
            lambda: promised.seconds,
        ):
            with pytest.raises(NotBuiltError, match=f"the score {KEY.digest} is not built yet"):
                read()
            yield read

    assert len(list(readings())) == 4


def test_nobody_can_claim_work_of_it(store: Store) -> None:
    locks = DryStore(store).locks
    with pytest.raises(NotBuiltError, match=f"the score {KEY.digest} is not done yet"):
        locks.claim(KEY)
    with pytest.raises(NotBuiltError), locks.hold(KEY):
        pass
    assert not store.root.exists()


def test_what_is_damaged_counts_as_not_there_and_stays_where_it_is(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    folder = store.get_or_build(KEY, values).folder
    (folder / "values.npy").write_bytes(b"no array")
    with caplog.at_level(logging.WARNING):
        assert isinstance(DryStore(store).get_or_build(KEY, refuse_to_build), Promised)
    assert caplog.text == ""
    assert (folder / "values.npy").read_bytes() == b"no array"
    assert [path.name for path in folder.parent.iterdir()] == [KEY.digest]


def test_of_a_store_that_builds_anew_everything_is_promised(tmp_path: Path) -> None:
    Store(tmp_path).get_or_build(KEY, values)
    dry = DryStore(Store(tmp_path, anew=True))
    assert isinstance(dry.get_or_build(KEY, refuse_to_build), Promised)
    assert Store(tmp_path).find(KEY) is not None


def test_what_is_in_a_bucket_is_handed_out_and_only_its_cache_is_written(tmp_path: Path) -> None:
    url = f"memory://{uuid4().hex}/store"
    Store(tmp_path / "there", Bucket(url)).get_or_build(KEY, values)
    bucket = list(fsspec.filesystem("memory").find(url))
    dry = DryStore(Store(tmp_path / "here", Bucket(url)))
    cached = dry.get_or_build(KEY, refuse_to_build)
    assert cached["values"].tolist() == [0, 1, 2]
    # a damaged cache is mended, for the bucket has it whole
    (cached.folder / "values.npy").write_bytes(b"no array")
    assert dry.get_or_build(KEY, refuse_to_build)["values"].tolist() == [0, 1, 2]
    assert isinstance(dry.get_or_build(Key.of("score", method="aum"), refuse_to_build), Promised)
    assert list(fsspec.filesystem("memory").find(url)) == bucket
