"""Files that were made elsewhere: one row for each sample of the training split on disk."""

from leanset.precomputed.aligned import PrecomputedFile
from leanset.precomputed.file import GivenFile
from leanset.precomputed.rows import DiskRows

__all__ = ["DiskRows", "GivenFile", "PrecomputedFile"]
