"""The store: entries by key, each built once, written whole and never changed."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from leanset.disks import sync, writing
from leanset.errors import LeansetError
from leanset.store.bucket import Bucket
from leanset.store.entry import Built, Entry, Key, damage_of, write_entry
from leanset.store.locks import Locks
from leanset.store.scratch import scratch_folder

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Kept:
    """What is known of an entry without reading it: when it was written, and its bytes."""

    key: Key
    written: datetime
    size: int


class Store:
    """A folder of entries, safe to share between processes; it may be the cache of a bucket.

    An entry is written to a folder of its own, synced and renamed, so it is whole or absent. With
    a bucket it is there before it is here, and what is not here is copied from there.

    Args:
        root: the folder.
        bucket: what the folder is a cache of, if of anything.
        anew: whether to build everything once more, whatever is there from before.
    """

    def __init__(self, root: Path, bucket: Bucket | None = None, *, anew: bool = False) -> None:
        self.root = root
        self.locks = Locks(root / ".locks")
        self.bucket = bucket
        self.anew = anew
        self._written: set[Key] = set()

    def get_or_build(self, key: Key, build: Callable[[], Built]) -> Entry:
        """The entry of ``key``, built now if it is not there or is damaged.

        Of several processes that ask at once, one builds and the others wait for it.
        """
        found = self.find(key)
        if found:
            return found
        with self.locks.hold(key):
            found = self.find(key)
            if found:
                return found
            start = time.perf_counter()
            built = build()
            self.put(key, built, time.perf_counter() - start)
            shutil.rmtree(self._unfinished(key), ignore_errors=True)
        return Entry.open(key, self._folder(key))

    def put(self, key: Key, built: Built, seconds: float = 0.0) -> None:
        """Write an entry that took ``seconds`` to build; of two writers the first wins.

        Raises:
            LeansetError: it could not be written.
        """
        with writing(self._folder(key)), self.scratch() as draft:
            write_entry(draft, key, built, seconds)
            if self.bucket:
                self.bucket.put(key, draft)
            self._place(draft, key)
        self._written.add(key)

    def find(self, key: Key) -> Entry | None:
        """The entry of ``key``, or None if it is not there; a damaged one is set aside."""
        if self.anew and key not in self._written:
            return None
        folder = self._folder(key)
        if folder.exists():
            damage = damage_of(folder)
            if damage is None:
                return Entry.open(key, folder)
            self._set_aside(folder, damage)
        return Entry.open(key, folder) if self._fetch(key) else None

    def get(self, key: Key) -> Entry:
        """The entry of ``key``.

        Raises:
            LeansetError: it is missing or damaged.
        """
        folder = self._folder(key)
        if not folder.exists():
            self._fetch(key)
        damage = damage_of(folder)
        if damage:
            raise LeansetError(
                f"the stored {key.kind} cannot be used ({damage}).",
                where=str(folder),
                remedy="Run the sweep again: it builds what is missing.",
            )
        return Entry.open(key, folder)

    def scratch(self) -> AbstractContextManager[Path]:
        """A folder to work in, on the same disk as the entries, removed at the end."""
        return scratch_folder(self.root / ".scratch")

    def unfinished(self, key: Key) -> Path:
        """A folder for the parts of an entry that is being built, which outlives a kill.

        It is for the builder alone, who has the key's lock, and is gone once the entry is there.
        """
        folder = self._unfinished(key)
        if self.anew:
            shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def kept(self) -> Iterator[Kept]:
        """Every entry there is, in the bucket if there is one; also those that were set aside."""
        if self.bucket:
            yield from (Kept(*described) for described in self.bucket.kept())
            return
        for folder in sorted(self.root.glob("[!.]*/*/")):
            # another process may just remove it
            with suppress(FileNotFoundError):
                yield _described(folder)

    def remove(self, key: Key) -> None:
        """Delete an entry."""
        if self.bucket:
            self.bucket.remove(key)
        self._make_way(self._folder(key))

    def _fetch(self, key: Key) -> bool:
        """Copy an entry from the bucket; whether a whole one is here now."""
        if self.bucket is None:
            return False
        with self.scratch() as draft:
            if not self.bucket.fetch(key, draft):
                return False
            damage = damage_of(draft)
            if damage:
                logger.warning("%s in %s is damaged (%s).", key.digest, self.bucket.url, damage)
                return False
            self._place(draft, key)
        return True

    def _place(self, draft: Path, key: Key) -> None:
        """Give a finished entry its name, through to the disk."""
        final = self._folder(key)
        final.parent.mkdir(parents=True, exist_ok=True)
        draft.chmod(0o755)
        if self.anew:
            self._make_way(final)
        try:
            draft.rename(final)
        except OSError:
            # another process wrote the same entry first; the content is the same by its key
            if not final.exists():
                raise
        sync(final.parent)

    def _make_way(self, folder: Path) -> None:
        """Remove an entry, unless another process just did."""
        with self.scratch() as grave, suppress(FileNotFoundError):
            folder.rename(grave / folder.name)

    def _set_aside(self, folder: Path, damage: str) -> None:
        """Move a damaged entry out of the way, unless another process just did."""
        aside = Path(tempfile.mkdtemp(prefix=f"{folder.name}.damaged-", dir=folder.parent))
        try:
            folder.replace(aside)
        except FileNotFoundError:
            shutil.rmtree(aside, ignore_errors=True)
            return
        # as young as its damage is known, so that somebody may look at it
        os.utime(aside)
        logger.warning(
            "%s is damaged (%s): set aside as %s and built again.", folder, damage, aside.name
        )

    def _unfinished(self, key: Key) -> Path:
        return self.root / ".unfinished" / key.kind / key.digest

    def _folder(self, key: Key) -> Path:
        return self.root / key.kind / key.digest


def _described(folder: Path) -> Kept:
    # nothing is written into a folder after its manifest
    written = datetime.fromtimestamp(folder.stat().st_mtime, UTC)
    size = sum(file.stat().st_size for file in folder.iterdir())
    return Kept(Key(folder.parent.name, folder.name), written, size)
