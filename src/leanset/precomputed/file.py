"""A file of numbers that a person brings: where it lies, which one it is, what it holds."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, Field

from leanset.errors import LeansetError
from leanset.frozen import Frozen
from leanset.precomputed.parquet import read_parquet

_FORMATS = (".npy", ".parquet")


def _stays_inside(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise ValueError(
            f"'{name}' leads out of the folder of precomputed files; name a file inside it"
        )
    if path.suffix not in _FORMATS:
        raise ValueError(f"'{name}' is of no format that is read; save it as .npy or .parquet")
    return name


class GivenFile(Frozen):
    """A ``.npy`` file, a ``.parquet`` file, or a folder ``*.parquet`` of parts of one table.

    With ``sha256`` no other content is taken. That of a folder is of the sorted SHA-256 of its
    parts, so it depends neither on their names nor on their order.
    """

    file: Annotated[str, AfterValidator(_stays_inside)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None

    def digest(self, folder: Path) -> str:
        """The SHA-256 of the content.

        Raises:
            LeansetError: there is no such file, or it is not the one of ``sha256``.
        """
        parts = sorted(_sha256(part) for part in self._parts(folder))
        several = hashlib.sha256("\n".join(parts).encode()).hexdigest()
        digest = several if (folder / self.file).is_dir() else parts[0]
        if self.sha256 not in (None, digest):
            raise LeansetError(
                f"the content is not that of the given sha256; it has {digest}.",
                where=str(folder / self.file),
                remedy="Fetch the file again, or, if you mean to use this one, give its sha256.",
            )
        return digest

    def read(self, folder: Path) -> NDArray[Any]:
        """All rows, mapped from disk where the format allows it, ``[N]`` or ``[N, D]``.

        Raises:
            LeansetError: the file is missing, damaged, or holds anything but rows of numbers.
        """
        parts = self._parts(folder)
        if PurePosixPath(self.file).suffix == ".npy":
            return _read_npy(parts[0])
        return read_parquet(parts, str(folder / self.file))

    def _parts(self, folder: Path) -> list[Path]:
        path = folder / self.file
        if path.is_file():
            return [path]
        parts = sorted(path.glob("*.parquet")) if path.suffix == ".parquet" else []
        if not parts:
            what = (
                "the folder holds no parquet files." if path.is_dir() else "there is no such file."
            )
            raise LeansetError(
                what,
                where=str(path),
                remedy="Put it there, or name another; globals.yml names the folder (precomputed).",
            )
        return parts


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_npy(path: Path) -> NDArray[Any]:
    try:
        values: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise LeansetError(
            f"this is not a .npy file of numbers that can be read ({error}).",
            where=str(path),
            remedy="Save one array with numpy.save(..., allow_pickle=False); nothing is unpickled.",
        ) from error
    if not isinstance(values, np.ndarray):
        raise LeansetError(
            "the file holds several arrays.",
            where=str(path),
            remedy="Save one array with numpy.save.",
        )
    return values
