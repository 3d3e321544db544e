"""What a sweep would still do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import get_console

from leanset.estimates import size
from leanset.planning.forecast import memory_of
from leanset.terminal import duration, say, table_of, widen_pipes

if TYPE_CHECKING:
    from leanset.planning import Forecast, Plan, PlannedArtifact, PlannedCell

_UNKNOWN = "not timed yet"
_NOTHING = "–"


def print_plan(plan: Plan, forecast: Forecast) -> None:
    """Print what is in the store and what is to do, artifact by artifact and cell by cell."""
    widen_pipes()
    if plan.artifacts:
        _print_artifacts(plan, forecast)
    cells = table_of(
        "Runs",
        ("variant", "budget"),
        ("kept", "runs", "done", "to be\ntrained", "training", "selecting"),
    )
    for planned, training, selecting in zip(
        plan.cells, forecast.training, forecast.selecting, strict=True
    ):
        cells.add_row(
            planned.cell.variant,
            planned.cell.budget,
            f"{planned.cell.kept:,}",
            str(planned.cell.runs),
            str(planned.done),
            str(planned.left),
            _time(training) if planned.left else _NOTHING,
            _selecting(planned, selecting),
        )
    get_console().print(cells)
    for planned in plan.cells:
        if planned.selecting.refusal:
            say(f"This would be refused: {planned.selecting.refusal}")
    say(_in_all(plan, forecast))


def _print_artifacts(plan: Plan, forecast: Forecast) -> None:
    artifacts = table_of("Artifacts", ("artifact",), ("in the store", "to be made", "making"))
    for artifact, seconds in zip(plan.artifacts, forecast.making, strict=True):
        artifacts.add_row(
            artifact.name,
            str(artifact.there),
            _to_be_made(artifact),
            _NOTHING if artifact.missing == 0 else _time(seconds),
        )
    get_console().print(artifacts)


def _to_be_made(artifact: PlannedArtifact) -> str:
    return "all" if artifact.missing is None else str(artifact.missing)


def _selecting(planned: PlannedCell, seconds: float | None) -> str:
    if not planned.selecting.runs:
        return _NOTHING
    memory = planned.selecting.memory
    return f"{_time(seconds)}, {size(memory)}" if memory else _time(seconds)


def _time(seconds: float | None) -> str:
    if seconds is None:
        return _UNKNOWN
    return duration(seconds) if seconds >= 1 else "under 1 s"


def _in_all(plan: Plan, forecast: Forecast) -> str:
    done = sum(planned.done for planned in plan.cells)
    runs = sum(planned.cell.runs for planned in plan.cells)
    if done == runs:
        return f"{done} of {runs} runs are done; none is left."
    images = sum(planned.images for planned in plan.cells)
    return (
        f"{done} of {runs} runs are done; {runs - done} are to be trained, on {images:,} images: "
        f"{_how_long(forecast)}{_how_much(plan)}."
    )


def _how_long(forecast: Forecast) -> str:
    if forecast.is_of_nothing:
        return "how long that takes has not been timed yet"
    rest = "" if forecast.is_whole else ", without what has not been timed yet"
    return f"about {_time(forecast.seconds)} on this machine, going by earlier sweeps{rest}"


def _how_much(plan: Plan) -> str:
    memory = memory_of(plan)
    return f"; selecting takes at most {size(memory)}" if memory else ""
