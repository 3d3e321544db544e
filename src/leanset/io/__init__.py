"""What Kedro reads and writes through: datasets no library has, and the checked settings."""

from leanset.io.folder import FolderDataset
from leanset.io.store import StoreDataset
from leanset.io.stored import StoredDataset

__all__ = ["FolderDataset", "StoreDataset", "StoredDataset"]
