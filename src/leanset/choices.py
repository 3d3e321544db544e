"""Choosing between the alternatives of a rule on the validation split."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

from leanset.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Trial:
    """One training of one alternative at one budget.

    Attributes:
        alternative: its name, ``hardest`` for instance.
        selection: the digest of its subset in the store.
        run_key: of the training's record.
        accuracy: on the validation split, a fraction.
        seconds: what training it took.
    """

    variant: str
    budget: str
    kept: int
    alternative: str
    selection: str
    run_key: str
    accuracy: float
    validation_samples: int
    seconds: float
    device: str


def best(trials: Sequence[Trial]) -> list[Trial]:
    """For each budget the trial with the highest accuracy; of equals the first."""
    budgets = dict.fromkeys(trial.budget for trial in trials)
    return [
        max((trial for trial in trials if trial.budget == budget), key=lambda trial: trial.accuracy)
        for budget in budgets
    ]


def trials_table(trials: Sequence[Trial]) -> pd.DataFrame:
    """The trials as a table, one row each, with whether it was ``chosen``."""
    import pandas as pd

    chosen = best(trials)
    rows = [asdict(trial) | {"chosen": trial in chosen} for trial in trials]
    return pd.DataFrame(rows, columns=[*(field.name for field in fields(Trial)), "chosen"])


@dataclass(frozen=True)
class Choice:
    """What was decided for one budget, and what deciding took."""

    alternative: str
    seconds: float


def choices_of(trials: pd.DataFrame) -> dict[str, Choice]:
    """The decisions by budget; every training a decision rests on is counted."""
    seconds = trials.groupby("budget")["seconds"].sum()
    return {
        str(row["budget"]): Choice(str(row["alternative"]), float(seconds[row["budget"]]))
        for row in rows_of(trials)
        if row["chosen"]
    }
