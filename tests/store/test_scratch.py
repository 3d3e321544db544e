"""Folders to work in do not outlive their process for long."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from leanset.store.scratch import scratch_folder

WORKER = """
import sys, time
from pathlib import Path
from leanset.store.scratch import scratch_folder

with scratch_folder(Path(sys.argv[1])) as folder:
    (folder / "half").write_text("of it")
    print(folder, flush=True)
    time.sleep(600)
"""


def worker(root: Path) -> tuple["subprocess.Popen[str]", Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER, str(root)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def end(process: "subprocess.Popen[str]") -> None:
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)


def test_it_is_empty_and_then_gone_with_all_that_is_in_it(tmp_path: Path) -> None:
    with scratch_folder(tmp_path / "root") as folder:
        assert list(folder.iterdir()) == []
        (folder / "deep").mkdir()
        (folder / "deep" / "file").write_text("content")
    assert list((tmp_path / "root").iterdir()) == []


def test_it_is_gone_when_the_work_fails(tmp_path: Path) -> None:
    def work() -> None:
        with scratch_folder(tmp_path) as folder:
            (folder / "file").write_text("content")
            raise RuntimeError("no memory")

    with pytest.raises(RuntimeError, match="no memory"):
        work()
    assert list(tmp_path.iterdir()) == []


def test_what_was_moved_out_of_it_stays(tmp_path: Path) -> None:
    with scratch_folder(tmp_path / "root") as folder:
        (folder / "file").write_text("content")
        folder.rename(tmp_path / "kept")
    assert (tmp_path / "kept" / "file").read_text() == "content"
    assert list((tmp_path / "root").iterdir()) == []


def test_several_at_once_leave_each_other_alone(tmp_path: Path) -> None:
    with scratch_folder(tmp_path) as outer:
        (outer / "file").write_text("content")
        with scratch_folder(tmp_path) as inner:
            assert inner != outer
        assert (outer / "file").read_text() == "content"


def test_the_folder_of_a_process_at_work_stays_and_that_of_a_killed_one_goes(
    tmp_path: Path,
) -> None:
    process, theirs = worker(tmp_path)
    try:
        with scratch_folder(tmp_path):
            assert (theirs / "half").exists()
    finally:
        end(process)
    assert (theirs / "half").exists()
    with scratch_folder(tmp_path) as ours:
        assert {path.stem for path in tmp_path.iterdir()} == {ours.name}
    assert list(tmp_path.iterdir()) == []
