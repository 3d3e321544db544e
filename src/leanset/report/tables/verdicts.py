"""What became of the hypotheses that the sweep was asked to judge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from leanset.claims.words import measured, sides
from leanset.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd

_MOODS = {"supported": "good", "holds": "good", "not shown": "open", "not run": "open"}


@dataclass(frozen=True)
class Hypothesis:
    """A hypothesis and its verdict.

    Attributes:
        mood: good, bad or open.
        comparisons: each in words, with its verdict and the mood of that.
    """

    text: str
    source: str
    verdict: str
    mood: str
    comparisons: tuple[tuple[str, str, str], ...]


def hypotheses(verdicts: pd.DataFrame) -> tuple[Hypothesis, ...]:
    """One for each claim, in their order."""
    claims = groupby(rows_of(verdicts), lambda row: (row["claim"], row["source"], row["overall"]))
    return tuple(
        Hypothesis(
            text,
            source,
            overall,
            _MOODS.get(overall, "bad"),
            tuple((f"{sides(row)}: {measured(row)}", row["verdict"], _mood(row)) for row in rows),
        )
        for (text, source, overall), rows in claims
    )


def _mood(row: Mapping[str, Any]) -> str:
    return _MOODS.get(row["verdict"], "bad")
