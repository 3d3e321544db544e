"""Judging a score as a detector of wrong labels: the wrong ones should score highest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from leanset.errors import LeansetError
from leanset.finite import require_finite
from leanset.tables import Table

Scores: TypeAlias = NDArray[np.floating[Any]]
Mask: TypeAlias = NDArray[np.bool_]

COLUMNS = (
    "detector", "replicate", "wrong_labels", "roc_auc", "average_precision", "k", "precision_at_k",
    "recall_at_k",
)  # fmt: skip
"""The columns of ``detection_table``."""


@dataclass(frozen=True)
class Detection:
    """How well one score finds the wrong labels.

    Attributes:
        roc_auc: the chance that a wrong label scores above a right one, a tie counting half.
        average_precision: the precision at every distinct score, weighted by the recall it adds.
        k: how many samples were taken for wrong, from the highest score down.
        precision_at_k: the share of them that are wrong, expected over random orders of ties.
        recall_at_k: the share of all wrong labels that are among them, expected likewise.
    """

    roc_auc: float
    average_precision: float
    k: int
    precision_at_k: float
    recall_at_k: float


def judge_detector(scores: Scores, wrong: Mask, k: int | None = None) -> Detection:
    """Judge scores ``float [N]`` by which labels are ``wrong``, ``bool [N]``.

    Args:
        scores: the higher, the more suspect.
        wrong: which labels are wrong; some must be, and not all.
        k: how many suspects to look at; left out, as many as there are wrong labels.

    Raises:
        LeansetError: a score is NaN or infinite, the lengths differ, no label or every label is
            wrong, or ``k`` is not from 1 to N.
    """
    return _judged("the detector", scores, wrong, [int(wrong.sum()) if k is None else k])[0]


def detection_table(scores: Mapping[str, Sequence[Scores]], wrong: Mask) -> Table:
    """Judge every replicate of every detector at half, once and twice the number of wrong labels.

    Args:
        scores: the replicates of each detector by its name, ``float [N]`` each.
        wrong: which labels are wrong, ``bool [N]``.

    Returns:
        A row for every detector, replicate (from 0) and ``k`` up to N, with ``COLUMNS``.

    Raises:
        LeansetError: as ``judge_detector``, naming the detector.
    """
    import pandas as pd

    total = int(wrong.sum())
    ks = [k for k in sorted({max(1, total // 2), total, 2 * total}) if k <= len(wrong)]
    rows = [
        {
            "detector": detector,
            "replicate": replicate,
            "wrong_labels": total,
            **asdict(detection),
        }
        for detector, replicates in scores.items()
        for replicate, values in enumerate(replicates)
        for detection in _judged(detector, values, wrong, ks)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _judged(name: str, scores: Scores, wrong: Mask, ks: Sequence[int]) -> list[Detection]:
    from sklearn.metrics import average_precision_score, roc_auc_score

    _check(name, scores, wrong, ks)
    roc_auc = float(roc_auc_score(wrong, scores))
    average_precision = float(average_precision_score(wrong, scores))
    total = int(wrong.sum())
    found = [_found(scores, wrong, k) for k in ks]
    return [
        Detection(roc_auc, average_precision, k, hits / k, hits / total)
        for k, hits in zip(ks, found, strict=True)
    ]


def _found(scores: Scores, wrong: Mask, k: int) -> float:
    """The wrong labels among the ``k`` highest scores, expected over random orders of ties.

    What ties at the boundary is drawn without replacement, so it counts by its share of wrong ones.
    """
    boundary = np.partition(scores, len(scores) - k)[len(scores) - k]
    above, tied = scores > boundary, scores == boundary
    left = k - np.count_nonzero(above)
    return float(wrong[above].sum() + left * wrong[tied].mean())


def _check(name: str, scores: Scores, wrong: Mask, ks: Sequence[int]) -> None:
    if len(scores) != len(wrong):
        raise LeansetError(
            f"there are {len(scores)} scores of {len(wrong)} labels.",
            where=name,
            remedy="Score the very samples whose labels were made wrong.",
        )
    total = np.count_nonzero(wrong)
    if total in (0, len(wrong)):
        raise LeansetError(
            f"{total} of {len(wrong)} labels are wrong, which leaves nothing to tell apart.",
            where=name,
            remedy="Judge detectors where some labels are wrong and some are right.",
        )
    for k in ks:
        if not 1 <= k <= len(wrong):
            raise LeansetError(
                f"{k} suspects were asked of {len(wrong)} samples.",
                where=name,
                remedy="Ask for 1 of them at least, and not for more than there are.",
            )
    require_finite(scores, name)
