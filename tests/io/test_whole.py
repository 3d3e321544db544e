"""A file of the catalog is whole or absent: killed, failing and full-disk writes leave nothing."""

import errno
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from fsspec.implementations.local import LocalFileOpener
from kedro.config import OmegaConfigLoader
from kedro.io import AbstractVersionedDataset, DataCatalog, DatasetError, Version
from kedro.io.core import parse_dataset_definition
from kedro_datasets import text as unprotected
from kedro_viz.models.utils import get_dataset_type
from tests.end_to_end.project import REPOSITORY
from tests.object_store import object_store
from tests.optional import require

from leanset.errors import LeansetError
from leanset.io import StoredDataset
from leanset.io.pandas import CSVDataset, ParquetDataset
from leanset.io.plotly import HTMLDataset, JSONDataset
from leanset.io.text import TextDataset
from leanset.io.whole import Whole
from leanset.settings import CONFIG_LOADER_ARGS
from leanset.store import Built, Key, Store

EARLY, LATE = "2026-01-01T00.00.00.000Z", "2026-02-01T00.00.00.000Z"

TABLE = pd.DataFrame({"number": np.arange(1000), "name": "a word"})


class Example:
    """A dataset of one kind in a folder, and something to save in it."""

    def __init__(self, kind: type[Any], content: Any, **settings: Any) -> None:
        self.kind, self.content, self.settings = kind, content, settings

    def at(self, filepath: object, save: str | None = None, load: str | None = None) -> Any:
        version = Version(load, save) if save or load else None
        return self.kind(filepath=str(filepath), version=version, **self.settings)


KINDS = ["parquet", "csv", "figure", "figure page", "text", "pointer"]


@pytest.fixture
def examples(tmp_path: Path) -> dict[str, Example]:
    store = tmp_path / "store"
    entry = Store(store).get_or_build(Key("log", "a"), lambda: Built({"a": np.arange(3)}, {}))
    figure = go.Figure(go.Scatter(x=[1, 2], y=[3, 4]))
    return {
        "parquet": Example(ParquetDataset, TABLE),
        "csv": Example(CSVDataset, TABLE, save_args={"index": False}),
        "figure": Example(JSONDataset, figure),
        "figure page": Example(HTMLDataset, figure),
        "text": Example(TextDataset, "word " * 1000),
        "pointer": Example(StoredDataset, [entry] * 100, store={"filepath": str(store)}),
    }


