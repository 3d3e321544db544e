"""Disks that fill up or are closed to us: a clear end, and nothing that was finished is lost."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from leanset.progress import RunFinished, listening
from leanset.store import Store
from tests.end_to_end.project import Project
from tests.optional import require

RUNS = 8

FULL = (
    "it could not be written, because the disk is full. Free some space there; "
    "the same command then goes on, and finished runs are kept."
)


@dataclass(frozen=True)
class Disk:
    """A small disk of its own."""

    folder: Path

    def remount(self, options: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{options}", str(self.folder)], check=True)

    def fill(self, *, but: int = 0) -> None:
        """Leave room for so many bytes."""
        ballast = self.folder / "ballast"
        with suppress(OSError), ballast.open("ab", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        os.truncate(ballast, ballast.stat().st_size - but)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted is None or mounted.returncode:
        # nothing that could be installed: a machine gives that leave or does not
        pytest.skip("leave to mount a small disk is missing")
    yield Disk(folder)
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def place(project: Project, *, epochs: int = 1, **folders: Path) -> None:
    """Have the project keep its store or its tables elsewhere, and train one variant."""
    where = {"store": project.folder / "store", "root": project.root, "raw": project.raw} | folders
    project.write("tiny/globals.yml", {name: str(folder) for name, folder in where.items()})
    project.write("tiny/parameters/training.yml", {"recipes": {"lenet5": {"epochs": epochs}}})
    project.write(
        "tiny/parameters/sweep.yml",
        {"sweep": {"variants": ["random"], "budgets": [20, 0.1], "runs": RUNS // 2}},
    )


def records_in(store: Path) -> list[Path]:
    return [folder for folder in store.glob("run/*") if "." not in folder.name]


def trained_in(run: Callable[[], object]) -> int:
    events: list[RunFinished] = []
    with listening(events.append):
        run()
    assert len(events) == RUNS
    return sum(not event.from_record for event in events)


def last_words(said: str) -> str:
    """The one sentence at the end, in one line."""
    assert "Traceback" not in said
    assert said.count("Error: ") == 1
    return " ".join(said[said.index("Error: ") :].split())


def test_a_store_that_fills_up_ends_the_sweep_and_keeps_what_was_finished(
    project: Project, disk: Disk
) -> None:
    store = disk.folder / "store"
    place(project, epochs=10, store=store)
    with (project.folder / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "kedro", "run"],
            cwd=project.folder,
            env=os.environ | {"KEDRO_ENV": "tiny"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        patience = time.monotonic() + 120
        while len(records_in(store)) < 2:
            assert process.poll() is None, (project.folder / "log").read_text()
            assert time.monotonic() < patience
            time.sleep(0.05)
        disk.fill()
        assert process.wait(timeout=60) != 0
    words = last_words((project.folder / "log").read_text())
    assert words.startswith(f"Error: {store}/run/")
    assert words.endswith(FULL)
    finished = len(records_in(store))
    assert 2 <= finished < RUNS
    kept = list(Store(store).kept())
    assert all(Store(store).get(one.key).manifest for one in kept)  # whole, by their checksums

    disk.remount("size=200m")
    assert trained_in(project.run) == RUNS - finished
    assert len(project.load("runs")) == RUNS


def test_a_log_for_which_there_is_no_room_ends_with_the_same_words(
    project: Project, disk: Disk
) -> None:
    store = disk.folder / "store"
    place(project, store=store)
    assert project.kedro("run", "--pipelines=ingestion").returncode == 0
    disk.fill(but=40_000)
    ended = project.kedro("run", "--pipelines=training_log")
    assert ended.returncode != 0
    words = last_words(ended.stdout + ended.stderr)
    assert words.startswith(f"Error: {store}")
    assert words.endswith(FULL)


def test_tables_for_which_there_is_no_room_are_not_half_written(
    project: Project, disk: Disk
) -> None:
    root = disk.folder / "tables"
    place(project, root=root)
    project.run()
    before = sorted(path for path in root.rglob("*") if path.is_file())
    disk.fill(but=8192)  # room for the first file, and not for all
    ended = project.kedro("run")
    assert ended.returncode != 0
    words = last_words(ended.stdout + ended.stderr)
    assert words.startswith(f"Error: {root}/")
    assert words.endswith(FULL)
    added = {path for path in root.rglob("*") if path.is_file()} - set(before)
    assert [path for path in added if path.name.startswith(".draft-")] == []
    assert root / "image_set.json" in {path.parents[1] for path in added}
    assert len(project.load("runs")) == RUNS  # of the sweep before
    assert len(project.load("image_set")) == 1

    disk.remount("size=200m")
    assert trained_in(project.run) == 0
    assert {path for path in root.rglob("*") if path.is_file()} > {*before, *added}


@pytest.mark.parametrize("part", ["store", "root"])
def test_a_disk_that_is_read_only_is_named(project: Project, disk: Disk, part: str) -> None:
    place(project, **{part: disk.folder / part})
    (disk.folder / part).mkdir()
    disk.remount("ro")
    ended = project.kedro("run")
    assert ended.returncode != 0
    words = last_words(ended.stdout + ended.stderr)
    assert words.startswith(f"Error: {disk.folder / part}")
    assert "it cannot be used, because the disk is mounted read-only. Give whoever" in words


@pytest.mark.parametrize("part", ["store", "root"])
def test_a_folder_that_is_closed_to_us_is_named(project: Project, part: str) -> None:
    closed = project.folder / part
    closed.mkdir(mode=0o555)
    place(project, **{part: closed})
    # whom no permission binds gives up that privilege
    bound = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    privileged = os.geteuid() == 0
    require(not privileged or shutil.which("setpriv") is not None, "setpriv")
    ended = subprocess.run(
        [*(bound if privileged else []), sys.executable, "-m", "kedro", "run"],
        cwd=project.folder,
        env=os.environ | {"KEDRO_ENV": "tiny"},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert ended.returncode != 0
    words = last_words(ended.stdout + ended.stderr)
    assert words.startswith(f"Error: {closed}")
    assert "it cannot be used, because permission is denied. Give whoever runs this" in words
