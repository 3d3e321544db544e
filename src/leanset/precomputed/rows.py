"""Which rows of the training split on disk the training samples are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leanset.errors import LeansetError
from leanset.images import ImageSet

_HARDLY_EVER = 1e-9


@dataclass(frozen=True)
class DiskRows:
    """The rows of the samples in use, out of all rows that lie on disk.

    Attributes:
        train: ``int64 [N]``, the row of each training sample.
        used: how many samples are in use, those for validation among them.
        reach: the last row in use, and one more.
        drawn: whether they are a random part of what lies on disk (``dataset.train_samples``).
    """

    train: NDArray[np.int64]
    used: int
    reach: int
    drawn: bool

    @classmethod
    def of(cls, images: ImageSet, *, drawn: bool) -> DiskRows:
        """Those of an image set."""
        rows = [images.train.rows, *([images.validation.rows] if images.validation else [])]
        reach = max(int(part.max()) for part in rows) + 1
        return cls(images.train.rows, sum(map(len, rows)), reach, drawn)

    def of_training(self, values: NDArray[Any]) -> NDArray[Any]:
        """What an array of all rows holds of the training samples."""
        return values if len(values) == len(self.train) else values[self.train]

    def check(self, rows: int, where: str) -> None:
        """Refuse a file that is not of as many samples as the training split on disk.

        Of a random part it is only known how far it reaches. A file is too long for it if n
        samples that are drawn from so many would lie so near the beginning in less than one draw
        in a billion.

        Raises:
            LeansetError: with both numbers.
        """
        if self.drawn:
            too_long = self.used * math.log(self.reach / max(rows, 1)) < math.log(_HARDLY_EVER)
            fits, needed = rows >= self.reach and not too_long, f"about {self.reach:,}"
        else:
            fits, needed = rows == self.reach, f"{self.reach:,}"
        if not fits:
            raise LeansetError(
                f"the file has {rows:,} rows, the training split on disk {needed} samples.",
                where=where,
                remedy="Give one row for each sample of the training split as it lies on disk, in "
                "that order, before dataset.train_samples and dataset.validation take their part.",
            )
