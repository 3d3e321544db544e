"""Which test samples were right, and what another test set would have said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from leanset.findings.cells import FinishedCell
from leanset.statistics import sampling_error

if TYPE_CHECKING:
    import pandas as pd


class CorrectBits:
    """Which test samples each run got right.

    Attributes:
        samples: how many test samples there are.
    """

    def __init__(self, evaluations: Iterable[pd.DataFrame], test_samples: int) -> None:
        self._bits: Mapping[str, bytes] = {
            key: bits
            for table in evaluations
            for key, bits in zip(table["run_key"], table["correct"], strict=True)
        }
        self.samples = test_samples

    def shares(self, cell: FinishedCell) -> NDArray[np.float64]:
        """For each test sample ``[N]`` the share of the cell's runs that got it right."""
        return self._counts(cell.keys) / len(cell.keys)

    def error_of(self, cell: FinishedCell) -> float:
        """The standard error that its accuracy has because the test set is a sample."""
        return sampling_error(self.shares(cell))

    def error_between(self, cell: FinishedCell, other: FinishedCell) -> float:
        """The same of the difference of two cells."""
        return sampling_error(self.shares(cell) - self.shares(other))

    def _counts(self, keys: Sequence[str]) -> NDArray[np.float64]:
        packed = np.frombuffer(b"".join(self._bits[key] for key in keys), dtype=np.uint8)
        bits = np.unpackbits(packed.reshape(len(keys), -1), axis=1, count=self.samples)
        return np.asarray(bits.sum(axis=0, dtype=np.float64))
