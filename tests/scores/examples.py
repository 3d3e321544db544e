"""Training logs small enough to work out what they score."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leanset.scores import LogScore, parse_score
from leanset.scores.scoring import score_log
from leanset.training.log import TrainingLog

LABELS = np.array([0, 1, 2, 0, 1])
"""Of the five samples."""

P = np.array(
    [
        [
            # proxy A after epochs 1, 2 and 3
            [[0.6, 0.2, 0.2], [0.2, 0.6, 0.2], [0.8, 0.1, 0.1], [0.2, 0.6, 0.2], [0.4, 0.4, 0.2]],
            [[0.8, 0.1, 0.1], [0.6, 0.2, 0.2], [0.8, 0.1, 0.1], [0.2, 0.6, 0.2], [0.4, 0.4, 0.2]],
            [
                [0.8, 0.1, 0.1],
                [0.2, 0.6, 0.2],
                [0.8, 0.1, 0.1],
                [0.25, 0.5, 0.25],
                [0.2, 0.6, 0.2],
            ],
        ],
        [
            # proxy B
            [[0.6, 0.2, 0.2], [0.2, 0.6, 0.2], [0.6, 0.2, 0.2], [0.2, 0.6, 0.2], [0.4, 0.4, 0.2]],
            [
                [0.6, 0.2, 0.2],
                [0.2, 0.6, 0.2],
                [0.6, 0.2, 0.2],
                [0.5, 0.25, 0.25],
                [0.2, 0.6, 0.2],
            ],
            [
                [0.8, 0.1, 0.1],
                [0.5, 0.25, 0.25],
                [0.8, 0.1, 0.1],
                [0.5, 0.25, 0.25],
                [0.2, 0.6, 0.2],
            ],
        ],
    ]
)
"""What two proxies make of five samples of three classes after three epochs, ``[R, T, N, C]``.

Sample 0 is easy, 1 is forgotten, 2 has a label that neither proxy ever believes, 3 is learned by
one of them, and of 4 both are undecided at first.
"""


def log_of(logits: ArrayLike, labels: NDArray[np.int64], **arrays: ArrayLike) -> TrainingLog:
    """A log of logits ``[R, T, N, C]``; what else it holds is of the first and last epoch."""
    held = {"logits": np.asarray(logits, dtype=np.float32)} | {
        name: np.asarray(array, dtype=np.float32) for name, array in arrays.items()
    }
    proxies, epochs = held["logits"].shape[:2]
    chosen = tuple(sorted({1, epochs})) if arrays else ()
    return TrainingLog(labels, chosen, np.ones(proxies), held)


def log_score(method: str, **settings: Any) -> LogScore:
    score = parse_score({"method": method, "log": "short"} | settings)
    assert isinstance(score, LogScore)
    return score


def scored(log: TrainingLog, method: str, **settings: Any) -> NDArray[np.float32]:
    return score_log(log, log_score(method, **settings), method)
