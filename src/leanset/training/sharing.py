"""Handing an image set to another process as the places where its arrays lie on disk."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from mmap import mmap
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leanset.disks import writing
from leanset.images import ImageSet


@dataclass(frozen=True)
class MappedArray:
    """A stretch of a file that holds an array."""

    name: str
    file: str
    dtype: str
    shape: tuple[int, ...]
    offset: int

    def open(self) -> NDArray[Any]:
        """Map the array, read-only."""
        return np.memmap(self.file, self.dtype, "r", self.offset, self.shape)


@dataclass(frozen=True)
class SharedImages:
    """An image set as places on disk: small, hashable, and cheap to send."""

    name: str
    class_names: tuple[str, ...]
    arrays: tuple[MappedArray, ...]

    def open(self) -> ImageSet:
        """The image set, its arrays mapped."""
        arrays = {array.name: array.open() for array in self.arrays}
        return ImageSet.from_arrays(arrays, self.name, self.class_names)


@contextmanager
def shared(images: ImageSet) -> Iterator[SharedImages]:
    """Name where the arrays lie; what is only in memory is first written to a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="leanset-") as folder:
        arrays = tuple(
            _mapped(name, array, Path(folder)) for name, array in images.arrays().items()
        )
        yield SharedImages(images.name, images.class_names, arrays)


def _mapped(name: str, array: NDArray[Any], folder: Path) -> MappedArray:
    """Where an array lies: a whole map as it is, anything else (a view, a copy) written out."""
    if not (isinstance(array, np.memmap) and isinstance(array.base, mmap)):
        file = folder / f"{name}.npy"
        with writing(file):
            np.save(file, np.ascontiguousarray(array))
        array = np.lib.format.open_memmap(file, mode="r")
    return MappedArray(name, str(array.filename), array.dtype.str, array.shape, array.offset)
