"""Idx files, the format of MNIST and its relatives, plain or gzipped.

Format: two zero bytes, a type code (8 = unsigned byte), the number of dimensions, the dimensions
as big-endian 32-bit integers, then the values (http://yann.lecun.com/exdb/mnist).
"""

from __future__ import annotations

import gzip
import hashlib
import math
import struct
import zlib
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leanset.errors import LeansetError
from leanset.frozen import Frozen
from leanset.images import Split

_UNSIGNED_BYTE = 8
_MEANING = {1: "labels", 3: "images"}


class IdxFile(Frozen):
    """One idx file: its name in the folder and, if known, the SHA-256 of its unpacked bytes."""

    file: str
    sha256: str | None = None


class IdxSource(Frozen):
    """Four idx files in one folder."""

    format: Literal["idx"]
    train_images: IdxFile
    train_labels: IdxFile
    test_images: IdxFile
    test_labels: IdxFile

    def read(self, folder: Path) -> tuple[Split, Split]:
        """Read the train and test splits.

        Raises:
            LeansetError: the folder or a file is missing, truncated, swapped with another, of
                another format, or has another checksum.
        """
        if not folder.is_dir():
            raise LeansetError(
                "there is no such folder.",
                where=str(folder),
                remedy="Put the idx files there, or name their folder in globals.yml (raw) "
                "or with --params=folder=PATH.",
            )
        return (
            self._split(folder, self.train_images, self.train_labels),
            self._split(folder, self.test_images, self.test_labels),
        )

    @staticmethod
    def _split(folder: Path, images: IdxFile, labels: IdxFile) -> Split:
        pixels = read_idx(folder, images, dimensions=3)
        classes = read_idx(folder, labels, dimensions=1)
        if len(pixels) != len(classes):
            raise LeansetError(
                f"{len(pixels)} images in {images.file} "
                f"but {len(classes)} labels in {labels.file}.",
                where=str(folder),
                remedy="Use an image file and a label file that belong together.",
            )
        return Split.whole(pixels[:, None], classes.astype(np.int64))


def read_idx(folder: Path, file: IdxFile, dimensions: int) -> NDArray[np.uint8]:
    """Read one idx file of unsigned bytes and verify header, size and checksum.

    Args:
        folder: where the file lies.
        file: its name and checksum.
        dimensions: 3 for images ``[N, H, W]``, 1 for labels ``[N]``.
    """
    path = _inside(folder, file.file)
    content = _unpacked(path)
    shape = _shape(content, path, dimensions)
    start = 4 + 4 * dimensions
    expected = math.prod(shape)
    if len(content) - start != expected:
        state = "is truncated" if len(content) - start < expected else "has bytes after its end"
        raise LeansetError(
            f"the file {state}: its header announces {expected} values, "
            f"{len(content) - start} follow.",
            where=str(path),
            remedy="Fetch it again.",
        )
    if file.sha256 and hashlib.sha256(content).hexdigest() != file.sha256:
        raise LeansetError(
            "the checksum differs from dataset.source: this is another file of the same form.",
            where=str(path),
            remedy="Fetch the file again, or, if you mean to use this one, "
            "change its sha256 in dataset.yml.",
        )
    return np.frombuffer(content, dtype=np.uint8, offset=start).reshape(shape)


def _inside(folder: Path, name: str) -> Path:
    path = folder / name
    if Path(name).is_absolute() or ".." in Path(name).parts:
        raise LeansetError(f"'{name}' leads out of the folder.", where=str(folder))
    if not path.is_file():
        raise LeansetError(
            "there is no such file.",
            where=str(path),
            remedy="Put it there, or name another in dataset.source.",
        )
    return path


def _unpacked(path: Path) -> bytes:
    content = path.read_bytes()
    if not content.startswith(b"\x1f\x8b"):
        return content
    try:
        return gzip.decompress(content)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise LeansetError(
            f"the file is truncated or damaged ({error}).",
            where=str(path),
            remedy="Fetch it again.",
        ) from error


def _shape(content: bytes, path: Path, dimensions: int) -> tuple[int, ...]:
    wanted = _MEANING[dimensions]
    if len(content) < 4 or content[:3] != bytes([0, 0, _UNSIGNED_BYTE]):
        raise LeansetError(
            "this is not an idx file of unsigned bytes.",
            where=str(path),
            remedy=f"Name an idx file of {wanted} in dataset.source.",
        )
    if content[3] != dimensions:
        found = _MEANING.get(content[3], f"{content[3]}-dimensional data")
        raise LeansetError(
            f"the file holds {found}, not {wanted}.",
            where=str(path),
            remedy="Are two files swapped in dataset.source?",
        )
    header = content[4 : 4 + 4 * dimensions]
    if len(header) < 4 * dimensions:
        raise LeansetError("the file is truncated.", where=str(path), remedy="Fetch it again.")
    return struct.unpack(f">{dimensions}I", header)
