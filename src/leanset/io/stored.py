"""Versioned pointers into the store."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any

import fsspec
from kedro.io import AbstractVersionedDataset, Version
from kedro.io.core import get_filepath_str, get_protocol_and_path

from leanset.io.store import StoreDataset
from leanset.io.whole import Whole
from leanset.store import Entry, Key


class StoredDataset(Whole, AbstractVersionedDataset[list[Entry], list[Entry]]):
    """Entries of the store, saved as a small JSON list of their keys.

    An artifact with replicates has one entry for each run, any other has one entry. Loading maps
    the arrays from the store and verifies their checksums.
    """

    def __init__(
        self,
        *,
        filepath: str,
        store: dict[str, Any],
        version: Version | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self._protocol, path = get_protocol_and_path(filepath, version)
        folders = {"auto_mkdir": True} if self._protocol == "file" else {}
        self._fs = fsspec.filesystem(self._protocol, **folders)
        self._store = StoreDataset(**store).load()
        self.metadata = metadata
        super().__init__(PurePosixPath(path), version, self._fs.exists, self._fs.glob)

    def load(self) -> list[Entry]:
        """The entries, in order of run."""
        path = get_filepath_str(self._get_load_path(), self._protocol)
        with self._fs.open(path, "r") as file:
            return [self._store.get(Key(**key)) for key in json.load(file)]

    def save(self, data: list[Entry]) -> None:
        """Write the keys of the entries."""
        path = get_filepath_str(self._get_save_path(), self._protocol)
        with self._fs.open(path, "w") as file:
            keys = [{"kind": entry.key.kind, "digest": entry.key.digest} for entry in data]
            json.dump(keys, file, indent=1)
        self._fs.invalidate_cache(path)

    def _exists(self) -> bool:
        return bool(self._fs.exists(get_filepath_str(self._get_load_path(), self._protocol)))

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath), "store": str(self._store.root)}
