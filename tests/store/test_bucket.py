"""A store in a bucket: entries are whole or absent there, and every machine gets them from it."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import fsspec
import numpy as np
import pytest
from fsspec import AbstractFileSystem
from hypothesis import given, settings
from hypothesis import strategies as st
from s3fs import S3FileSystem
from tests.object_store import ObjectStore

from leanset.errors import LeansetError
from leanset.store import Bucket, Built, Key, Store
from leanset.store.entry import write_entry

KEY = Key("run", "a" * 32)
OTHER = Key("log", "b" * 32)


@pytest.fixture(params=["memory", "s3"])
def url(request: pytest.FixtureRequest) -> str:
    if request.param == "memory":
        return f"memory://{uuid4().hex}/store"
    return f"{request.getfixturevalue('served').url}/{uuid4().hex}/store"


Machine = Callable[[str], Store]


@pytest.fixture
def machine(tmp_path: Path, url: str) -> Machine:
    """The store as a machine of some name sees it."""
    return lambda name: Store(tmp_path / name, Bucket(url))


def built(first: float = 1) -> Built:
    return Built({"values": np.array([first, 2, 3]), "more": np.arange(4)}, {"first": first})


def refuse() -> Built:
    raise AssertionError("built although the entry is there")


def objects(url: str) -> list[str]:
    """What is in a bucket, under the names of kinds."""
    files: AbstractFileSystem
    files, root = fsspec.url_to_fs(url)
    files.invalidate_cache()
    return sorted(path.partition("/store/")[2] for path in files.find(root))


def overwrite(url: str, name: str, content: bytes | None) -> None:
    """Change or delete the one object whose name ends so."""
    files: AbstractFileSystem
    files, root = fsspec.url_to_fs(url)
    files.invalidate_cache()
    (path,) = (path for path in files.find(root) if path.endswith(name))
    if content is None:
        files.rm_file(path)
    else:
        files.pipe_file(path, content)


def written(folder: Path, first: float) -> Path:
    """A folder with an entry to be put into a bucket."""
    folder.mkdir()
    write_entry(folder, KEY, built(first), 0.0)
    return folder


# --- what is there


def test_an_entry_is_put_in_the_bucket_and_kept_in_the_cache(machine: Machine, url: str) -> None:
    entry = machine("a").get_or_build(KEY, built)
    sha = entry.manifest["sha256"]
    assert objects(url) == [
        f"run/{KEY.digest}/entry.json",
        f"run/{KEY.digest}/more-{sha['more']}.npy",
        f"run/{KEY.digest}/values-{sha['values']}.npy",
    ]
    assert sorted(path.name for path in entry.folder.iterdir()) == [
        "entry.json", "more.npy", "values.npy",
    ]  # fmt: skip


def test_another_machine_gets_what_the_first_has_built(machine: Machine) -> None:
    machine("a").put(KEY, built(), seconds=7)
    for entry in (machine("b").get_or_build(KEY, refuse), machine("c").get(KEY)):
        assert entry["values"].tolist() == [1, 2, 3]
        assert isinstance(entry["values"], np.memmap)
        assert (entry.facts, entry.seconds) == ({"first": 1}, 7)


def test_what_is_in_the_cache_is_not_asked_of_the_bucket(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine("a").put(KEY, built())
    monkeypatch.setattr(Bucket, "fetch", refuse)
    assert machine("a").find(KEY) is not None
    assert machine("a").get(KEY)["values"].tolist() == [1, 2, 3]


def test_an_entry_that_nobody_built_is_not_found(machine: Machine) -> None:
    assert machine("a").find(KEY) is None
    with pytest.raises(LeansetError, match=r"entry\.json is missing.*Run the sweep again"):
        machine("a").get(KEY)


def test_an_entry_without_arrays_can_be_kept(machine: Machine) -> None:
    machine("a").put(KEY, Built({}, {"note": "nothing"}))
    assert machine("b").get(KEY).facts == {"note": "nothing"}


@settings(max_examples=30)
@given(shape=st.lists(st.integers(0, 4), max_size=3), seed=st.integers(0, 2**32))
def test_arrays_come_back_from_the_bucket_as_they_went(
    tmp_path_factory: pytest.TempPathFactory, shape: list[int], seed: int
) -> None:
    values = np.random.default_rng(seed).normal(size=shape)
    folder, bucket = tmp_path_factory.mktemp("machines"), Bucket(f"memory://{uuid4().hex}/store")
    Store(folder / "a", bucket).put(KEY, Built({"values": values}, {}))
    loaded = Store(folder / "b", bucket).get(KEY)["values"]
    assert (loaded.shape, loaded.dtype) == (values.shape, values.dtype)
    assert np.array_equal(loaded, values)


def test_anew_builds_and_replaces_what_is_in_the_bucket(machine: Machine, url: str) -> None:
    first = machine("a")
    first.put(KEY, built(1))
    anew = Store(first.root, Bucket(url), anew=True)
    assert anew.get_or_build(KEY, lambda: built(5)).facts == {"first": 5}
    # what this very store has built is not built a second time
    assert anew.get_or_build(KEY, refuse).facts == {"first": 5}
    assert machine("b").get(KEY)["values"].tolist() == [5, 2, 3]


# --- damage

DAMAGES: list[tuple[str, bytes | None, str]] = [
    ("values-*", b"half", "values.npy has another checksum"),
    ("values-*", None, "values.npy is missing"),
    ("entry.json", b"{", "entry.json cannot be read"),
    ("entry.json", b"[]", "entry.json cannot be read"),
    ("entry.json", b"\xff\xfe", "entry.json cannot be read"),
]


@pytest.mark.parametrize(("which", "content", "damage"), DAMAGES)
def test_a_damaged_object_is_told_and_built_again(
    machine: Machine,
    url: str,
    which: str,
    content: bytes | None,
    damage: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    sha = machine("a").get_or_build(KEY, built).manifest["sha256"]
    overwrite(url, which.replace("*", f"{sha['values']}.npy"), content)
    with caplog.at_level(logging.WARNING):
        assert machine("b").get_or_build(KEY, built)["values"].tolist() == [1, 2, 3]
    assert f"{KEY.digest} in {url} is damaged ({damage})." in caplog.text
    assert machine("c").get_or_build(KEY, refuse)["values"].tolist() == [1, 2, 3]


@pytest.mark.parametrize(("which", "content"), [damage[:2] for damage in DAMAGES])
def test_a_damaged_object_is_not_handed_out(
    machine: Machine, url: str, which: str, content: bytes | None
) -> None:
    sha = machine("a").get_or_build(KEY, built).manifest["sha256"]
    overwrite(url, which.replace("*", f"{sha['values']}.npy"), content)
    with pytest.raises(LeansetError, match="Run the sweep again"):
        machine("b").get(KEY)


def test_a_damaged_copy_is_set_aside_and_copied_once_more(machine: Machine) -> None:
    entry = machine("a").get_or_build(KEY, built)
    (entry.folder / "values.npy").write_bytes(b"half")
    assert machine("a").get_or_build(KEY, refuse)["values"].tolist() == [1, 2, 3]


# --- two writers, and writers that are killed


class Stopping(Bucket):
    """A bucket that does something of ours just before the manifest is written."""

    def __init__(self, url: str, meanwhile: Callable[[], None]) -> None:
        super().__init__(url)
        self._meanwhile = meanwhile

    def _manifest(self, key: Key) -> str:
        self._meanwhile()
        return super()._manifest(key)


def test_of_two_writers_either_ones_manifest_finds_its_arrays(url: str, tmp_path: Path) -> None:
    mine, theirs = written(tmp_path / "mine", 1), written(tmp_path / "theirs", 5)

    # theirs begins and ends while mine has written its arrays and no manifest
    Stopping(url, lambda: Bucket(url).put(KEY, theirs)).put(KEY, mine)
    entry = Store(tmp_path / "a", Bucket(url)).get(KEY)
    assert (entry.facts["first"], entry["values"][0]) == (1, 1)

    # and theirs writes its manifest last
    Stopping(url, lambda: Bucket(url).put(KEY, mine)).put(KEY, theirs)
    entry = Store(tmp_path / "b", Bucket(url)).get(KEY)
    assert (entry.facts["first"], entry["values"][0]) == (5, 5)
    # `more` is the same in both
    names = [name.rpartition("/")[2].partition("-")[0] for name in objects(url)]
    assert names == ["entry.json", "more", "values", "values"]


def test_a_kill_before_the_manifest_leaves_no_entry(
    machine: Machine, url: str, tmp_path: Path
) -> None:
    class Killed(BaseException):
        pass

    def kill() -> None:
        raise Killed

    with pytest.raises(Killed):
        Stopping(url, kill).put(KEY, written(tmp_path / "draft", 1))
    assert len(objects(url)) == 2
    assert machine("a").find(KEY) is None
    assert machine("a").get_or_build(KEY, lambda: built(5))["values"].tolist() == [5, 2, 3]
    assert machine("b").get_or_build(KEY, refuse)["values"].tolist() == [5, 2, 3]


# --- what is kept, and what goes


def test_what_is_kept_has_its_size_and_its_time(machine: Machine) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)
    sizes = {}
    for key in (KEY, OTHER):
        folder = machine("a").get_or_build(key, built).folder
        sizes[key] = sum(path.stat().st_size for path in folder.iterdir())
    kept = list(machine("empty").kept())
    assert {one.key: one.size for one in kept} == sizes
    assert all(before < one.written < datetime.now(UTC) + timedelta(seconds=2) for one in kept)


def test_what_a_killed_writer_left_is_kept_so_that_it_can_be_removed(
    machine: Machine, url: str
) -> None:
    machine("a").put(KEY, built())
    overwrite(url, "entry.json", None)
    assert [one.key for one in machine("b").kept()] == [KEY]
    machine("b").remove(KEY)
    assert objects(url) == []


def test_strangers_in_the_bucket_are_left_alone(machine: Machine, url: str) -> None:
    machine("a").put(KEY, built())
    files, root = fsspec.url_to_fs(url)
    for name in ("README", "run/README"):
        files.pipe_file(f"{root}/{name}", b"mind the gap")
    assert [one.key for one in machine("b").kept()] == [KEY]


def test_what_is_removed_is_gone_from_the_bucket_and_from_here(machine: Machine, url: str) -> None:
    store = machine("a")
    for key in (KEY, OTHER):
        store.put(key, built())
    store.remove(KEY)
    assert {name.partition("/")[0] for name in objects(url)} == {"log"}
    assert store.find(KEY) is None
    assert machine("b").find(KEY) is None
    assert machine("b").find(OTHER) is not None
    store.remove(KEY)  # nobody minds


# --- a server that fails

PUT_MANIFEST, PUT_ARRAY = r"PUT .*/entry\.json", r"PUT .*/values-"


@pytest.mark.parametrize("status", [500, 503])
@pytest.mark.parametrize("requests", [PUT_MANIFEST, PUT_ARRAY])
def test_a_write_that_fails_once_is_tried_again(
    faulty: ObjectStore, tmp_path: Path, status: int, requests: str
) -> None:
    url = f"{faulty.url}/{uuid4().hex}/store"
    fault = faulty.fail(requests, status, times=1)
    Store(tmp_path / "a", Bucket(url)).put(KEY, built())
    assert fault.answered == 1
    assert Store(tmp_path / "b", Bucket(url)).get(KEY).facts == {"first": 1}


@pytest.mark.parametrize("status", [403, 500])
@pytest.mark.parametrize("requests", [PUT_MANIFEST, PUT_ARRAY])
def test_a_write_that_fails_for_ever_is_told_and_leaves_no_entry(
    faulty: ObjectStore, tmp_path: Path, status: int, requests: str
) -> None:
    url = f"{faulty.url}/{uuid4().hex}/store"
    store = Store(tmp_path / "a", Bucket(url))
    faulty.fail(requests, status)
    with pytest.raises(LeansetError, match="Look at the bucket and the credentials") as told:
        store.put(KEY, built())
    assert str(told.value).startswith(f"{url}: the run {KEY.digest} could not be written to it (")
    faulty.faults.clear()
    # neither there nor here
    assert store.find(KEY) is None
    assert Store(tmp_path / "b", Bucket(url)).find(KEY) is None
    store.put(KEY, built())
    assert Store(tmp_path / "b", Bucket(url)).get(KEY).facts == {"first": 1}


@pytest.mark.parametrize(
    ("requests", "ask", "what"),
    [
        ("GET .*/entry", lambda store: store.find(KEY), f"the run {KEY.digest} could not be read"),
        ("GET .*/values", lambda store: store.get(KEY), f"the run {KEY.digest} could not be read"),
        ("GET ", lambda store: list(store.kept()), "what it holds could not be listed"),
        ("DELETE|POST", lambda store: store.remove(KEY), "could not be removed from it"),
    ],
)
def test_a_request_that_is_refused_is_told(
    faulty: ObjectStore,
    tmp_path: Path,
    requests: str,
    ask: Callable[[Store], object],
    what: str,
) -> None:
    url = f"{faulty.url}/{uuid4().hex}/store"
    Store(tmp_path / "a", Bucket(url)).put(KEY, built())
    faulty.fail(requests, 403)
    with pytest.raises(LeansetError, match=what) as told:
        ask(Store(tmp_path / "b", Bucket(url)))
    assert "The AWS Access Key Id does not exist" in str(told.value)
    assert not (tmp_path / "b" / "run").exists()


@pytest.mark.usefixtures("served")
def test_a_bucket_that_does_not_exist_is_told(tmp_path: Path) -> None:
    store = Store(tmp_path / "a", Bucket("s3://no-such-bucket-anywhere/store"))
    with pytest.raises(
        LeansetError, match=r"The specified bucket does not exist.*Look at the buck"
    ):
        store.get_or_build(KEY, built)


def test_a_server_that_is_not_there_is_told(
    served: ObjectStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # nobody listens at the port for what is to be discarded
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    S3FileSystem.clear_instance_cache()
    with pytest.raises(LeansetError, match=r"Could not connect to the endpoint.*Look at the buck"):
        Store(tmp_path / "a", Bucket(f"{served.url}/store")).get_or_build(KEY, built)
    S3FileSystem.clear_instance_cache()
