"""How far scores agree, each with itself and with the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from leanset.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

# Okabe and Ito's vermilion and blue, told apart with every colour vision, with white between
_COLOURS = ((0.0, "#D55E00"), (0.5, "#FFFFFF"), (1.0, "#0072B2"))

_CELL, _MARGIN, _LEAST_WIDTH = 44, 240, 720
"""Pixels that a cell takes, that stand around the cells, and that the title takes."""


def agreement_heat_map(agreement: pd.DataFrame) -> go.Figure:
    """Spearman's correlation between all scores, medians, with similar scores side by side.

    The diagonal is a score with itself between seeds, "–" where it has one replicate only. A
    cell's hover text has the overlaps too.

    Args:
        agreement: from ``agreement_table``.
    """
    import plotly.graph_objects as go

    cells = _cells(agreement)
    names = _neighbours_first(sorted({name for pair in cells for name in pair}), cells)
    correlations = _matrix(names, cells)
    written = [["–" if np.isnan(rho) else f"{rho:z.2f}" for rho in row] for row in correlations]
    figure = go.Figure()
    figure.add_heatmap(
        x=names,
        y=names,
        z=correlations,
        zmin=-1,
        zmid=0,
        zmax=1,
        colorscale=_COLOURS,
        colorbar_title="ρ",
        text=written,
        texttemplate="%{text}",
        customdata=[[_hover(score, other, cells) for other in names] for score in names],
        hovertemplate="%{customdata}<extra></extra>",
        xgap=1,
        ygap=1,
    )
    side = _CELL * len(names) + _MARGIN
    figure.update_layout(
        title=_title(agreement),
        template="plotly_white",
        width=max(side, _LEAST_WIDTH),
        height=side,
    )
    figure.update_xaxes(constrain="domain", showgrid=False)
    figure.update_yaxes(autorange="reversed", scaleanchor="x", constrain="domain", showgrid=False)
    return figure


_Cells = dict[tuple[str, str], list[dict[str, Any]]]


def _cells(agreement: pd.DataFrame) -> _Cells:
    """The rows of every pair of scores, under both orders of it."""
    cells: _Cells = {}
    for row in rows_of(agreement):
        for pair in {(row["score"], row["other"]), (row["other"], row["score"])}:
            cells.setdefault(pair, []).append(row)
    return cells


def _matrix(names: list[str], cells: _Cells) -> NDArray[np.float64]:
    """Spearman's correlations, NaN where there is none."""
    missing = [{"spearman_median": np.nan}]
    return np.array(
        [
            [cells.get((score, other), missing)[0]["spearman_median"] for other in names]
            for score in names
        ],
        dtype=np.float64,
    ).reshape(len(names), len(names))


def _neighbours_first(names: list[str], cells: _Cells) -> list[str]:
    """The names in the order of the leaves of a tree of clusters with distance 1 − |ρ|."""
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    if len(names) < 3:
        return names
    distance = 1 - np.abs(np.nan_to_num(_matrix(names, cells)))
    np.fill_diagonal(distance, 0)
    tree = linkage(squareform(distance), method="average", optimal_ordering=True)
    return [names[leaf] for leaf in leaves_list(tree)]


def _hover(score: str, other: str, cells: _Cells) -> str:
    """What is known of one cell."""
    heading = f"{score}, between seeds" if score == other else f"{score} and {other}"
    rows = cells.get((score, other))
    if rows is None:
        return f"{heading}: one replicate only"
    first = rows[0]
    rho = "not defined, a score is constant"
    if not np.isnan(first["spearman_median"]):
        rho = f"{first['spearman_median']:z.3f} (lowest {first['spearman_lowest']:z.3f})"
    return "<br>".join(
        [
            f"{heading}, {_count(first['pairs'], first['pairs'])}",
            f"ρ: {rho}",
            *(
                f"overlap of the {row['kept']:,} hardest: {row['overlap_median']:.1%} "
                f"(lowest {row['overlap_lowest']:.1%})"
                for row in rows
            ),
        ]
    )


def _title(agreement: pd.DataFrame) -> str:
    itself = agreement["score"] == agreement["other"]
    parts = []
    for name, pairs in (
        ("diagonal: a score with itself between seeds", agreement.loc[itself, "pairs"]),
        ("elsewhere: one score with another", agreement.loc[~itself, "pairs"]),
    ):
        number = _count(pairs.min(), pairs.max()) if len(pairs) else "no replicates to compare"
        parts.append(f"{name} ({number})")
    return (
        "Agreement of scores: Spearman's ρ, medians over pairs of replicates"
        f"<br><sup>{'; '.join(parts)}</sup>"
    )


def _count(least: int, most: int) -> str:
    """A number of pairs in words."""
    if least != most:
        return f"{least} to {most} pairs"
    return "1 pair" if most == 1 else f"{most} pairs"
