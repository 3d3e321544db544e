"""Keep a stretch of a ranking that begins where one says."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from leanset import budgets
from leanset.errors import LeansetError
from leanset.selectors.base import Materials
from leanset.selectors.ranking import between
from leanset.selectors.scored import Scored


class Window(Scored):
    """Keep the samples of a window of ranks.

    The rule of the source experiment R3 (bezalelc, Data-pruning: 40 % windows over EL2N): the
    window begins at the fraction ``start`` from the easy end and is the fraction ``width`` wide, or
    as wide as the budget. From a window wider than the budget the samples are drawn uniformly. With
    class balance, the window of a class is widened to its quota and kept within the class.
    """

    method: Literal["window"]
    start: Annotated[float, Field(ge=0, lt=1)]
    width: Annotated[float, Field(gt=0, le=1)] | None = None

    @model_validator(mode="after")
    def _ends_at_the_hard_end(self) -> Window:
        if self.width is not None and self.start + self.width > 1 + 1e-9:
            raise ValueError(
                f"start {self.start:g} and width {self.width:g} add up to "
                f"{self.start + self.width:g}, which is past the hard end; lower one of them"
            )
        return self

    def check(self, keep: int, available: int) -> None:
        """Refuse a budget that the window cannot hold, or with which it would not fit."""
        if self.width is not None and keep > budgets.kept(self.width, available):
            raise LeansetError(
                f"method window draws {keep} samples from a window of width {self.width:g}, "
                f"which holds {budgets.kept(self.width, available)} of {available}.",
                remedy="Raise width, leave it out, or lower the variant's budgets.",
            )
        # half a sample is what rounding a budget to whole samples can add
        if self.width is None and self.start * available + keep > available + 0.5 + 1e-6:
            raise LeansetError(
                f"method window keeps {keep} of {available} samples from start {self.start:g} "
                "on, which is past the hard end.",
                remedy=f"Give start at most {1 - keep / available:g}, or lower the variant's "
                "budgets.",
            )

    def pick(self, keep: int, group: Materials, rng: np.random.Generator) -> NDArray[np.int64]:
        """A uniform draw from the window; all of it, where it is as wide as the budget."""
        size = len(group.labels)
        width = keep if self.width is None else max(keep, budgets.kept(self.width, size))
        start = min(round(self.start * size), size - width)
        window = between(group.scores[self.score], group.labels, start, start + width, rng)
        return rng.permutation(window)[:keep]
