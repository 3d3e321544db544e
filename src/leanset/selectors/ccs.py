"""Cover all levels of a score, but its hardest."""

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PositiveInt

from leanset.budgets import equal_quotas
from leanset.errors import LeansetError
from leanset.selectors.base import Materials
from leanset.selectors.ranking import between
from leanset.selectors.scored import Scored


class Ccs(Scored):
    """An equal share of every level of a score, but for its hardest samples.

    Coverage-centric coreset selection (Zheng et al. 2023, algorithm 1). The ``beta`` hardest, a
    fraction of all N samples and not of those pruned, are cut off. What is left is divided into
    ``strata`` of equal width over the range of its scores; each gives the same number of samples,
    drawn uniformly, and a stratum too small to give that many gives all it has and its share to the
    others. The paper's score is AUM, and the more is pruned, the larger its beta.
    """

    method: Literal["ccs"]
    beta: Annotated[float, Field(ge=0, lt=1)]
    strata: PositiveInt = 50

    def check(self, keep: int, available: int) -> None:
        """Refuse a budget larger than what the cut-off leaves."""
        # half a sample is what rounding a budget to whole samples can add
        if keep + self.beta * available > available + 0.5 + 1e-6:
            raise LeansetError(
                f"method ccs cuts off the hardest {self.beta:g} of {available} samples, which "
                f"leaves fewer than the {keep} to keep.",
                remedy=f"Give beta at most {1 - keep / available:g}, or lower the variant's "
                "budgets.",
            )

    def pick(self, keep: int, group: Materials, rng: np.random.Generator) -> NDArray[np.int64]:
        """An equal draw from every stratum below the cut-off."""
        scores = group.scores[self.score]
        size = len(group.labels)
        left = max(keep, size - round(self.beta * size))
        pool = between(scores, group.labels, 0, left, rng)
        stratum = self._strata_of(scores.values[pool])
        quotas = equal_quotas(np.bincount(stratum, minlength=self.strata), keep, rng)
        members = [rng.permutation(pool[stratum == level]) for level in range(self.strata)]
        return np.concatenate([own[:quota] for own, quota in zip(members, quotas, strict=True)])

    def _strata_of(self, values: NDArray[np.float32]) -> NDArray[np.int64]:
        """The stratum of each value; the highest belongs to the last, equal values to the first."""
        above_least = values.astype(np.float64) - float(values.min())
        share = above_least / (above_least.max() or 1.0)
        return np.minimum((share * self.strata).astype(np.int64), self.strata - 1)
