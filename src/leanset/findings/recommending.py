"""The one subset to take, if the intervals carry that any may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from leanset.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

_FREE = ("random", "stratified_random")
"""What to prefer of equally small subsets unless another is shown to be better."""


@dataclass(frozen=True)
class Recommendation:
    """What to keep.

    Attributes:
        chosen: the comparison with full of the smallest subset shown to be within the margin of
            it; None where there is none.
        nearest: where there is none, the comparison whose interval reaches highest.
    """

    chosen: Mapping[str, Any] | None
    nearest: Mapping[str, Any] | None


def recommend(comparisons: pd.DataFrame, recipe: str) -> Recommendation:
    """Choose by the intervals, which hold for all comparisons with full together.

    Of subsets of one size that of the random arm is taken, for it costs nothing, unless another is
    shown to be better than random; of those, or where random is not shown to be within the margin,
    the one of the highest mean.

    Args:
        comparisons: from ``compare_cells``.
        recipe: by which the networks are trained that the subset is for.
    """
    of_recipe = [row for row in rows_of(comparisons) if row["recipe"] == recipe]
    full = [row for row in of_recipe if row["against"] == "full"]
    better = {
        (row["variant"], row["kept"])
        for row in of_recipe
        if (row["against"], row["verdict"]) == ("random", "better")
    }
    within = [row for row in full if row["verdict"] == "within"]
    if not within:
        told = [row for row in full if row["verdict"] != "too few runs"]
        return Recommendation(None, max(told, key=_nearness, default=None))
    smallest = min(row["kept"] for row in within)
    ties = [row for row in within if row["kept"] == smallest]

    def rank(row: Mapping[str, Any]) -> tuple[bool, bool, float]:
        is_better = (row["variant"], row["kept"]) in better
        return is_better, row["variant"] in _FREE[:1], row["difference"]

    return Recommendation(max(ties, key=rank), None)


def _nearness(row: Mapping[str, Any]) -> tuple[bool, float, float]:
    return row["verdict"] != "below", row["low"], row["difference"]
