"""One measured figure, and what measures a few of them at once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """What was measured, how much, and in which unit (``x`` for a ratio).

    ``value`` is None where this machine cannot measure it; ``detail`` says what lies behind it.
    """

    name: str
    value: float | None
    unit: str
    detail: str = ""

    def line(self) -> str:
        """``bench NAME VALUE UNIT``, then the detail in brackets."""
        measured = "not measured" if self.value is None else f"{_short(self.value)} {self.unit}"
        return f"bench {self.name} {measured}" + (f"   ({self.detail})" if self.detail else "")


@dataclass(frozen=True)
class Benchmark:
    """The names of the figures that are measured together, and how."""

    names: tuple[str, ...]
    measure: Callable[[], Iterable[Figure]]


def _short(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"
