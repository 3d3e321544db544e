"""A statement that runs can bear out or contradict."""

from __future__ import annotations

from leanset.budgets import Budget, Budgets, label
from leanset.frozen import Frozen


class Claim(Frozen):
    """A statement that one rule is better than another at some budgets.

    ``source`` says where it was published, if it was; ``than_budget`` is the other rule's budget
    where it is not the same.
    """

    text: str
    better: str
    than: str
    budgets: Budgets
    than_budget: Budget | None = None
    source: str = ""

    def pairs(self) -> list[tuple[str, str]]:
        """The budgets compared, by label: of the rule said to be better, and of the other."""
        return [(label(budget), label(self.than_budget or budget)) for budget in self.budgets]
