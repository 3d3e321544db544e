import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from leanset.errors import LeansetError
from leanset.store import Built, Entry, Key, Store

KEY = Key.of("score", method="el2n", seed=3)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def values() -> Built:
    return Built({"values": np.arange(6, dtype=np.float32)}, {"note": "six"})


class Builder:
    """Builds the same entry each time and counts how often it was asked to."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> Built:
        self.calls += 1
        return values()


def everything_under(folder: Path) -> list[Path]:
    """All files but those of locks, which stay."""
    return sorted(
        path for path in folder.rglob("*") if path.is_file() and ".locks" not in path.parts
    )


def refuse_to_build() -> Built:
    raise AssertionError("built although the entry is there")


def test_the_first_get_builds_and_the_second_does_not(store: Store) -> None:
    built = store.get_or_build(KEY, values)
    again = store.get_or_build(KEY, refuse_to_build)
    for entry in (built, again, store.get(KEY)):
        assert entry["values"].tolist() == [0, 1, 2, 3, 4, 5]
        assert entry.facts == {"note": "six"}
        assert entry.key == KEY


def test_an_entry_outlives_the_store_object(tmp_path: Path) -> None:
    Store(tmp_path).get_or_build(KEY, values)
    assert Store(tmp_path).get_or_build(KEY, refuse_to_build)["values"][5] == 5


def test_arrays_are_mapped_from_disk_and_cannot_be_written(store: Store) -> None:
    array = store.get_or_build(KEY, values).arrays["values"]
    assert isinstance(array, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        array[0] = 1


@pytest.mark.parametrize(
    "array",
    [
        np.array(5, dtype=np.int64),
        np.empty((0, 3), dtype=np.float32),
        np.array([True, False]),
        np.asfortranarray(np.arange(6).reshape(2, 3)),
        np.arange(12).reshape(3, 4)[::2, ::-1],
        np.array(["a", "bc"]),
    ],
    ids=["scalar", "empty", "bits", "fortran", "strided", "text"],
)
def test_arrays_of_any_kind_come_back_as_they_went(store: Store, array: np.ndarray) -> None:
    entry = store.get_or_build(KEY, lambda: Built({"array": array}, {}))
    assert entry["array"].dtype == array.dtype
    assert entry["array"].shape == array.shape
    assert (entry["array"] == array).all()


def test_the_entry_notes_how_long_building_took_and_on_which_machine(store: Store) -> None:
    entry = store.get_or_build(KEY, values)
    assert 0 <= entry.seconds < 60
    assert entry.manifest["machine"].endswith("cores")


def test_a_key_does_not_depend_on_the_order_of_its_ingredients() -> None:
    assert Key.of("score", seed=3, method="el2n") == KEY


@pytest.mark.parametrize(
    "other",
    [
        Key.of("log", method="el2n", seed=3),
        Key.of("score", method="el2n", seed=4),
        Key.of("score", method="aum", seed=3),
        Key.of("score", method="el2n", seed=3, version=2),
        Key.of("score", method="el2n", seed="3"),
    ],
    ids=["kind", "value", "name", "one more", "type"],
)
def test_another_kind_or_ingredient_is_another_entry(store: Store, other: Key) -> None:
    builder = Builder()
    store.get_or_build(KEY, builder)
    store.get_or_build(other, builder)
    assert builder.calls == 2


def test_an_ingredient_that_is_no_plain_value_is_refused() -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        Key.of("score", values=np.arange(3))


def raises() -> Built:
    raise RuntimeError("no memory")


def holds_objects() -> Built:
    return Built({"first": np.arange(3), "second": np.array([object()])}, {})


def has_facts_that_are_no_json() -> Built:
    return Built({"first": np.arange(3)}, {"when": object()})


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (raises, "no memory"),
        (holds_objects, "Object arrays cannot be saved"),
        (has_facts_that_are_no_json, "not JSON serializable"),
    ],
)
def test_a_build_that_fails_leaves_nothing_and_can_be_tried_again(
    store: Store, build: Callable[[], Built], message: str
) -> None:
    with pytest.raises((RuntimeError, ValueError, TypeError), match=message):
        store.get_or_build(KEY, build)
    assert everything_under(store.root) == []
    assert store.get_or_build(KEY, values)["values"][1] == 1


def test_a_missing_entry_is_refused_with_what_to_do(store: Store) -> None:
    message = (
        r"the stored score cannot be used \(entry\.json is missing\)\. "
        r"Run the sweep again: it builds what is missing\."
    )
    with pytest.raises(LeansetError, match=message):
        store.get(KEY)


def flip_a_bit(entry: Entry) -> None:
    path = entry.folder / "values.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


def cut_the_array(entry: Entry) -> None:
    path = entry.folder / "values.npy"
    path.write_bytes(path.read_bytes()[:-1])


def lose_the_array(entry: Entry) -> None:
    (entry.folder / "values.npy").unlink()


def lose_the_manifest(entry: Entry) -> None:
    (entry.folder / "entry.json").unlink()


def empty_the_manifest(entry: Entry) -> None:
    (entry.folder / "entry.json").write_text("")


def cut_the_manifest(entry: Entry) -> None:
    path = entry.folder / "entry.json"
    path.write_text(path.read_text()[:40])


def garble_the_manifest(entry: Entry) -> None:
    (entry.folder / "entry.json").write_bytes(b"\xff\xfe\x00\x81")


def replace_the_manifest(entry: Entry) -> None:
    (entry.folder / "entry.json").write_text("[]")


DAMAGES = [
    (flip_a_bit, "values.npy has another checksum"),
    (cut_the_array, "values.npy has another checksum"),
    (lose_the_array, "values.npy is missing"),
    (lose_the_manifest, "entry.json is missing"),
    (empty_the_manifest, "entry.json cannot be read"),
    (cut_the_manifest, "entry.json cannot be read"),
    (garble_the_manifest, "entry.json cannot be read"),
    (replace_the_manifest, "entry.json cannot be read"),
]


@pytest.mark.parametrize(("damage", "message"), DAMAGES)
def test_a_damaged_entry_is_set_aside_built_again_and_spoken_of(
    store: Store,
    damage: Callable[[Entry], None],
    message: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    damage(store.get_or_build(KEY, values))
    left = {path.name for path in everything_under(store.root)}
    with caplog.at_level(logging.WARNING):
        rebuilt = store.get_or_build(KEY, values)
    assert rebuilt["values"].tolist() == [0, 1, 2, 3, 4, 5]
    assert f"is damaged ({message}): set aside as" in caplog.text
    aside = [folder for folder in rebuilt.folder.parent.iterdir() if folder != rebuilt.folder]
    assert len(aside) == 1
    assert aside[0].name.startswith(f"{KEY.digest}.damaged-")
    assert {path.name for path in everything_under(aside[0])} == left
    store.get_or_build(KEY, refuse_to_build)


@pytest.mark.parametrize(("damage", "message"), DAMAGES)
def test_a_damaged_entry_is_not_handed_out(
    store: Store, damage: Callable[[Entry], None], message: str
) -> None:
    damage(store.get_or_build(KEY, values))
    with pytest.raises(LeansetError, match=rf"the stored score cannot be used \({message}\)\."):
        store.get(KEY)


def test_of_two_threads_that_ask_at_once_one_builds_and_both_get_it(store: Store) -> None:
    builder, both_ask = Builder(), threading.Barrier(2, timeout=30)

    def build() -> Built:
        time.sleep(0.2)
        return builder()

    def ask(_: int) -> Entry:
        both_ask.wait()
        return store.get_or_build(KEY, build)

    with ThreadPoolExecutor(2) as pool:
        entries = list(pool.map(ask, range(2)))
    assert [entry["values"].tolist() for entry in entries] == [[0, 1, 2, 3, 4, 5]] * 2
    assert builder.calls == 1
    assert [folder.name for folder in entries[0].folder.parent.iterdir()] == [KEY.digest]


def test_of_two_writers_of_one_key_the_first_wins(store: Store) -> None:
    store.put(KEY, Built({"values": np.zeros(2)}, {"by": "the first"}))
    store.put(KEY, Built({"values": np.ones(3)}, {"by": "the second"}))
    entry = store.get(KEY)
    assert (entry.facts["by"], entry["values"].tolist()) == ("the first", [0, 0])
    assert len(everything_under(store.root)) == 2


def test_threads_that_find_one_entry_damaged_at_once_all_get_it(store: Store) -> None:
    def build() -> Built:
        return Built({"values": np.zeros(10_000_000, dtype=np.uint8)}, {})

    # large, so that all are still reading it when the first finds the damage
    flip_a_bit(store.get_or_build(KEY, build))
    with ThreadPoolExecutor(4) as pool:
        entries = list(pool.map(lambda _: store.get_or_build(KEY, build), range(4)))
    assert [int(entry["values"].max()) for entry in entries] == [0] * 4
    assert store.get_or_build(KEY, refuse_to_build)["values"].max() == 0


CHILD = """
import sys
from pathlib import Path
import numpy as np
from leanset.store import Built, Key, Store

