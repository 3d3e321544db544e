"""A store that builds nothing: for finding out what would be built."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from numpy.typing import NDArray

from leanset.store.entry import Built, Entry, Key
from leanset.store.locks import Locks
from leanset.store.store import Store

if TYPE_CHECKING:
    from filelock import BaseFileLock


class NotBuiltError(Exception):
    """Something was to be read of an entry that is not there yet, or to be trained."""


@dataclass(frozen=True)
class Promised(Entry):
    """An entry that would be built: its key is known, and nothing else of it."""

    def __getitem__(self, name: str) -> NDArray[Any]:
        self._refuse()

    @property
    def arrays(self) -> dict[str, NDArray[Any]]:
        """Not known."""
        self._refuse()

    @property
    def facts(self) -> Mapping[str, Any]:
        """Not known."""
        self._refuse()

    @property
    def seconds(self) -> float:
        """Not known."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise NotBuiltError(f"the {self.key.kind} {self.key.digest} is not built yet")


class DryStore(Store):
    """What another store holds; whatever it does not hold is promised and not built."""

    def __init__(self, store: Store) -> None:
        super().__init__(store.root, store.bucket, anew=store.anew)
        self.locks = _NoLocks(store.root)

    def get_or_build(self, key: Key, build: Callable[[], Built]) -> Entry:  # noqa: ARG002
        """The entry of ``key``, or its promise."""
        return self.find(key) or Promised(key, self.root / key.kind / key.digest, {})

    def put(self, key: Key, built: Built, seconds: float = 0.0) -> None:
        """Nothing is written."""

    def scratch(self) -> AbstractContextManager[Path]:
        """A folder to work in, outside the store; a cache has its own."""
        return super().scratch() if self.bucket else _folder_elsewhere()

    def _set_aside(self, folder: Path, damage: str) -> None:
        """A damaged entry stays where it is; only a cache is mended."""
        if self.bucket:
            super()._set_aside(folder, damage)


@contextmanager
def _folder_elsewhere() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


class _NoLocks(Locks):
    """Whoever asks for a lock is about to do some work."""

    def claim(self, key: Key) -> BaseFileLock | None:
        raise NotBuiltError(f"the {key.kind} {key.digest} is not done yet")
