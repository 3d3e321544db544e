"""Drop the samples most suspected of a wrong label, then let another rule choose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Discriminator

from leanset.budgets import Budget, kept
from leanset.coverage.demand import Demand
from leanset.errors import LeansetError
from leanset.finite import require_finite
from leanset.seeds import numpy_generator
from leanset.selectors.base import Materials, Needs, Selection, SelectorBase
from leanset.selectors.ranking import between
from leanset.selectors.rules import Rule


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
        return replace(inner, scores=tuple(dict.fromkeys((self.suspects, *inner.scores))))

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

    def demand(self, keep: int, materials: Materials) -> Demand | None:
        """What the rule that follows takes, of what is left."""
        return self.then.demand(keep, self._foretaste(materials))

    def remarks(self, keep: int, materials: Materials) -> Iterator[str]:
        """Those of the rule that follows, on what is left."""
        yield from self.then.remarks(keep, self._foretaste(materials))

    def choose(self, keep: int, materials: Materials, rng: np.random.Generator) -> Selection:
        """The choice of the rule that follows, with its weights, among the least suspect samples.

        Raises:
            LeansetError: a score is not finite.
        """
        trusted = self._trusted(materials, rng)
        chosen = self.then.choose(keep, materials.restricted(trusted), rng)
        return replace(chosen, indices=trusted[chosen.indices])

    def select(
        self, keep: int, materials: Materials, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """What is chosen, without weights."""
        trusted = self._trusted(materials, rng)
        return trusted[self.then.select(keep, materials.restricted(trusted), rng)]

    def _trusted(self, materials: Materials, rng: np.random.Generator) -> NDArray[np.int64]:
        """The least suspect samples, as many as the filter leaves."""
        suspicion = materials.scores[self.suspects]
        require_finite(suspicion.values, f"score {self.suspects}")
        return between(suspicion, materials.labels, 0, self._left(len(materials.labels)), rng)

    def _foretaste(self, materials: Materials) -> Materials:
        """What the filter leaves of the materials, before there is a seed to break its ties."""
        return materials.restricted(self._trusted(materials, numpy_generator(0)))

    def _left(self, available: int) -> int:
        """How many samples the filter leaves, none if it is to drop more than there are."""
        return available - kept(min(self.drop, available), available)
