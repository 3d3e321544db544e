"""What the rules over an embedding have in common."""

from __future__ import annotations

from abc import ABC

import numpy as np
from numpy.typing import NDArray

from leanset.finite import require_finite
from leanset.selectors.base import Materials, Needs
from leanset.selectors.grouped import Grouped


class Embedded(Grouped, ABC):
    """A rule over an embedding, applied to all samples at once or to each class by itself."""

    embedding: str

    def needs(self) -> Needs:
        """The embedding."""
        return Needs(embeddings=(self.embedding,))

    def points(self, materials: Materials) -> NDArray[np.float32]:
        """The embedding of the samples, ``float32 [n, D]``."""
        return materials.embeddings[self.embedding]

    def refuse_unusable(self, materials: Materials) -> None:
        """Refuse an embedding that is not finite."""
        require_finite(self.points(materials), f"embedding {self.embedding}")
