"""What every embedding says of itself and is made from."""

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from leanset.frozen import Frozen


class EmbeddingBase(Frozen, ABC):
    """Frozen settings that know how to embed the samples of the training split."""

    version: ClassVar[int] = 1
    """Part of the key of a stored embedding; raised when the same settings give other numbers."""

    method: str

    @abstractmethod
    def source_log(self) -> str | None:
        """The training log it is read from; None where it is made from the images alone."""


class ImageEmbedding(EmbeddingBase):
    """An embedding that is made from the images."""

    def source_log(self) -> str | None:
        """None."""
        return None

    @abstractmethod
    def embed(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Turn ``uint8 [N, C, H, W]`` into ``float32 [N, D]``."""
