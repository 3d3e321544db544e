"""Each published cell beside ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from leanset.budgets import label
from leanset.claims.cells import (
    CONFIDENCE,
    UNKNOWN,
    OurCell,
    columns_of,
    finished_cells,
    in_words,
)
from leanset.replication.published import Published, PublishedCell
from leanset.statistics import Moments, welch_difference_of_moments

if TYPE_CHECKING:
    import pandas as pd


def compare(runs: pd.DataFrame, published: Published) -> pd.DataFrame:
    """One row per published cell: ours beside it, in percent and percent points.

    ``difference`` is ours minus published, of the means, with a 95 % Welch interval from ``low``
    to ``high``. The verdict is ``agrees`` where the interval holds zero, ``too few runs`` where
    either side has one only, and ``not run`` where the ledger has no finished run.

    Args:
        runs: the ledger, at least its variant, budget, kept, status and accuracy.
        published: what to compare it with.
    """
    import pandas as pd

    ours = finished_cells(runs)
    rows = [
        _compared(variant, cell, ours.get((variant, label(cell.budget))))
        for variant, cell in published.each_cell()
    ]
    columns = ["variant", "budget", "kept", "published_kept", "published_median", "our_median",
               "our_lowest", "our_highest", "our_runs", "difference", "low", "high",
               "verdict"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns).astype({"kept": "Int64"})


def _compared(variant: str, cell: PublishedCell, ours: OurCell | None) -> dict[str, Any]:
    published = {
        "variant": variant,
        "budget": label(cell.budget),
        "published_kept": cell.kept,
        "published_median": cell.median,
    }
    if ours is None:
        return {**published, **columns_of(UNKNOWN), "our_runs": 0, "verdict": "not run"}
    moments = Moments.of(ours.accuracies)
    difference = welch_difference_of_moments(moments, cell.moments, CONFIDENCE)
    unsure = "agrees" if np.isfinite(difference.low) else "too few runs"
    return {
        **published,
        **columns_of(difference),
        "kept": ours.kept,
        "our_median": float(np.median(ours.accuracies)),
        "our_lowest": float(ours.accuracies.min()),
        "our_highest": float(ours.accuracies.max()),
        "our_runs": moments.count,
        "verdict": in_words(difference, "ours is higher", "ours is lower", unsure),
    }
