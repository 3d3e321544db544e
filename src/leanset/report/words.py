"""Numbers as they stand on the page."""

from __future__ import annotations

from math import ceil, isfinite, log10
from numbers import Real
from typing import Any

from leanset.words import percent, points, span_of_points

NOTHING = "–"


def known(value: Any) -> bool:
    """Whether there is a number at all, and a finite one."""
    return isinstance(value, Real) and isfinite(value)


def accuracy(value: float) -> str:
    """``98.02``, in percent without the sign."""
    return f"{value * 100:.2f}" if known(value) else NOTHING


def span(low: float, high: float) -> str:
    """An interval of accuracies: ``97.90 to 98.14 %``."""
    if not (known(low) and known(high)):
        return "too few runs"
    return f"{accuracy(low)} to {percent(high)}"


def difference(value: float) -> str:
    """``+0.85``, in percent points."""
    return points(value) if known(value) else NOTHING


def is_told(low: float, high: float) -> bool:
    """Whether an interval of differences of accuracies leaves anything out."""
    return known(low) and known(high) and (low > -1 or high < 1)


def between(low: float, high: float) -> str:
    """An interval of differences: ``+0.09 to +1.52``."""
    return span_of_points(low, high) if is_told(low, high) else NOTHING


def count(value: Any) -> str:
    """``60,000``."""
    return f"{int(value):,}" if known(value) else NOTHING


def rounded_up(value: float) -> str:
    """A number of samples found between two budgets, to three digits, never too few: ``8,100``."""
    step = 10 ** max(0, int(log10(value)) - 2)
    return f"{ceil(value / step - 1e-9) * step:,}"


def duration(seconds: float) -> str:
    """``0.3 s``, ``45 s``, ``3 min``, ``1 h 40 min``."""
    if not known(seconds):
        return NOTHING
    if seconds < 0.01:
        return "< 0.01 s"
    if seconds < 10:
        return f"{seconds:.2g} s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    if not hours:
        return f"{minutes} min"
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
