"""Kedro datasets that no library has."""

from leanset.io.folder import FolderDataset
from leanset.io.store import StoreDataset
from leanset.io.stored import StoredDataset

__all__ = ["FolderDataset", "StoreDataset", "StoredDataset"]
