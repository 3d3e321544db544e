"""How far each cell is from the random arm that keeps as many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from leanset.findings.words import measured
from leanset.report.content import Content
from leanset.report.figures.axes import Drawn, as_text, axis, empty_figure
from leanset.report.looks import Look
from leanset.report.words import is_told

if TYPE_CHECKING:
    import plotly.graph_objects as go

VERDICTS = {
    "better": ("triangle-right", "var(--good)"),
    "worse": ("triangle-left", "var(--bad)"),
    "not shown": ("circle-open", "var(--muted)"),
    "too few runs": ("x-thin-open", "var(--muted)"),
}
"""Symbol and colour of each verdict: told by the shape alone too."""

_ROW = 30


def difference_figures(content: Content, looks: Mapping[str, Look]) -> list[Drawn]:
    """A small figure for each number of samples kept, a row for each variant, in percent points."""
    rows = sorted(content.against("random"), key=_panel)
    return [
        _figure(list(of_panel), content, looks, f"difference-{number}")
        for number, (_, of_panel) in enumerate(groupby(rows, _panel))
    ]


def _panel(row: Mapping[str, Any]) -> tuple[int, str]:
    return row["kept"], row["recipe"]


def _figure(
    rows: Sequence[Mapping[str, Any]], content: Content, looks: Mapping[str, Look], name: str
) -> Drawn:
    figure = empty_figure(height=_ROW * len(rows) + 60)
    figure.update_layout(margin={"l": 8, "r": 12, "t": 4, "b": 48})
    figure.add_vline(x=0, line={"color": "var(--ink)", "width": 1})
    places = {variant: place for place, variant in enumerate(looks)}
    for row in sorted(rows, key=lambda row: places[row["variant"]]):
        _add_cell(figure, row)
    figure.update_xaxes(axis("percent points, against random"), nticks=6)
    figure.update_yaxes(axis(), type="category", autorange="reversed", ticks="", tickfont_size=12)
    figure.update_yaxes(tickfont_color="var(--ink)", showgrid=False)
    kept = f"{rows[0]['kept']:,} kept"
    title = f"{kept}, {rows[0]['recipe']}" if content.has_recipes else kept
    label = f"Difference of mean test accuracy to random, {title}, with intervals."
    return Drawn(name, label, figure.to_json(), title=title, row_height=_ROW)


def _add_cell(figure: go.Figure, row: Mapping[str, Any]) -> None:
    symbol, colour = VERDICTS[row["verdict"]]
    known = is_told(row["low"], row["high"])
    figure.add_scatter(
        meta={"variant": row["variant"]},
        x=[row["difference"] * 100],
        y=[as_text(row["variant"])],
        error_x={
            "array": [(row["high"] - row["difference"]) * 100 if known else None],
            "arrayminus": [(row["difference"] - row["low"]) * 100 if known else None],
            "color": colour,
            "thickness": 2,
            "width": 0,
        },
        mode="markers",
        marker={
            "symbol": symbol,
            "size": 12,
            "color": colour,
            "line": {"width": 2, "color": colour},
        },
        text=[f"<b>{as_text(row['variant'])}</b><br>{measured(row)}<br>{row['verdict']}"],
        hovertemplate="%{text}<extra></extra>",
    )
