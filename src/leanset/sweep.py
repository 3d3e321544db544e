"""The plan of a sweep: every cell, with exact counts, before anything costly runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from leanset.budgets import kept, label
from leanset.config import Known, SweepSettings, VariantSettings
from leanset.errors import LeansetError
from leanset.selectors import Needs
from leanset.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Cell:
    """Variant × budget × recipe: what is repeated ``runs`` times.

    Attributes:
        budget: as a person reads it, ``600`` or ``10 %``.
        kept: the exact number of samples.
        artifacts: the datasets of the named artifacts it is selected from, directly or not.
    """

    variant: str
    recipe: str
    budget: str
    kept: int
    runs: int
    artifacts: tuple[str, ...]


def plan_sweep(
    sweep: SweepSettings, variants: Mapping[str, VariantSettings], known: Known, available: int
) -> list[Cell]:
    """Every cell of the sweep, checked against the number of training samples.

    Raises:
        LeansetError: a budget or a needed clustering's k is above ``available``, a rule cannot
            meet a budget, or two budgets of a variant keep the same number of samples.
    """
    cells = [
        cell
        for name, variant in variants.items()
        for cell in _cells(name, variant, sweep, known, available)
    ]
    used = {
        *known.behind(Needs(scores=sweep.scores)).datasets(),
        *(name for cell in cells for name in cell.artifacts),
    }
    for name, clustering in sorted(known.clusterings.items()):
        if f"clustering_{name}" in used and clustering.clusters > available:
            raise LeansetError(
                f"{clustering.clusters} clusters asked of {available} training samples.",
                where=f"clusterings.{name}.clusters",
                remedy=f"Set it to at most {available}.",
            )
    return cells


def _cells(
    name: str, variant: VariantSettings, sweep: SweepSettings, known: Known, available: int
) -> list[Cell]:
    cells: dict[int, Cell] = {}
    for budget in variant.budgets or sweep.budgets:
        try:
            keep = kept(budget, available)
            variant.selector.check(keep, available)
        except LeansetError as error:
            raise LeansetError(str(error), where=f"variant {name}, budgets") from None
        if keep in cells:
            raise LeansetError(
                f"the budgets {cells[keep].budget} and {label(budget)} both keep {keep} samples.",
                where=f"variant {name}, budgets",
                remedy="Leave one of them out.",
            )
        cells[keep] = Cell(
            variant=name,
            recipe=variant.recipe or sweep.recipe,
            budget=label(budget),
            kept=keep,
            runs=variant.runs or sweep.runs,
            artifacts=known.behind(variant.selector.needs()).datasets(),
        )
    return list(cells.values())


def replicates(cells: Sequence[Cell], dataset: str) -> int:
    """How many replicates of an artifact the sweep reads: one for each run."""
    return max((cell.runs for cell in cells if dataset in cell.artifacts), default=0)


def runs_of(cells: Sequence[Cell], dataset: str, sweep: SweepSettings, *, listed: bool) -> int:
    """For how many runs an artifact is made, with those of the sweep if it lists it."""
    return max(replicates(cells, dataset), sweep.runs if listed else 1)


def plan_table(cells: Sequence[Cell]) -> pd.DataFrame:
    """The cells as a table, one row each."""
    import pandas as pd

    return pd.DataFrame(
        [asdict(cell) | {"artifacts": " ".join(cell.artifacts)} for cell in cells],
        columns=[field.name for field in fields(Cell)],
    )


def cells_of(plan: pd.DataFrame) -> list[Cell]:
    """The cells back from their table."""
    return [
        Cell(
            variant=str(row["variant"]),
            recipe=str(row["recipe"]),
            budget=str(row["budget"]),
            kept=int(row["kept"]),
            runs=int(row["runs"]),
            artifacts=tuple(str(row["artifacts"]).split()),
        )
        for row in rows_of(plan)
    ]
