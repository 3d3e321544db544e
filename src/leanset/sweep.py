"""The plan of a sweep: every cell, with exact counts, before anything costly runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from leanset.budgets import kept, label
from leanset.clustering import KMeans
from leanset.config import SweepSettings, VariantSettings
from leanset.errors import LeansetError
from leanset.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Cell:
    """Variant × budget × recipe: what is repeated ``runs`` times.

    Attributes:
        budget: as a person reads it, ``600`` or ``10 %``.
        kept: the exact number of samples.
        clusterings: the named clusterings its selector reads.
    """

    variant: str
    recipe: str
    budget: str
    kept: int
    runs: int
    clusterings: tuple[str, ...]


def plan_sweep(
    sweep: SweepSettings,
    variants: Mapping[str, VariantSettings],
    clusterings: Mapping[str, KMeans],
    available: int,
) -> list[Cell]:
    """Every cell of the sweep, checked against the number of training samples.

    Raises:
        LeansetError: a budget or a needed clustering's k is above ``available``, or two budgets
            of a variant keep the same number of samples.
    """
    cells = [
        cell
        for name, variant in variants.items()
        for cell in _cells(name, variant, sweep, available)
    ]
    for name in sorted({name for cell in cells for name in cell.clusterings}):
        if clusterings[name].clusters > available:
            raise LeansetError(
                f"{clusterings[name].clusters} clusters asked of {available} training samples.",
                where=f"clusterings.{name}.clusters",
                remedy=f"Set it to at most {available}.",
            )
    return cells


def _cells(name: str, variant: VariantSettings, sweep: SweepSettings, available: int) -> list[Cell]:
    cells: dict[int, Cell] = {}
    for budget in variant.budgets or sweep.budgets:
        try:
            keep = kept(budget, available)
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
            clusterings=variant.selector.needs().clusterings,
        )
    return list(cells.values())


def replicates(cells: Sequence[Cell], clustering: str) -> int:
    """How many replicates of a clustering the sweep reads: one for each run."""
    return max((cell.runs for cell in cells if clustering in cell.clusterings), default=0)


def plan_table(cells: Sequence[Cell]) -> pd.DataFrame:
    """The cells as a table, one row each."""
    import pandas as pd

    return pd.DataFrame(
        [asdict(cell) | {"clusterings": " ".join(cell.clusterings)} for cell in cells],
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
            clusterings=tuple(str(row["clusterings"]).split()),
        )
        for row in rows_of(plan)
    ]
