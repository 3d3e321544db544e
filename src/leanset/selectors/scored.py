"""What the rules over one score have in common."""

from __future__ import annotations

from abc import ABC

from leanset.finite import require_finite
from leanset.selectors.base import Materials, Needs
from leanset.selectors.grouped import Grouped


class Scored(Grouped, ABC):
    """A rule over a score, applied to all samples at once or to each class by itself."""

    score: str

    def needs(self) -> Needs:
        """The score this variant names."""
        return Needs(scores=(self.score,))

    def refuse_unusable(self, materials: Materials) -> None:
        """Refuse scores that are not finite."""
        for name in self.needs().scores:
            require_finite(materials.scores[name].values, f"score {name}")