def build():
    print("building", flush=True)
    sys.stdin.readline()
    return Built({"values": np.arange(100_000)}, {"note": "from a child"})

entry = Store(Path(sys.argv[1])).get_or_build(Key.of("score", method="el2n", seed=3), build)
print(int(entry["values"].sum()))
"""

KILLED_CHILD = """
import sys, time
from pathlib import Path
import numpy as np
from leanset.store import Built, Key, Store

class HalfWritten(dict):
    def items(self):
        yield "values", np.arange(100_000)
        print("half of it is written", flush=True)
        time.sleep(600)

build = lambda: Built(HalfWritten(values=0, more=0), {})
Store(Path(sys.argv[1])).get_or_build(Key.of("score", method="el2n", seed=3), build)
"""


def child(script: str, store: Store) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", script, str(store.root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def line_of(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_of_two_processes_that_ask_for_one_key_one_builds_and_both_get_it(store: Store) -> None:
    children = [child(CHILD, store) for _ in range(2)]
    # whichever is at work stops until it is told to go on; the other waits for it
    for process in children:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60)[0].split() for process in children]
    assert sorted(said) == [["4999950000"], ["building", "4999950000"]]
    assert [process.returncode for process in children] == [0, 0]
    entry = store.get_or_build(KEY, refuse_to_build)
    assert entry.facts == {"note": "from a child"}
    assert [folder.name for folder in entry.folder.parent.iterdir()] == [KEY.digest]


def test_a_kill_in_the_middle_of_writing_leaves_no_entry(store: Store) -> None:
    process = child(KILLED_CHILD, store)
    assert line_of(process) == "half of it is written"
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    with pytest.raises(LeansetError, match=r"entry\.json is missing"):
        store.get(KEY)
    assert [path.name for path in everything_under(store.root)[:1]] == ["values.npy"]
    builder = Builder()
    assert store.get_or_build(KEY, builder)["values"][5] == 5
    assert builder.calls == 1
    # the lock of the dead process was nobody's, and what it left is gone
    assert {path.parent.name for path in everything_under(store.root)} == {KEY.digest}


def test_the_manifest_is_readable_json_with_a_checksum_of_every_array(store: Store) -> None:
    entry = store.get_or_build(KEY, values)
    manifest: dict[str, Any] = json.loads((entry.folder / "entry.json").read_text())
    assert manifest["kind"] == "score"
    assert manifest["digest"] == KEY.digest
    assert set(manifest["sha256"]) == {"values"}
    assert len(manifest["sha256"]["values"]) == 64


def test_the_parts_of_an_unfinished_entry_outlive_its_builder_until_it_is_there(
    store: Store,
) -> None:
    def stops() -> Built:
        (store.unfinished(KEY) / "first").write_text("half")
        raise KeyboardInterrupt

    def goes_on() -> Built:
        assert (store.unfinished(KEY) / "first").read_text() == "half"
        return values()

    with pytest.raises(KeyboardInterrupt):
        store.get_or_build(KEY, stops)
    store.get_or_build(KEY, goes_on)
    assert not list(store.unfinished(KEY).iterdir())


def test_a_store_that_builds_anew_does_so_once_and_forgets_unfinished_parts(store: Store) -> None:
    store.get_or_build(KEY, lambda: Built({"values": np.zeros(2)}, {"by": "before"}))
    (store.unfinished(KEY) / "first").write_text("half")
    anew, builder = Store(store.root, anew=True), Builder()
    assert anew.find(KEY) is None
    assert list(anew.unfinished(KEY).iterdir()) == []
    for _ in range(2):
        assert anew.get_or_build(KEY, builder).facts == {"note": "six"}
    assert builder.calls == 1
    assert store.get(KEY).facts == {"note": "six"}
