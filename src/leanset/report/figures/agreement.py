"""How far scores agree, in the colours of the page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from leanset.figures.heat_map import agreement_heat_map
from leanset.report.figures.axes import Drawn, empty_figure

if TYPE_CHECKING:
    import pandas as pd

_LEAST_CELL, _BESIDE = 34, 190
"""Pixels that a cell takes at least, and what stands beside all cells."""


def agreement_figure(agreement: pd.DataFrame) -> Drawn:
    """Spearman's correlation between all scores, similar ones side by side."""
    drawn = agreement_heat_map(agreement)
    scores = len(drawn.data[0].x)
    figure = json.loads(empty_figure(height=max(320, 44 * scores + 150)).to_json())
    heat = json.loads(drawn.to_json())
    (trace,) = heat["data"]
    trace["colorscale"] = [[0, "var(--bad)"], [0.5, "var(--panel)"], [1, "var(--accent)"]]
    trace["colorbar"] = {"title": {"text": "ρ"}, "thickness": 10, "outlinewidth": 0}
    kept = {"gridcolor": "var(--line)", "linecolor": "var(--line)", "automargin": True}
    axes = {name: heat["layout"][name] | kept for name in ("xaxis", "yaxis")}
    figure["data"], figure["layout"] = [trace], figure["layout"] | axes
    label = "Spearman's correlation between all scores, medians over pairs of replicates."
    width = _LEAST_CELL * scores + _BESIDE
    return Drawn("agreement", label, json.dumps(figure), width=width)
