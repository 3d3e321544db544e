"""Every cell against the random arm and against all samples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from leanset.findings.bits import CorrectBits
from leanset.findings.cells import CellName, Cells, FinishedCell, full_of
from leanset.statistics import (
    WORTH_PAIRING,
    Contrast,
    Pairs,
    difference,
    holm,
    holm_adjusted,
    in_sequence,
    paired_difference,
    pooled_correlation,
    runs_to_settle,
)

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("variant", "recipe", "budget", "kept", "against", "difference", "low", "high", "p",
           "verdict", "paired", "test_error", "runs_needed")  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """A cell and what it is held against.

    Attributes:
        difference: of the true mean accuracies, the cell's minus the other's.
    """

    cell: FinishedCell
    other: FinishedCell
    difference: Contrast
    paired: bool

    @property
    def arm(self) -> tuple[str, str]:
        """Variant and recipe, which budgets are compared for in sequence."""
        return self.cell.name.variant, self.cell.name.recipe

    @property
    def deviations(self) -> tuple[float, float]:
        """What the runs scatter by: of both cells, or of the pairs and nothing else."""
        if self.paired:
            ours, others = self.cell.paired_with(self.other)
            return float((ours - others).std(ddof=1)), 0.0
        return self.cell.moments.deviation, self.other.moments.deviation


@dataclass(frozen=True)
class Judged:
    """A comparison and its verdict.

    Attributes:
        low: above the bound exactly where the verdict says so; the same goes for ``high``.
        p: the least level of the whole family, both sides together, with that verdict.
        level: one-sided, at which it was judged.
    """

    comparison: Comparison
    low: float
    high: float
    p: float
    verdict: str
    level: float


def compare_cells(
    cells: Cells, bits: CorrectBits, margin: float, confidence: float
) -> pd.DataFrame:
    """One row for each cell and what it is held against; accuracies are fractions.

    ``against`` is ``random``, the random arm that keeps as many, or ``full``. ``difference`` is of
    the means over selection and training seeds. ``verdict`` is ``better``, ``worse`` or
    ``not shown`` against random; ``within`` the margin, ``below`` it or ``not shown`` against full;
    ``too few runs`` where either cell has one only. The chance that any verdict against random is
    wrong is 1 − ``confidence``, and the same goes for those against full. ``runs_needed`` is the
    number of runs at which, if the estimates are the truth, a verdict that is not shown would be
    in four cases of five; missing where more than a thousand would not do. ``test_error`` is the
    standard error that the difference has because the test set is a sample; no interval holds it.

    Args:
        cells: those with a finished run.
        bits: which test samples each of their runs got right.
        margin: by how much of its accuracy a cell may fall behind full, a fraction.
        confidence: in (0, 1).
    """
    import pandas as pd

    rows = [_row(each, bits, margin) for each in judge(cells, margin, confidence)]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.astype({"kept": "int64", "paired": "bool", "runs_needed": "Int64"})


def judge(cells: Cells, margin: float, confidence: float) -> list[Judged]:
    """The verdicts alone, of all comparisons with random and then of all with full.

    Args:
        cells: those with a finished run.
        margin: by how much of its accuracy a cell may fall behind full, a fraction.
        confidence: in (0, 1).
    """
    level = 1 - confidence
    return [*_against_random(cells, level), *_against_full(cells, margin, level)]


def _against_random(cells: Cells, level: float) -> list[Judged]:
    """By Holm's procedure, once for "better" and once for "worse", each with half the level."""
    pairs = []
    for name, cell in cells.items():
        arm = cells.get(CellName("random", name.recipe, name.kept))
        if arm is not None and name.variant not in ("random", "full"):
            pairs.append((cell, arm))
    comparisons = _compared(pairs)
    told = [each for each in comparisons if each.difference.freedom > 0]
    above = [each.difference.p_above() for each in told]
    below = [each.difference.p_below() for each in told]
    sides = zip(
        told,
        holm(above, level / 2),
        holm(below, level / 2),
        holm_adjusted(above),
        holm_adjusted(below),
        strict=True,
    )
    judged = []
    for each, low_level, high_level, p_above, p_below in sides:
        low, high = each.difference.below(low_level), each.difference.above(high_level)
        p = min(1.0, 2 * float(min(p_above, p_below)))
        verdict = "better" if low > 0 else "worse" if high < 0 else "not shown"
        judged.append(Judged(each, low, high, p, verdict, float(min(low_level, high_level))))
    return [*judged, *_untold(comparisons)]


