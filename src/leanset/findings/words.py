"""Numbers as they stand in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def percent(fraction: float) -> str:
    """An accuracy: ``98.02 %``."""
    return f"{fraction * 100:.2f} %"


def points(fraction: float) -> str:
    """A difference of accuracies in percent points, with its sign: ``+0.85``, ``−1.10``."""
    return f"{fraction * 100:+.2f}".replace("-", "−")


def interval(row: Mapping[str, Any]) -> str:
    """From ``low`` to ``high`` of a row, in percent points: ``−0.50 to +0.23``."""
    return f"{points(row['low'])} to {points(row['high'])}"


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
