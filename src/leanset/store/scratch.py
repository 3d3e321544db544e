"""Folders to work in, which are gone when the work is done or the process that did it is dead."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4


@contextmanager
def scratch_folder(root: Path) -> Iterator[Path]:
    """An empty folder under ``root``, removed at the end with all that is still in it.

    What killed processes left there is removed first: each folder has a lock beside it, and a
    lock that can be had is nobody's.
    """
    from filelock import FileLock

    root.mkdir(parents=True, exist_ok=True)
    _clear(root)
    folder = root / uuid4().hex
    lock = folder.with_suffix(".lock")
    # locked before it is there, so that nobody takes it for a dead one's
    with FileLock(lock):
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            lock.unlink(missing_ok=True)


def _clear(root: Path) -> None:
    """Remove the folders whose owner is dead."""
    from filelock import FileLock, Timeout

    for left in root.glob("*.lock"):
        try:
            with FileLock(left, blocking=False):
                shutil.rmtree(left.with_suffix(""), ignore_errors=True)
                left.unlink(missing_ok=True)
        except Timeout:
            continue
