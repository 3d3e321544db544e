"""The samples whose label looks most wrong, for a person to look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from leanset.images import Split

if TYPE_CHECKING:
    import pandas as pd


def suspects_table(
    scores: NDArray[np.float32],
    mean_p: NDArray[np.float32],
    images: Split,
    class_names: Sequence[str],
    count: int,
    rng: np.random.Generator,
    wrong: NDArray[np.bool_] | None = None,
) -> pd.DataFrame:
    """The ``count`` samples of highest score, or all if there are fewer, most suspect first.

    Args:
        scores: of kind difficulty, ``float32 [N]``.
        mean_p: the ensemble's probabilities, ``float32 [N, C]``.
        images: the training split, N samples.
        class_names: C of them, in the order of the labels.
        count: how many to list.
        rng: breaks ties.
        wrong: which labels were made wrong on purpose, ``bool [N]``, where that was done.

    Returns:
        ``rank`` from 1, ``sample`` (its index), ``row`` (in the file it was read from), ``score``,
        ``label``, ``p_label``, ``suggested`` (the class the ensemble finds likeliest, which may be
        the label itself), ``p_suggested``, ``agrees`` (whether it is), and ``wrong`` if given.
    """
    import pandas as pd

    suspects = np.lexsort((rng.random(len(scores)), -scores))[:count]
    labels, p = images.labels[suspects], mean_p[suspects]
    suggested = p.argmax(axis=1)
    at = np.arange(len(suspects))
    columns = {
        "rank": at + 1,
        "sample": suspects,
        "row": images.rows[suspects],
        "score": scores[suspects],
        "label": [class_names[label] for label in labels],
        "p_label": p[at, labels],
        "suggested": [class_names[label] for label in suggested],
        "p_suggested": p[at, suggested],
        "agrees": suggested == labels,
    }
    if wrong is not None:
        columns["wrong"] = wrong[suspects]
    return pd.DataFrame(columns)
