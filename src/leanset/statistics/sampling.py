"""What another test set would have said."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def sampling_error(shares: NDArray[np.float64]) -> float:
    """The standard error that an accuracy has because its test set is a sample.

    An accuracy is the mean over test samples of how many runs got each right; a difference of
    accuracies is the mean of the differences of these, which is far surer than either, because two
    networks mostly fail on the same samples.

    Args:
        shares: ``[N]``, for each test sample the share of runs that got it right, or the
            difference of two such shares.
    """
    return float(shares.std(ddof=1)) / math.sqrt(len(shares)) if len(shares) > 1 else math.nan
