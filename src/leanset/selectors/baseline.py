"""The arms every rule is measured against: all samples, and samples drawn at random."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leanset.budgets import proportional_quotas
from leanset.errors import LeansetError
from leanset.selectors.base import Materials, SelectorBase


class Full(SelectorBase):
    """All samples."""

    method: Literal["full"]

    def uses_labels(self) -> bool:
        """No."""
        return False

    def check(self, keep: int, available: int) -> None:
        """Refuse any budget but N."""
        if keep != available:
            raise LeansetError(
                f"method full keeps all {available} samples, not {keep}.",
                remedy="Give this variant budgets: [1.0].",
            )

    def select(
        self,
        keep: int,  # noqa: ARG002
        materials: Materials,
        rng: np.random.Generator,  # noqa: ARG002
    ) -> NDArray[np.int64]:
        """Every index; ``keep`` can only be N."""
        return np.arange(len(materials.labels))


class Random(SelectorBase):
    """A uniform draw without replacement."""

    method: Literal["random"]

    def uses_labels(self) -> bool:
        """No."""
        return False

    def select(
        self, keep: int, materials: Materials, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """The first ``keep`` of a random permutation, so that a larger budget holds a smaller."""
        return rng.permutation(len(materials.labels))[:keep]


class StratifiedRandom(SelectorBase):
    """A uniform draw within each class, classes in the proportions of the training split."""

    method: Literal["stratified_random"]

    def uses_labels(self) -> bool:
        """Yes."""
        return True

    def select(
        self, keep: int, materials: Materials, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Class quotas by largest remainder, then the first of a random order of each class."""
        class_sizes = np.bincount(materials.labels)
        quotas = proportional_quotas(class_sizes, keep, rng)
        return np.concatenate(
            [
                rng.permutation(np.flatnonzero(materials.labels == label))[:quota]
                for label, quota in enumerate(quotas)
            ]
        )
