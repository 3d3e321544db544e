"""Accuracy against the time of one training, selection included."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from math import isfinite, log10
from typing import TYPE_CHECKING, Any

from leanset.report.content import Content
from leanset.report.figures.axes import (
    Drawn,
    as_text,
    axis,
    axis_of_accuracy,
    empty_figure,
    error_of,
)
from leanset.report.looks import Look
from leanset.report.words import duration
from leanset.statistics import front
from leanset.words import percent

if TYPE_CHECKING:
    import plotly.graph_objects as go

_TICKS = (0.1, 0.3, 1, 3, 10, 30, 60, 180, 600, 1800, 3600, 10_800, 36_000, 86_400, 259_200)
"""Seconds that an axis may have ticks at."""


def time_figure(content: Content, looks: Mapping[str, Look]) -> Drawn:
    """Mean accuracy of every cell against the seconds of selecting once and training once.

    A line leads through what nothing else beats: no faster cell has a higher mean.
    """
    figure = empty_figure(height=460)
    timed = [row for row in content.cells if isfinite(seconds_of(row))]
    _add_front(figure, timed)
    for (variant, recipe), cells in groupby(timed, lambda row: (row["variant"], row["recipe"])):
        name = f"{variant}, {recipe}" if content.has_recipes else str(variant)
        _add_cells(figure, name, list(cells), looks[str(variant)])
    seconds = [seconds_of(row) for row in timed] or [1.0]
    ticks = [tick for tick in _TICKS if min(seconds) / 2 <= tick <= max(seconds) * 2]
    figure.update_xaxes(
        axis("time of selecting once and training once"),
        type="log",
        range=[log10(min(seconds) / 1.4), log10(max(seconds) * 1.4)],
        tickvals=ticks,
        ticktext=[duration(tick) for tick in ticks],
    )
    figure.update_yaxes(axis_of_accuracy([row["accuracy_mean"] for row in timed]))
    label = "Mean test accuracy of every cell against the time of selecting and training once."
    return Drawn("time", label, figure.to_json())


def seconds_of(row: Mapping[str, Any]) -> float:
    """Of selecting once and training once, at least a thousandth."""
    return max(float(row["seconds_selection"] + row["seconds_train"]), 1e-3)


def on_front(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The cells that nothing else beats, the fastest first."""
    if not rows:
        return []
    chosen = front([seconds_of(row) for row in rows], [row["accuracy_mean"] for row in rows])
    return sorted((row for row, is_on in zip(rows, chosen, strict=True) if is_on), key=seconds_of)


def _add_front(figure: go.Figure, timed: Sequence[Mapping[str, Any]]) -> None:
    best = on_front(timed)
    figure.add_scatter(
        name="front",
        x=[seconds_of(row) for row in best],
        y=[error_of(row["accuracy_mean"]) for row in best],
        mode="lines",
        line={"color": "var(--front)", "width": 8, "shape": "hv"},
        hoverinfo="skip",
    )


def _add_cells(
    figure: go.Figure, name: str, cells: Sequence[Mapping[str, Any]], look: Look
) -> None:
    figure.add_scatter(
        name=as_text(name),
        meta={"variant": look.name},
        x=[seconds_of(row) for row in cells],
        y=[error_of(row["accuracy_mean"]) for row in cells],
        mode="lines+markers",
        line={"color": look.colour, "dash": look.dash, "width": 1},
        marker={"symbol": look.symbol, "size": 10, "color": look.colour},
        text=[_hover(name, row) for row in cells],
        hovertemplate="%{text}<extra></extra>",
    )


def _hover(name: str, row: Mapping[str, Any]) -> str:
    return "<br>".join(
        [
            f"<b>{as_text(name)}</b> at {row['kept']:,}",
            f"mean {percent(row['accuracy_mean'])}",
            f"selecting {duration(row['seconds_selection'])}",
            f"one training {duration(row['seconds_train'])}",
        ]
    )
