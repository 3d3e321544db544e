"""What the selections of a variant will take, said and judged before the first of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from leanset.errors import LeansetError
from leanset.selectors import Materials, Selector
from leanset.sweep import Cell
from leanset.terminal import duration

_SHORT = 1.0


@dataclass(frozen=True)
class Estimate:
    """What each run of a cell will take to select.

    Attributes:
        memory: bytes, beside what is selected from.
        seconds: on this machine.
        remedy: what makes it take less memory.
    """

    cell: Cell
    memory: int
    seconds: float
    remedy: str

    @property
    def sentence(self) -> str:
        """What to expect."""
        return (
            f"{self._name}: about {size(self.memory)} and {_time(self.seconds)} {self._each_run}."
        )

    @property
    def is_worth_telling(self) -> bool:
        """Whether it is long enough to be held against what it really took."""
        return self.seconds >= _SHORT

    def outcome(self, seconds: Sequence[float]) -> str:
        """What the runs really took, in the middle of all of them."""
        return (
            f"{self._name}: selecting took {_time(median(seconds))} {self._each_run}, "
            f"where {_time(self.seconds)} were expected."
        )

    def check(self, limit: int) -> None:
        """Refuse a selection that would take more memory than it may.

        Raises:
            LeansetError: with the setting to change.
        """
        if self.memory > limit:
            raise LeansetError(
                f"selecting would take about {size(self.memory)} of memory, "
                f"and may take {size(limit)}.",
                where=f"variant {self.cell.variant} at {self.cell.budget}",
                remedy=_or_raise_the_limit(self.remedy),
            )

    @property
    def _name(self) -> str:
        return f"{self.cell.variant} at {self.cell.budget}"

    @property
    def _each_run(self) -> str:
        return f"for each of {self.cell.runs} runs" if self.cell.runs > 1 else "for its only run"


def estimates(selectors: Mapping[Cell, Selector], materials: Materials) -> dict[Cell, Estimate]:
    """What each cell will take to select, but for those that take next to nothing.

    Args:
        selectors: the rule of each cell.
        materials: what one run selects from.
    """
    demands = {cell: selector.demand(cell.kept, materials) for cell, selector in selectors.items()}
    return {
        cell: Estimate(cell, demand.memory, demand.seconds(), demand.remedy)
        for cell, demand in demands.items()
        if demand is not None
    }


def remarks(selectors: Mapping[Cell, Selector], materials: Materials) -> Iterator[str]:
    """What a person should know of the selections of a variant, each sentence once."""
    said = (
        f"{cell.variant}: {remark}"
        for cell, selector in selectors.items()
        for remark in selector.remarks(cell.kept, materials)
    )
    yield from dict.fromkeys(said)


def size(memory: int) -> str:
    """Bytes in words: ``25 MB``, ``1.2 GB``, and never less than ``1 MB``."""
    megabytes = max(1, round(memory / 1e6))
    return f"{memory / 1e9:.1f} GB" if megabytes >= 100 else f"{megabytes} MB"


def _time(seconds: float) -> str:
    return duration(seconds) if seconds >= _SHORT else "less than 1 s"


def _or_raise_the_limit(remedy: str) -> str:
    if not remedy:
        return "Raise sweep.memory_limit."
    return f"{remedy.rstrip('.')}, or raise sweep.memory_limit."
