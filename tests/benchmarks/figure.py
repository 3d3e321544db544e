"""One measured figure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """What was measured, how much, and in which unit (``x`` for a ratio)."""

    name: str
    value: float
    unit: str
