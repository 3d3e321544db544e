"""The plan of a sweep: every cell, with exact counts, before anything costly runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from leanset.budgets import kept, label
from leanset.clustering import KMeans
from leanset.config import Artifacts, SweepSettings, VariantSettings
from leanset.errors import LeansetError
from leanset.scores import Score
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


@dataclass(frozen=True)
class Known:
    """The named artifacts that a variant may select from."""

    clusterings: Mapping[str, KMeans]
    scores: Mapping[str, Score]

    def behind(self, scores: Iterable[str], clusterings: Iterable[str] = ()) -> tuple[str, ...]:
        """The datasets of some scores and clusterings, and of all that they are made from."""
        return Artifacts.behind(scores, clusterings, self.scores, self.clusterings).datasets()


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
    used = {*known.behind(sweep.scores), *(name for cell in cells for name in cell.artifacts)}
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
    needs = variant.selector.needs()
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
            artifacts=known.behind(needs.scores, needs.clusterings),
        )
    return list(cells.values())


def replicates(cells: Sequence[Cell], dataset: str) -> int:
    """How many replicates of an artifact the sweep reads: one for each run."""
    return max((cell.runs for cell in cells if dataset in cell.artifacts), default=0)


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
