"""A folder of raw files, given to a node as its path."""

from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset, DatasetError


class FolderDataset(AbstractDataset[None, Path]):
    """The path of a folder; what lies in it is the business of the source that reads it."""

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        self._path = Path(filepath)
        self.metadata = metadata

    def load(self) -> Path:
        """The path."""
        return self._path

    def save(self, data: None) -> None:  # noqa: ARG002
        """Refused: raw data are read only."""
        raise DatasetError("Raw data are never written.")

    def _exists(self) -> bool:
        return self._path.is_dir()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._path)}
