"""An embedding that was made elsewhere."""

from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leanset.embeddings.base import EmbeddingBase
from leanset.precomputed import DiskRows, PrecomputedFile


class PrecomputedEmbedding(PrecomputedFile, EmbeddingBase):
    """Numbers for each sample out of a file, neither centred nor scaled."""

    method: Literal["precomputed"]

    def source_log(self) -> None:
        """None."""

    def embed(self, folder: Path, rows: DiskRows) -> NDArray[np.float32]:
        """The rows of the training samples, ``float32 [N, D]``.

        Raises:
            LeansetError: the file is missing or damaged, or not of as many samples.
        """
        return self.floats(folder, rows, dimensions=2)
