"""What there is and what is to do."""

from __future__ import annotations

from dataclasses import dataclass

from leanset.sweep import Cell


@dataclass(frozen=True)
class PlannedArtifact:
    """A named artifact, or a choice: what of it the store has, and what it lacks.

    Attributes:
        there: entries of an artifact, or trainings that a choice rests on.
        missing: None where that shows only when something before it is made.
    """

    name: str
    there: int
    missing: int | None


@dataclass(frozen=True)
class Selecting:
    """The selections that a cell still lacks.

    Attributes:
        runs: how many.
        memory: bytes that one takes; None where what is selected from is not there yet.
        seconds: that one takes; None likewise.
        refusal: why the sweep would refuse them, if it would.
    """

    runs: int
    memory: int | None = 0
    seconds: float | None = 0.0
    refusal: str = ""


@dataclass(frozen=True)
class PlannedCell:
    """A cell, and how many of its runs the store has.

    Attributes:
        done: at least so many; what hangs on something that is not built yet counts as undone.
        images: what all networks that are to be trained are shown, in all their epochs.
        selecting: what is to be selected before.
    """

    cell: Cell
    done: int
    images: int
    selecting: Selecting = Selecting(0)

    @property
    def left(self) -> int:
        """Runs that are to be trained."""
        return self.cell.runs - self.done


@dataclass(frozen=True)
class Plan:
    """What there is and what is to do."""

    artifacts: tuple[PlannedArtifact, ...]
    cells: tuple[PlannedCell, ...]
