"""What was measured of a comparison, as it stands in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from math import isinf, isnan
from typing import Any

from leanset.words import points, span_of_points


def sides(row: Mapping[str, Any]) -> str:
    """Which cells a row of ``judge_claims`` compares: ``a at 5 % minus b at 10 %``."""
    return f"{row['better']} at {row['budget']} minus {row['than']} at {row['than_budget']}"


def measured(row: Mapping[str, Any]) -> str:
    """Its difference and the interval around it, or why there is none."""
    difference, low, high = (row[name] / 100 for name in ("difference", "low", "high"))
    if isnan(difference):
        return "no run of one side finished"
    if isinf(high):
        return f"{points(difference)} points, too few runs for an interval"
    return f"{points(difference)} points ({span_of_points(low, high)})"
