"""The store as a catalog dataset."""

from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset, DatasetError

from leanset.store import Store


class StoreDataset(AbstractDataset[None, Store]):
    """Gives nodes the store; entries are saved through it, not through the catalog."""

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        self._path = Path(filepath)
        self.metadata = metadata

    def load(self) -> Store:
        """The store, whether or not its folder exists yet."""
        return Store(self._path)

    def save(self, data: None) -> None:  # noqa: ARG002
        """Refused."""
        raise DatasetError("Entries of the store are saved by the store itself.")

    def _exists(self) -> bool:
        return True

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._path)}
