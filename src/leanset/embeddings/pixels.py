"""The images themselves as vectors."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leanset.embeddings.base import ImageEmbedding


class Pixels(ImageEmbedding):
    """Raw pixels on the 0–255 scale, flattened."""

    method: Literal["pixels"]

    def embed(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Flatten ``uint8 [N, C, H, W]`` to ``float32 [N, C·H·W]``."""
        return images.reshape(len(images), -1).astype(np.float32)
