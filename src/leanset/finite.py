"""Refusing values that are not numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from leanset.errors import LeansetError


def require_finite(values: NDArray[np.floating[Any]], name: str) -> None:
    """Refuse values that are NaN or infinite, naming the first such sample.

    Raises:
        LeansetError: a value is not finite.
    """
    finite = np.isfinite(values.reshape(len(values), -1)).all(axis=1)
    if not finite.all():
        bad = np.flatnonzero(~finite)
        raise LeansetError(
            f"{len(bad)} of {len(values)} samples have a value that is NaN or infinite, "
            f"the first is sample {bad[0]}.",
            where=name,
            remedy="Mend or drop them; nothing was selected.",
        )
