"""A score that was made elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from leanset.precomputed import DiskRows, PrecomputedFile
from leanset.scores.base import Sources


class PrecomputedScore(PrecomputedFile):
    """A number for each sample out of a file: the higher, the sooner kept at the hard end.

    What it is, only the one who made it knows: its ``kind``, and whether it ``uses_labels``.
    """

    version: ClassVar[int] = 1
    method: Literal["precomputed"]
    kind: Literal["difficulty", "uncertainty"]
    uses_labels: bool

    def sources(self) -> Sources:
        """No named artifact."""
        return Sources()

    def score(self, folder: Path, rows: DiskRows) -> NDArray[np.float32]:
        """The numbers of the training samples, ``float32 [N]``.

        Raises:
            LeansetError: the file is missing or damaged, or not of as many samples.
        """
        return self.floats(folder, rows, dimensions=1)
