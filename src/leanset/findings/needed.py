"""How little data reaches a target, rule by rule, and how good a rule is on the whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from leanset.findings.cells import CellName, Cells, FinishedCell, full_of
from leanset.statistics import Interval, Moments, Point, area_coefficients, contrast, least_data

if TYPE_CHECKING:
    import pandas as pd

NEEDED = ("variant", "recipe", "target", "accuracy", "kept", "low", "high", "smallest", "largest")
AREAS = ("variant", "recipe", "from_kept", "to_kept", "area", "low", "high",
         "difference_to_random", "difference_low", "difference_high")  # fmt: skip


def data_needed(
    cells: Cells, targets: Sequence[float], margin: float, confidence: float
) -> pd.DataFrame:
    """One row for each variant and target: the number of samples that reaches it.

    The last target is ``full``, within the margin; the others are accuracies, fractions. Curves go
    from the smallest budget of the variant to all samples, where every rule keeps the same.
    ``kept``, ``low`` and ``high`` are as in ``LeastData``, each interval for itself; where ``kept``
    is ``smallest`` fewer might do, and where it is missing the curve does not reach the target.

    Args:
        cells: those with a finished run.
        targets: accuracies, fractions.
        margin: by how much of its accuracy a cell may fall behind full, a fraction.
        confidence: in (0, 1).
    """
    import pandas as pd

    rows = [
        row
        for curve in _curves(cells)
        for row in _needed(curve, full_of(cells, curve[0].name.recipe), targets, margin, confidence)
    ]
    return pd.DataFrame(rows, columns=list(NEEDED))


def areas(cells: Cells, confidence: float) -> pd.DataFrame:
    """One row for each variant: its mean accuracy over the budgets that all variants share.

    On a logarithmic scale of samples kept, with Student's interval, and the difference to random
    with Welch's, each for itself. No row where fewer than two budgets are shared.

    Args:
        cells: those with a finished run.
        confidence: in (0, 1).
    """
    import pandas as pd

    rows = []
    for recipe in sorted({name.recipe for name in cells}):
        of_recipe = [name for name in cells if name.recipe == recipe and name.variant != "full"]
        variants = sorted({name.variant for name in of_recipe})
        shared = _shared_budgets(of_recipe, variants)
        if len(shared) > 1:
            rows += [_area(cells, variant, recipe, shared, confidence) for variant in variants]
    return pd.DataFrame(rows, columns=list(AREAS))


def _curves(cells: Cells) -> Iterator[list[FinishedCell]]:
    """The cells of every variant but full, ascending in kept."""
    for variant, recipe in sorted({(name.variant, name.recipe) for name in cells}):
        if variant != "full":
            names = sorted(name for name in cells if name[:2] == (variant, recipe))
            yield [cells[name] for name in names]


def _needed(
    curve: Sequence[FinishedCell],
    full: FinishedCell | None,
    targets: Sequence[float],
    margin: float,
    confidence: float,
) -> Iterator[dict[str, Any]]:
    ends = [full] if full is not None and full.name.kept > curve[-1].name.kept else []
    points = [Point(cell.name.kept, cell.moments) for cell in (*curve, *ends)]
    asked: list[tuple[str, float, Moments | None]] = [
        (f"{target * 100:g} %", target, None) for target in targets
    ]
    if full is not None:
        asked.append(("full", -margin, full.moments))
    for name, target, reference in asked:
        least = least_data(points, target, confidence, reference)
        yield {
            "variant": curve[0].name.variant,
            "recipe": curve[0].name.recipe,
            "target": name,
            "accuracy": target + (reference.mean if reference else 0.0),
            "kept": least.kept,
            "low": least.low,
            "high": least.high,
            "smallest": points[0].kept,
            "largest": points[-1].kept,
        }


def _shared_budgets(names: Sequence[CellName], variants: Sequence[str]) -> list[int]:
    budgets = [{name.kept for name in names if name.variant == variant} for variant in variants]
    return sorted(set.intersection(*budgets)) if budgets else []


def _area(
    cells: Cells, variant: str, recipe: str, shared: Sequence[int], confidence: float
) -> dict[str, Any]:
    parts = [
        (float(weight), cells[CellName(variant, recipe, kept)].moments)
        for weight, kept in zip(area_coefficients(shared), shared, strict=True)
    ]
    area = contrast(parts).interval(confidence)
    unknown = Interval(float("nan"), float("nan"), float("nan"))
    arms = [cells.get(CellName("random", recipe, kept)) for kept in shared]
    to_random = unknown
    if variant != "random" and all(arms):
        others = [
            (-weight, arm.moments) for (weight, _), arm in zip(parts, arms, strict=True) if arm
        ]
        to_random = contrast([*parts, *others]).interval(confidence)
    return {
        "variant": variant,
        "recipe": recipe,
        "from_kept": shared[0],
        "to_kept": shared[-1],
        "area": area.estimate,
        "low": area.low,
        "high": area.high,
        "difference_to_random": to_random.estimate,
        "difference_low": to_random.low,
        "difference_high": to_random.high,
    }
