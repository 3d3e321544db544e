"""Samples that every sample has a similar one among."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leanset.coverage.similarity import SimilarityName
from leanset.selectors.base import Materials
from leanset.selectors.covering import Covering
from leanset.selectors.embedded import Embedded
from leanset.selectors.grouped import Balance


class FacilityLocation(Embedded, Covering):
    """Samples that every sample has a similar one among.

    Facility location in an embedding (Wei, Iyer and Bilmes 2015, section 3). The similarity of two
    samples is (1 + cos) / 2, or with ``similarity: euclidean`` the distance between them less than
    the longest there is. The paper chooses within each class.
    """

    method: Literal["facility_location"]
    similarity: SimilarityName = "cosine"
    balance: Balance = "proportional"

    def similarity_name(self) -> SimilarityName:
        """As the settings say."""
        return self.similarity

    def pick(self, keep: int, group: Materials, rng: np.random.Generator) -> NDArray[np.int64]:
        """The samples that cover the group."""
        return self.covered(self.points(group), keep, group.memory, rng).chosen