@pytest.fixture(params=KINDS)
def example(request: pytest.FixtureRequest, examples: dict[str, Example]) -> Example:
    return examples[request.param]


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def break_the_write(how: Callable[[], None]) -> None:
    """From now on, in this process, the first write reaches the disk by half; then ``how``."""

    def write(self: Any, data: Any) -> None:
        self.f.write(bytes(data)[: max(1, len(data) // 2)])
        self.f.flush()
        how()

    LocalFileOpener.write = write


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fill_the_disk() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    monkeypatch.setattr(LocalFileOpener, "write", LocalFileOpener.write)
    return break_the_write


def save_and_be_killed(dataset: Any, content: Any) -> None:
    """In a process of its own, which dies in the middle of the write."""

    def work() -> None:
        break_the_write(kill)
        dataset.save(content)

    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join(timeout=60)
    assert process.exitcode == -signal.SIGKILL


# --- what is saved


def test_a_saved_file_is_alone_at_its_place(example: Example, tmp_path: Path) -> None:
    example.at(tmp_path / "files" / "a.txt", save=EARLY).save(example.content)
    assert files_in(tmp_path / "files") == [f"a.txt/{EARLY}/a.txt"]


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_a_table_comes_back(examples: dict[str, Example], kind: str, tmp_path: Path) -> None:
    examples[kind].at(tmp_path / "a", save=EARLY).save(TABLE)
    pd.testing.assert_frame_equal(examples[kind].at(tmp_path / "a", load=EARLY).load(), TABLE)


def test_a_file_that_is_not_versioned_is_replaced(
    examples: dict[str, Example], tmp_path: Path
) -> None:
    for said in ("first", "second"):
        examples["text"].at(tmp_path / "a.txt").save(said)
    assert (tmp_path / "a.txt").read_text() == "second"


def test_a_version_is_written_once(example: Example, tmp_path: Path) -> None:
    example.at(tmp_path / "a.txt", save=EARLY).save(example.content)
    with pytest.raises(DatasetError, match="must not exist"):
        example.at(tmp_path / "a.txt", save=EARLY).save(example.content)


def test_others_may_read_what_is_saved_as_the_user_wishes(
    examples: dict[str, Example], tmp_path: Path
) -> None:
    (tmp_path / "plain").write_text("")
    examples["text"].at(tmp_path / "a.txt").save("text")
    assert (tmp_path / "a.txt").stat().st_mode == (tmp_path / "plain").stat().st_mode


# --- writes that do not end


def test_a_killed_write_leaves_no_file_and_the_version_before_is_the_latest(
    example: Example, tmp_path: Path
) -> None:
    folder = tmp_path / "a.txt"
    example.at(folder, save=EARLY).save(example.content)

    save_and_be_killed(example.at(folder, save=LATE), example.content)

    assert any(LATE in file for file in files_in(folder))  # it had begun
    assert not (folder / LATE / "a.txt").exists()
    assert not example.at(folder, load=LATE).exists()
    assert example.at(folder, save="later").resolve_load_version() == EARLY
    assert example.at(folder, save="later").list_versions(full_path=False) == [EARLY]


def test_a_version_whose_write_was_killed_can_be_written_again(
    example: Example, tmp_path: Path
) -> None:
    save_and_be_killed(example.at(tmp_path / "a.txt", save=LATE), example.content)
    example.at(tmp_path / "a.txt", save=LATE).save(example.content)
    assert example.at(tmp_path / "a.txt", load=LATE).exists()
    assert example.at(tmp_path / "a.txt", save="later").resolve_load_version() == LATE


def test_a_killed_write_leaves_the_file_it_would_have_replaced(
    examples: dict[str, Example], tmp_path: Path
) -> None:
    examples["text"].at(tmp_path / "a.txt").save("as it was")
    save_and_be_killed(examples["text"].at(tmp_path / "a.txt"), "as it will be")
    assert (tmp_path / "a.txt").read_text() == "as it was"


def test_without_this_a_killed_write_leaves_half_a_file(tmp_path: Path) -> None:
    dataset = unprotected.TextDataset(filepath=str(tmp_path / "a.txt"))
    save_and_be_killed(dataset, "half of it")
    assert (tmp_path / "a.txt").read_text() == "half "


def test_a_write_that_fails_leaves_nothing(example: Example, tmp_path: Path, broken: Any) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    broken(fail)
    with pytest.raises(DatasetError):
        example.at(tmp_path / "files" / "a.txt", save=EARLY).save(example.content)
    assert files_in(tmp_path / "files") == []


def test_a_full_disk_is_told_with_the_file_that_was_to_be(
    example: Example, tmp_path: Path, broken: Any
) -> None:
    broken(fill_the_disk)
    with pytest.raises(DatasetError) as caught:
        example.at(tmp_path / "a.txt", save=EARLY).save(example.content)
    assert isinstance(caught.value.__cause__, LeansetError)
    final = tmp_path / "a.txt" / EARLY / "a.txt"
    assert str(caught.value.__cause__).startswith(f"{final}: it could not be written, because")


def test_after_a_failure_the_same_dataset_saves_at_its_place(
    examples: dict[str, Example], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = examples["text"].at(tmp_path / "a.txt", save=EARLY)
    with monkeypatch.context() as patched:
        patched.setattr(LocalFileOpener, "write", LocalFileOpener.write)
        break_the_write(fill_the_disk)
        with pytest.raises(DatasetError):
            dataset.save("text")
    dataset.save("text")
    assert files_in(tmp_path / "a.txt") == [f"{EARLY}/a.txt"]


# --- object stores


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """A bucket on this machine."""
    require(find_spec("moto") is not None, "a server for object stores (moto)")
    import s3fs
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AWS_ACCESS_KEY_ID", "nobody")
        patched.setenv("AWS_SECRET_ACCESS_KEY", "nothing")
        patched.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patched.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        s3fs.S3FileSystem.clear_instance_cache()
        s3fs.S3FileSystem().mkdir("bucket")
        yield "s3://bucket"
    s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


@pytest.fixture(params=["memory", "s3"])
def far_away(request: pytest.FixtureRequest) -> str:
    if request.param == "memory":
        return f"memory:///{uuid4().hex}"
    return f"{request.getfixturevalue('bucket')}/{uuid4().hex}"


@pytest.mark.parametrize("kind", KINDS)
def test_an_object_store_holds_what_was_saved_as_its_latest_version(
    examples: dict[str, Example], kind: str, far_away: str
) -> None:
    examples[kind].at(f"{far_away}/a.txt", save=EARLY).save(examples[kind].content)
    saved = examples[kind].at(f"{far_away}/a.txt", save="later")
    assert saved.exists()
    assert saved.resolve_load_version() == EARLY


def half_and_no_more(_: pd.DataFrame, path_or_buf: Any, **__: Any) -> None:
    path_or_buf.write("number,name\n" * 1_000_000)  # 12 MB, more than one part of an upload
    raise ZeroDivisionError


def test_an_upload_that_fails_shows_no_half_of_an_object(
    examples: dict[str, Example], far_away: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = examples["csv"].at(f"{far_away}/a.csv", save=EARLY)
    with monkeypatch.context() as patched:
        patched.setattr(pd.DataFrame, "to_csv", half_and_no_more)
        with pytest.raises(DatasetError, match="could not be written \\(ZeroDivisionError"):
            dataset.save(TABLE)
    assert not dataset.exists()
    dataset.save(TABLE)
    assert len(dataset.load()) == len(TABLE)


@pytest.mark.parametrize(
    ("requests", "use", "done"),
    [
        ("PUT|POST", lambda dataset: dataset.save(TABLE), "written"),
        ("HEAD", lambda dataset: dataset.save(TABLE), "written"),
        ("GET", lambda dataset: dataset.load(), "read"),
        ("HEAD", lambda dataset: dataset.exists(), "looked for"),
    ],
)
def test_an_object_store_that_refuses_is_told_with_what_to_look_at(
    requests: str, use: Callable[[Any], object], done: str
) -> None:
    with object_store() as store:
        place = f"{store.url}/a.parquet"
        ParquetDataset(filepath=place, version=Version(None, EARLY)).save(TABLE)
        dataset = ParquetDataset(filepath=place, version=Version(EARLY, LATE))
        dataset._fs.invalidate_cache()
        store.fail(requests, 403)
        with pytest.raises(DatasetError) as caught:
            use(dataset)
    told = caught.value.__cause__
    assert isinstance(told, LeansetError)
    assert str(told).startswith(f"{place}: it could not be {done} (PermissionError: ")
    assert "Look at the bucket and the credentials" in str(told)


# --- as parts of the catalog


def test_every_file_that_the_catalog_versions_is_whole() -> None:
    loader = OmegaConfigLoader(str(REPOSITORY / "conf"), env="quick", **CONFIG_LOADER_ARGS)
    written = {
        name: parse_dataset_definition(entry)[0]
        for name, entry in loader["catalog"].items()
        if entry.get("versioned") and name != "earlier"  # it is told its version, and only read
    }
    assert len(written) > 20
    assert [name for name, kind in written.items() if not issubclass(kind, Whole)] == []
    assert all(issubclass(kind, AbstractVersionedDataset) for kind in written.values())


def test_a_catalog_of_them_knows_its_configuration(tmp_path: Path) -> None:
    entry = {
        "type": "leanset.io.pandas.CSVDataset",
        "filepath": str(tmp_path / "a.csv"),
        "versioned": True,
        "save_args": {"index": False},
    }
    written = DataCatalog.from_config({"table": entry}, save_version=EARLY).to_config()[0]["table"]
    assert {name: written[name] for name in entry} == entry


def test_kedro_viz_knows_a_figure(examples: dict[str, Example], tmp_path: Path) -> None:
    dataset = examples["figure"].at(tmp_path / "figure.json")
    assert get_dataset_type(dataset) == "plotly.json_dataset.JSONDataset"
