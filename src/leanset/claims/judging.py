"""A verdict on each claim, from our runs alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from leanset.claims.cells import (
    CONFIDENCE,
    UNKNOWN,
    OurCell,
    OurCells,
    columns_of,
    finished_cells,
    in_words,
)
from leanset.claims.claim import Claim
from leanset.statistics import Interval, welch_difference

if TYPE_CHECKING:
    import pandas as pd


def judge_claims(runs: pd.DataFrame, claims: Sequence[Claim]) -> pd.DataFrame:
    """One row per comparison of each claim, judged on our runs alone, in percent points.

    ``difference`` is the mean of the rule said to be better minus that of the other. Its Welch
    interval is simultaneous over the claim's comparisons (Bonferroni, 95 % together), and takes
    the two arms as independent though their runs share seeds. A comparison ``holds`` or is
    ``contradicted`` where the interval is all on one side of zero, and is ``not shown`` or
    ``not run`` otherwise. ``overall`` is ``supported`` only if every comparison holds.

    Args:
        runs: the ledger, at least its variant, budget, kept, status and accuracy.
        claims: what is said.
    """
    import pandas as pd

    ours = finished_cells(runs)
    rows = [row for claim in claims for row in _judged(claim, ours)]
    columns = ["claim", "source", "better", "than", "budget", "than_budget", "difference", "low",
               "high", "verdict", "overall"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _judged(claim: Claim, ours: OurCells) -> list[dict[str, Any]]:
    confidence = 1 - (1 - CONFIDENCE) / len(claim.budgets)
    pairs = claim.pairs()
    outcomes = [
        _outcome(ours.get((claim.better, budget)), ours.get((claim.than, than_budget)), confidence)
        for budget, than_budget in pairs
    ]
    overall = _overall(
        [(budget, verdict) for (budget, _), (_, verdict) in zip(pairs, outcomes, strict=True)]
    )
    return [
        {
            "claim": claim.text,
            "source": claim.source,
            "better": claim.better,
            "than": claim.than,
            "budget": budget,
            "than_budget": than_budget,
            **columns_of(difference),
            "verdict": verdict,
            "overall": overall,
        }
        for (budget, than_budget), (difference, verdict) in zip(pairs, outcomes, strict=True)
    ]


def _outcome(
    better: OurCell | None, than: OurCell | None, confidence: float
) -> tuple[Interval, str]:
    """The difference between two cells, and whether it bears out that the first is better."""
    if better is None or than is None:
        return UNKNOWN, "not run"
    difference = welch_difference(better.accuracies, than.accuracies, confidence)
    return difference, in_words(difference, "holds", "contradicted", "not shown")


def _overall(verdicts: Sequence[tuple[str, str]]) -> str:
    """The verdict on a claim, from the budget and the verdict of each comparison."""
    contradicted = [budget for budget, verdict in verdicts if verdict == "contradicted"]
    if contradicted:
        return f"contradicted at {', '.join(contradicted)}"
    unanimous = {frozenset({"holds"}): "supported", frozenset({"not run"}): "not run"}
    return unanimous.get(frozenset(verdict for _, verdict in verdicts), "not shown")
