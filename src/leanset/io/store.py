"""The store as a catalog dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from kedro.io import AbstractDataset, DatasetError
from kedro.io.core import get_protocol_and_path

from leanset.store import Bucket, Store


def open_store(*, filepath: str, cache: str | None = None, anew: bool = False) -> Store:
    """The store in a folder, or in an object store by way of a folder that is its cache.

    Raises:
        DatasetError: it is in an object store, and no cache is named.
    """
    protocol, path = get_protocol_and_path(filepath)
    if protocol == "file":
        return Store(Path(path), anew=anew)
    if cache is None:
        raise DatasetError(f"The store {filepath} needs a cache: name a folder on this machine.")
    return Store(Path(cache), Bucket(filepath), anew=anew)


class StoreDataset(AbstractDataset[None, Store]):
    """Gives nodes the store; entries are saved through it, not through the catalog.

    Args:
        filepath: a folder, or the URL of one in an object store.
        cache: the ``filepath`` of a folder on this machine, for what is in an object store.
            It is a block of its own since Kedro makes relative paths absolute by that name only.
        rerun: ``all`` builds and trains everything once more.
    """

    def __init__(
        self,
        *,
        filepath: str,
        cache: dict[str, str] | None = None,
        rerun: Literal["all", "changed"] = "changed",
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self._filepath = filepath
        # one for all nodes, so that it knows what this very sweep has built anew
        self._store = open_store(
            filepath=filepath, cache=cache["filepath"] if cache else None, anew=rerun == "all"
        )
        self.metadata = metadata

    def load(self) -> Store:
        """The store, whether or not its folder exists yet."""
        return self._store

    def save(self, data: None) -> None:  # noqa: ARG002
        """Refused."""
        raise DatasetError("Entries of the store are saved by the store itself.")

    def _exists(self) -> bool:
        return True

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath}
