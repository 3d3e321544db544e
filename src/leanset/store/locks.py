"""Locks by key, so that two sweeps on one folder never do the same work twice.

The kernel holds them: a process that is killed lets go of its own. Their files stay, empty.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from leanset.store.entry import Key

if TYPE_CHECKING:
    from filelock import BaseFileLock

logger = logging.getLogger(__name__)


class Locks:
    """The locks that lie in a folder, one for each key."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def hold(self, key: Key) -> Iterator[None]:
        """Hold the lock of a key, after whoever holds it now."""
        lock = self.claim(key) or self.wait_for(key)
        try:
            yield
        finally:
            lock.release()

    def claim(self, key: Key) -> BaseFileLock | None:
        """The lock of a key, held from now on, or None where somebody else holds it."""
        from filelock import Timeout

        lock = self._lock(key)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            return None
        return lock

    def wait_for(self, key: Key) -> BaseFileLock:
        """The lock of a key, held from now on, after whoever holds it now."""
        logger.info("waiting for another process, which is at work on the same %s.", key.kind)
        lock = self._lock(key)
        lock.acquire()
        return lock

    def _lock(self, key: Key) -> BaseFileLock:
        from filelock import FileLock

        folder = self._folder / key.kind
        folder.mkdir(parents=True, exist_ok=True)
        return FileLock(folder / f"{key.digest}.lock", mode=0o644)
