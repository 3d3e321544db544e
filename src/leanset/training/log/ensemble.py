"""What the proxies of a training log say together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from leanset.training.log.training_log import TrainingLog

_NUMBERS = 2**22
"""How many logits are worked on together: few enough for a processor's cache and for memory."""


def ensemble_probabilities(log: TrainingLog) -> NDArray[np.float32]:
    """The probability of every class, the mean over proxies and epochs of softmax.

    Epochs count alike because a wrong label is learned late: the early ones have not yet
    memorised it.

    Returns:
        ``float32 [N, C]``.

    Raises:
        LeansetError: the log holds no logits, as above 100 classes.
    """
    *_, samples, classes = log.array("logits").shape
    probabilities = np.empty((samples, classes), dtype=np.float32)
    for stretch, dynamics in log.stretches(_NUMBERS):
        probabilities[stretch] = dynamics.predictions.p.mean((1, 2)).T.numpy()
    return probabilities
