"""Numbers as they stand in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leanset.words import points, span_of_points


def interval(row: Mapping[str, Any]) -> str:
    """From ``low`` to ``high`` of a row, in percent points: ``−0.50 to +0.23``."""
    return span_of_points(row["low"], row["high"])


def measured(row: Mapping[str, Any]) -> str:
    """The difference of a row with its interval: ``+0.85 points (+0.09 to +1.52)``."""
    if (row["low"], row["high"]) == (-1.0, 1.0):
        return f"{points(row['difference'])} points (too few runs for a bound)"
    return f"{points(row['difference'])} points ({interval(row)})"


def samples(count: float) -> str:
    """A number of samples, to two digits where it was interpolated: ``about 5,600``."""
    if float(count).is_integer():
        return f"{int(count):,}"
    digits = max(0, len(str(int(count))) - 2)
    return f"about {round(count, -digits):,.0f}"
