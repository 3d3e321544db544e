"""What was published: cells and claims, as a block of parameters."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import NonNegativeFloat, PositiveInt, model_validator

from leanset.budgets import Budget, label
from leanset.claims import Claim
from leanset.errors import nearest
from leanset.frozen import Frozen
from leanset.statistics import Moments


class PublishedCell(Frozen):
    """One published cell, accuracies in percent, the deviation with ``runs - 1`` below the line.

    ``really_kept`` is the number of samples the published code kept, where the budget does not
    say it: because it is a fraction, or because another number was reported.
    """

    budget: Budget
    median: float
    mean: float
    deviation: NonNegativeFloat
    runs: PositiveInt
    really_kept: PositiveInt | None = None

    @model_validator(mode="after")
    def _says_how_many_were_kept(self) -> PublishedCell:
        if isinstance(self.budget, float) and self.really_kept is None:
            raise ValueError(
                f"the budget {label(self.budget)} does not say how many samples were kept; "
                "add really_kept"
            )
        return self

    @property
    def kept(self) -> int:
        """Samples kept by the published code."""
        return self.really_kept or int(self.budget)

    @property
    def moments(self) -> Moments:
        """The published runs as a sample."""
        return Moments(self.mean, self.deviation, self.runs)


class Published(Frozen):
    """A published experiment: where it stands, its cells by variant, and its claims.

    ``differences`` are the ways in which its protocol is not ours, a sentence each.
    """

    source: str
    cells: dict[str, tuple[PublishedCell, ...]]
    claims: tuple[Claim, ...] = ()
    differences: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _claims_are_about_cells(self) -> Published:
        known = [f"{name} at {label(cell.budget)}" for name, cell in self.each_cell()]
        for claim in self.claims:
            for budget, than_budget in claim.pairs():
                for named in (f"{claim.better} at {budget}", f"{claim.than} at {than_budget}"):
                    if named not in known:
                        raise ValueError(
                            f"the claim '{claim.text}' names {named}, which is not among the "
                            f"cells. {nearest(named, known)}"
                        )
        return self

    def each_cell(self) -> Iterator[tuple[str, PublishedCell]]:
        """Every cell with the name of its variant."""
        return ((name, cell) for name, cells in self.cells.items() for cell in cells)
