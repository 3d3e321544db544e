"""What the commands of ``kedro leanset`` print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import get_console

from leanset.estimates import size
from leanset.terminal import say, table_of, widen_pipes

if TYPE_CHECKING:
    from leanset.planning import Plan, PlannedArtifact
    from leanset.retention import Old


def print_plan(plan: Plan) -> None:
    """Print what is in the store and what is to do, artifact by artifact and cell by cell."""
    widen_pipes()
    if plan.artifacts:
        artifacts = table_of("Artifacts", ("artifact",), ("in the store", "to be made"))
        for artifact in plan.artifacts:
            artifacts.add_row(artifact.name, str(artifact.there), _to_be_made(artifact))
        get_console().print(artifacts)
    cells = table_of("Runs", ("variant", "budget"), ("kept", "runs", "done", "to be trained"))
    for planned in plan.cells:
        cell = planned.cell
        cells.add_row(
            cell.variant,
            cell.budget,
            f"{cell.kept:,}",
            str(cell.runs),
            str(planned.done),
            str(cell.runs - planned.done),
        )
    get_console().print(cells)
    done = sum(planned.done for planned in plan.cells)
    runs = sum(planned.cell.runs for planned in plan.cells)
    images = sum(planned.images for planned in plan.cells)
    left = (
        f"{runs - done} are to be trained, on {images:,} images" if done < runs else "none is left"
    )
    say(f"{done} of {runs} runs are done; {left}.")


def _to_be_made(artifact: PlannedArtifact) -> str:
    return "all" if artifact.missing is None else str(artifact.missing)


def print_old(old: Old, *, deleted: bool) -> None:
    """Print what may go of a store and the results that share it."""
    widen_pipes()
    for root, files in old.files.items():
        versions = len({file.version for file in files})
        if versions:
            held = size(sum(file.size for file in files))
            say(f"{root}: {_counted(versions, 'version')}, {_counted(len(files), 'file')}, {held}.")
    if old.entries:
        held = size(sum(entry.size for entry in old.entries))
        entries = _counted(len(old.entries), "entry", "entries")
        say(f"{old.place.store}: {entries} that nothing else refers to, {held}.")
    if not (old.entries or any(old.files.values())):
        say("There is nothing to remove.")
    else:
        say("This is removed." if deleted else "Nothing was removed; with --delete this is.")


def _counted(count: int, one: str, more: str | None = None) -> str:
    return f"{count:,} {one if count == 1 else more or f'{one}s'}"
