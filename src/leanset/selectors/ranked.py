"""Keep one end of a ranking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from leanset.errors import LeansetError
from leanset.selectors.base import Materials
from leanset.selectors.ranking import between
from leanset.selectors.scored import Scored


class Ranked(Scored):
    """Keep the hardest samples or the easiest (Paul et al. 2021, with EL2N and GraNd).

    Which end is better turns with the budget: hard samples when data are abundant, easy ones when
    they are scarce (Sorscher et al. 2022). ``auto`` has both ends tried on the validation split
    and becomes the better one.
    """

    method: Literal["ranked"]
    keep: Literal["hardest", "easiest", "auto"]

    def alternatives(self) -> Mapping[str, Self]:
        """Both ends, where the choice is left open."""
        if self.keep != "auto":
            return {}
        return {end: self.model_copy(update={"keep": end}) for end in ("hardest", "easiest")}

    def pick(self, keep: int, group: Materials, rng: np.random.Generator) -> NDArray[np.int64]:
        """The ``keep`` highest or lowest scores.

        Raises:
            LeansetError: the end is still ``auto``.
        """
        size = len(group.labels)
        starts = {"hardest": size - keep, "easiest": 0}
        if self.keep not in starts:
            raise LeansetError(
                "method ranked was asked to select while keep is still auto.",
                remedy="Select with one of its alternatives(); the pipeline tries both.",
            )
        start = starts[self.keep]
        return between(group.scores[self.score], group.labels, start, start + keep, rng)
