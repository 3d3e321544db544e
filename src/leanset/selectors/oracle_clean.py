"""The arm that knows which labels are wrong: what a perfect filter would give."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leanset.errors import LeansetError
from leanset.selectors.base import Materials, Needs, SelectorBase


class OracleClean(SelectorBase):
    """A uniform draw among the samples whose label was not made wrong."""

    method: Literal["oracle_clean"]

    def uses_labels(self) -> bool:
        """Yes, and the true ones beside them."""
        return True

    def needs(self) -> Needs:
        """Which labels were made wrong."""
        return Needs(wrong_labels=True)

    def select(
        self, keep: int, materials: Materials, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """The first ``keep`` of a random permutation of the clean samples.

        Raises:
            LeansetError: no labels were made wrong, or fewer samples are clean than to keep.
        """
        if materials.wrong is None:
            raise LeansetError(
                "method oracle_clean draws among labels that were not made wrong, but none was.",
                remedy="Set dataset.noise, or leave this variant out of sweep.variants.",
            )
        clean = np.flatnonzero(~materials.wrong)
        if keep > len(clean):
            raise LeansetError(
                f"method oracle_clean finds {len(clean)} samples whose label is not wrong, fewer "
                f"than the {keep} to keep.",
                remedy="Lower this variant's budgets or dataset.noise.",
            )
        return rng.permutation(clean)[:keep]
