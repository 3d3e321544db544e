"""Keep the middle of a ranking."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leanset.selectors.base import Materials
from leanset.selectors.ranking import between
from leanset.selectors.scored import Scored


class Middle(Scored):
    """Keep the samples around the median score (Moderate; Xia et al. 2023).

    The paper's score is the distance to the median embedding of the class, ranked over all
    samples. With r the fraction kept, the ranks in [(1 - r)/2, (1 + r)/2] are kept.
    """

    method: Literal["middle"]

    def pick(self, keep: int, group: Materials, rng: np.random.Generator) -> NDArray[np.int64]:
        """As many samples cut off at the easy end as at the hard end, or one fewer."""
        start = (len(group.labels) - keep) // 2
        return between(group.scores[self.score], group.labels, start, start + keep, rng)
