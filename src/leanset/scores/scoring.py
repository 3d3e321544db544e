"""From a training log to a score of every sample."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leanset.errors import LeansetError
from leanset.finite import require_finite
from leanset.hardware import one_thread
from leanset.scores.base import LogScore
from leanset.training.log import TrainingLog

_NUMBERS = 2**21
"""How many numbers are worked on together: few enough for a processor's cache and for memory."""


def score_log(log: TrainingLog, score: LogScore, name: str) -> NDArray[np.float32]:
    """Score all N samples of a log, a stretch at a time, ``float32 [N]``.

    Args:
        log: its proxies are those of one replicate.
        score: what to compute.
        name: the score's, for errors.

    Raises:
        LeansetError: the log does not hold what the score reads, or a value is not finite.
    """
    values = np.empty(len(log.labels), dtype=np.float32)
    with one_thread():
        for stretch, dynamics in log.stretches(_NUMBERS):
            try:
                values[stretch] = score.score(dynamics).numpy()
            except LeansetError as error:
                raise LeansetError(str(error), where=f"score {name}") from error
    require_finite(values, f"score {name}")
    return values
