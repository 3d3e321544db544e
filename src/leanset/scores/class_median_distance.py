"""How far a sample is from the middle of its class."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from leanset.scores.base import ScoreBase, Sources


class ClassMedianDistance(ScoreBase):
    """The distance to the median of the samples of the same label.

    ‖x − m‖₂, m the median of each coordinate. The distance to the class centre of Moderate (Xia et
    al. 2023); the median is that of later implementations.
    """

    kind: ClassVar[Literal["difficulty", "uncertainty"]] = "difficulty"
    uses_labels: ClassVar[bool] = True
    method: Literal["class_median_distance"]
    embedding: str

    def sources(self) -> Sources:
        """The embedding."""
        return Sources(embedding=self.embedding)

    def score(
        self, embedding: NDArray[np.float32], labels: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Distance of each of ``float32 [N, D]`` with labels ``int64 [N]``, ``float32 [N]``."""
        distance = np.empty(len(embedding), dtype=np.float32)
        for label in np.unique(labels):
            own = embedding[labels == label].astype(np.float64)
            distance[labels == label] = np.linalg.norm(own - np.median(own, axis=0), axis=1)
        return distance
