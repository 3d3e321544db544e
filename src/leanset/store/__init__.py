"""The content-addressed store of everything costly: get an entry by its key, or build it."""

from leanset.store.bucket import Bucket
from leanset.store.dry import DryStore, NotBuiltError, Promised
from leanset.store.entry import Built, Entry, Key
from leanset.store.store import Kept, Store

__all__ = [
    "Bucket",
    "Built",
    "DryStore",
    "Entry",
    "Kept",
    "Key",
    "NotBuiltError",
    "Promised",
    "Store",
]
