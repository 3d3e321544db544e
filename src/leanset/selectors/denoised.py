"""Drop the samples most suspected of a wrong label, then let another rule choose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Discriminator

from leanset.budgets import Budget, kept
from leanset.errors import LeansetError
from leanset.finite import require_finite
from leanset.selectors.base import Materials, Needs, SelectorBase
from leanset.selectors.baseline import Random, StratifiedRandom
from leanset.selectors.beta_sampling import BetaSampling
from leanset.selectors.ccs import Ccs
from leanset.selectors.clustered import Clustered
from leanset.selectors.middle import Middle
from leanset.selectors.ranked import Ranked
from leanset.selectors.ranking import between
from leanset.selectors.weighted import Weighted
from leanset.selectors.window import Window

Rule: TypeAlias = (
    Random | StratifiedRandom | Clustered | Ranked | Window | Middle | Ccs | BetaSampling | Weighted
)
"""Every rule that can choose from a part of the samples as well as from all."""


class Denoised(SelectorBase):
    """Drop the ``drop`` most suspect samples, a count or a fraction of all, then apply ``then``.

    To remove suspects before training is what AUM was made for (Pleiss et al. 2020). ``suspects``
    names a score of the kind *difficulty*, which is high on wrong labels. ``full`` and ``rs2``,
    which select all samples, cannot follow: ``random`` keeps all that is left when the budget is
    just that. Nor can ``oracle_clean``, which needs no filter.
    """

    method: Literal["denoised"]
    suspects: str
    drop: Budget
    then: Annotated[Rule, Discriminator("method")]

    def uses_labels(self) -> bool:
        """If the rule that follows does."""
        return self.then.uses_labels()

    def needs(self) -> Needs:
        """The suspicion, and what the rule that follows needs."""
        inner = self.then.needs()
        return Needs(
            clusterings=inner.clusterings,
            scores=tuple(dict.fromkeys((self.suspects, *inner.scores))),
            wrong_labels=inner.wrong_labels,
        )

    def alternatives(self) -> Mapping[str, Self]:
        """Those of the rule that follows, each after the same filter."""
        return {
            name: self.model_copy(update={"then": rule})
            for name, rule in self.then.alternatives().items()
        }

    def check(self, keep: int, available: int) -> None:
        """Refuse a budget larger than what is left, or one the rule that follows cannot meet."""
        left = self._left(available)
        if keep > left:
            raise LeansetError(
                f"method denoised drops {available - left} of {available} training samples, "
                f"which leaves {left}, fewer than the {keep} to keep.",
                remedy="Lower drop or the variant's budgets.",
            )
        self.then.check(keep, left)

    def select(
        self, keep: int, materials: Materials, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """The choice of the rule that follows, among the least suspect samples.

        Raises:
            LeansetError: a score is not finite.
        """
        suspicion = materials.scores[self.suspects]
        require_finite(suspicion.values, f"score {self.suspects}")
        left = self._left(len(materials.labels))
        trusted = between(suspicion, materials.labels, 0, left, rng)
        return trusted[self.then.select(keep, materials.restricted(trusted), rng)]

    def _left(self, available: int) -> int:
        """How many samples the filter leaves, none if it is to drop more than there are."""
        return available - kept(min(self.drop, available), available)