def _against_full(cells: Cells, margin: float, level: float) -> list[Judged]:
    """In sequence: "within" from the largest budget down, "below" from the smallest up.

    Each variant has its part of the level; half of that is for either side.
    """
    pairs = []
    for name in sorted(cells):
        full = full_of(cells, name.recipe)
        if full is not None and name.variant != "full":
            pairs.append((cells[name], full))
    sequences = [
        list(sequence) for _, sequence in groupby(_compared(pairs), key=lambda each: each.arm)
    ]
    part = level / 2 / max(1, len(sequences))
    return [
        judged for sequence in sequences for judged in _in_sequence(sequence, margin, part, level)
    ]


def _in_sequence(
    comparisons: Sequence[Comparison], margin: float, part: float, level: float
) -> list[Judged]:
    told = [each for each in comparisons if each.difference.freedom > 0]
    within = in_sequence(each.difference.p_above(-margin) for each in reversed(told))[::-1]
    below = in_sequence(each.difference.p_below(-margin) for each in told)
    judged = []
    for each, p_within, p_below in zip(told, within, below, strict=True):
        verdict = "within" if p_within <= part else "below" if p_below <= part else "not shown"
        p = min(1.0, min(p_within, p_below) * level / part)
        bounds = each.difference.below(part), each.difference.above(part)
        judged.append(Judged(each, *bounds, p, verdict, part))
    return [*judged, *_untold(comparisons)]


def _compared(pairs: Sequence[tuple[FinishedCell, FinishedCell]]) -> list[Comparison]:
    """Each cell against another, run by run where runs that share their seeds vary together."""
    matched = [cell.paired_with(other) for cell, other in pairs]
    by_other: dict[CellName, list[Pairs]] = {}
    for (_, other), values in zip(pairs, matched, strict=True):
        by_other.setdefault(other.name, []).append(values)
    together = pooled_correlation(by_other.values()) > WORTH_PAIRING
    comparisons = []
    for (cell, other), values in zip(pairs, matched, strict=True):
        paired = together and len(values[0]) > 1
        estimate = paired_difference(values) if paired else difference(cell.moments, other.moments)
        comparisons.append(Comparison(cell, other, estimate, paired))
    return comparisons


def _untold(comparisons: Iterable[Comparison]) -> list[Judged]:
    """Those of which a single run can tell nothing."""
    return [
        Judged(each, -1.0, 1.0, 1.0, "too few runs", float("nan"))
        for each in comparisons
        if each.difference.freedom == 0
    ]


def _row(judged: Judged, bits: CorrectBits, margin: float) -> dict[str, Any]:
    comparison = judged.comparison
    cell, other = comparison.cell, comparison.other
    bound = -margin if other.name.variant == "full" else 0.0
    return {
        **cell.name._asdict(),
        "budget": cell.budget,
        "against": other.name.variant,
        "difference": comparison.difference.estimate,
        # no two accuracies are further apart
        "low": max(judged.low, -1.0),
        "high": min(judged.high, 1.0),
        "p": judged.p,
        "verdict": judged.verdict,
        "paired": comparison.paired,
        "test_error": bits.error_between(cell, other),
        "runs_needed": _runs_needed(judged, bound) if judged.verdict == "not shown" else None,
    }


def _runs_needed(judged: Judged, bound: float) -> int | None:
    """How many runs would likely settle it; more than there are, for those have not."""
    comparison = judged.comparison
    distance = abs(comparison.difference.estimate - bound)
    needed = runs_to_settle(distance, *comparison.deviations, judged.level)
    made = min(comparison.cell.moments.count, comparison.other.moments.count)
    return None if needed is None else max(needed, made + 1)
