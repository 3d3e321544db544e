"""RS2: not one random subset but a new one each epoch."""

from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from leanset.selectors.base import Materials, SelectorBase


class Rs2(SelectorBase):
    """A new random subset for every epoch, drawn uniformly.

    Repeated random sampling (Okanovic et al. 2024, section 3, with replacement). Each epoch shows
    as many samples as the budget says, drawn uniformly from all; over a training more distinct
    samples are seen than that. It saves training, but no labelling and no storage.
    """

    redraws: ClassVar[bool] = True
    method: Literal["rs2"]

    def uses_labels(self) -> bool:
        """No."""
        return False

    def select(
        self,
        keep: int,  # noqa: ARG002
        materials: Materials,
        rng: np.random.Generator,  # noqa: ARG002
    ) -> NDArray[np.int64]:
        """The pool: every index. The training's own generator draws from it."""
        return np.arange(len(materials.labels))
