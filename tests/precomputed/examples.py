"""Rows in use, and files that hold something of them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leanset.precomputed import DiskRows

ON_DISK = 12


def rows_in_use(
    train: int | Sequence[int] = ON_DISK, validation: Sequence[int] = (), *, drawn: bool = False
) -> DiskRows:
    """The rows on disk of the training samples, or how many there are, and of others in use."""
    trained = np.arange(train) if isinstance(train, int) else np.array(train)
    used = [*trained, *validation]
    return DiskRows(trained, len(used), int(max(used)) + 1, drawn)


def save(path: Path, values: Any) -> Path:
    """Write an array, or an object that numpy pickles."""
    np.save(path, values, allow_pickle=True)
    return path


def save_table(path: Path, samples: NDArray[Any], **columns: Any) -> Path:
    """Write a table in parquet."""
    path.parent.mkdir(exist_ok=True)
    pd.DataFrame({"sample": samples, **columns}).to_parquet(path, index=False)
    return path
