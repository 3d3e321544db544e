"""A precomputed file, and what it holds of the training samples."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from leanset.errors import LeansetError
from leanset.finite import require_finite
from leanset.precomputed.file import GivenFile
from leanset.precomputed.rows import DiskRows

_SHAPES = {1: "one number", 2: "a row of one or more numbers"}
_TYPES = {"f": "float32", "iu": "int64"}


class PrecomputedFile(GivenFile):
    """A file with one row for each sample of the training split as it lies on disk.

    Of a training split that is only a part of that (``dataset.train_samples``,
    ``dataset.validation``) each sample gets the row that it has on disk.

    ``seconds`` is what making the file took elsewhere; subsets are charged for it.
    """

    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0

    def floats(self, folder: Path, rows: DiskRows, dimensions: int) -> NDArray[np.float32]:
        """The finite numbers of the training samples, ``float32 [N]`` or ``[N, D]``.

        Raises:
            LeansetError: the file is not that, or not of as many samples.
        """
        where = str(folder / self.file)
        with np.errstate(over="ignore"):  # what is beyond float32 is found to be infinite
            values = self._all(folder, rows, dimensions, "f").astype(np.float32)
        require_finite(values, where)
        return rows.of_training(values)

    def integers(self, folder: Path, rows: DiskRows) -> NDArray[np.int64]:
        """The whole numbers of the training samples, ``int64 [N]``.

        Raises:
            LeansetError: the file is not that, or not of as many samples.
        """
        return rows.of_training(self._all(folder, rows, 1, "iu").astype(np.int64))

    def _all(self, folder: Path, rows: DiskRows, dimensions: int, kinds: str) -> NDArray[Any]:
        where, values = str(folder / self.file), self.read(folder)
        if values.ndim != dimensions or not values.size:
            raise LeansetError(
                f"the file holds numbers of shape {values.shape}.",
                where=where,
                remedy=f"Give {_SHAPES[dimensions]} for each of the samples.",
            )
        if values.dtype.kind not in kinds:
            raise LeansetError(
                f"the file holds {values.dtype}.",
                where=where,
                remedy=f"Save it as {_TYPES[kinds]}.",
            )
        rows.check(len(values), where)
        return values
