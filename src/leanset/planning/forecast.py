"""How long what is left of a sweep takes, going by earlier sweeps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from leanset.past import Past
from leanset.planning.plan import Plan, PlannedArtifact, PlannedCell


@dataclass(frozen=True)
class Forecast:
    """Seconds of all that is left, in the order of the plan; None of what was never timed.

    Attributes:
        making: of each artifact.
        selecting: of all selections of each cell.
        training: of all trainings of each cell.
    """

    making: tuple[float | None, ...]
    selecting: tuple[float | None, ...]
    training: tuple[float | None, ...]

    @property
    def seconds(self) -> float:
        """All that was ever timed, together."""
        return sum(seconds for seconds in self._all() if seconds is not None)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out of it."""
        return None not in self._all()

    @property
    def is_of_nothing(self) -> bool:
        """Whether there is something to do, and none of it was ever timed."""
        return not self.is_whole and not any(self._all())

    def _all(self) -> tuple[float | None, ...]:
        return (*self.making, *self.selecting, *self.training)


def forecast_of(plan: Plan, past: Past) -> Forecast:
    """How long a plan takes."""
    return Forecast(
        making=tuple(_making(artifact, past) for artifact in plan.artifacts),
        selecting=tuple(_selecting(planned, past) for planned in plan.cells),
        training=tuple(_training(planned, past) for planned in plan.cells),
    )


def _making(artifact: PlannedArtifact, past: Past) -> float | None:
    if artifact.missing == 0:
        return 0.0
    made = past.making.get(artifact.name)
    if not made:
        return None
    # where nobody knows how many are missing, as many as there were
    return sum(made) / len(made) * (artifact.missing or len(made))


def _selecting(planned: PlannedCell, past: Past) -> float | None:
    each = planned.selecting.seconds
    if each is None:
        each = past.selecting.get((planned.cell.variant, planned.cell.budget))
    return None if each is None else each * planned.selecting.runs


def _training(planned: PlannedCell, past: Past) -> float | None:
    if not planned.images:
        return 0.0
    each = past.per_image.get(planned.cell.recipe)
    return None if each is None else each * planned.images


def memory_of(plan: Plan) -> int:
    """The most bytes that one of its selections takes, of those of which that is known."""
    return max((memory for memory in _memories(plan)), default=0)


def _memories(plan: Plan) -> Iterator[int]:
    for planned in plan.cells:
        if planned.selecting.runs and planned.selecting.memory:
            yield planned.selecting.memory
