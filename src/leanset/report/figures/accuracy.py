"""Accuracy against the number of samples kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from math import isfinite
from typing import TYPE_CHECKING, Any

from leanset.report.content import Content
from leanset.report.figures.axes import (
    Drawn,
    as_text,
    axis_of_accuracy,
    axis_of_kept,
    empty_figure,
    error_bars,
    error_of,
)
from leanset.report.looks import Look
from leanset.report.words import span
from leanset.words import percent

if TYPE_CHECKING:
    import plotly.graph_objects as go

_DODGE = 0.012
_LANES = 7
"""Markers of one budget stand side by side, in so many places, each a little further along."""


def accuracy_figure(content: Content, looks: Mapping[str, Look]) -> Drawn:
    """Means with their intervals, and all samples as a band with the margin below it."""
    figure = empty_figure(height=500)
    if content.full is not None:
        _add_full(figure, content, content.full)
    lanes = {name: place % _LANES - _LANES // 2 for place, name in enumerate(looks)}
    for (variant, recipe), cells in groupby(content.cells, _curve):
        if (variant, recipe) != ("full", content.recipe):
            name = f"{variant}, {recipe}" if content.has_recipes else variant
            _add_curve(figure, name, list(cells), looks[variant], 1 + _DODGE * lanes[variant])
    sizes = {row["kept"] for row in content.cells}
    figure.update_xaxes(axis_of_kept(sizes, "training samples kept"))
    means = [row["accuracy_mean"] for row in content.cells]
    ends = [row[end] for row in content.cells for end in _ENDS[1:]]
    if content.full is not None:
        ends.append(content.full["accuracy_mean"] - content.settings.margin / 100)
    figure.update_yaxes(axis_of_accuracy(means, ends))
    label = "Mean test accuracy of every variant against the number of samples kept."
    return Drawn("accuracy", label, figure.to_json())


_ENDS = ("accuracy_mean", "accuracy_low", "accuracy_high")


def _curve(row: Mapping[str, Any]) -> tuple[str, str]:
    return str(row["variant"]), str(row["recipe"])


def _add_curve(
    figure: go.Figure, name: str, cells: Sequence[Mapping[str, Any]], look: Look, shift: float
) -> None:
    mean, low, high = ([row[end] for row in cells] for end in _ENDS)
    figure.add_scatter(
        name=as_text(name),
        meta={"variant": look.name},
        x=[row["kept"] * shift for row in cells],
        y=[error_of(value) for value in mean],
        error_y=error_bars(low, high, mean) | {"color": look.colour},
        mode="lines+markers",
        line={"color": look.colour, "dash": look.dash, "width": 2},
        marker={"symbol": look.symbol, "size": 9, "color": look.colour},
        text=[_hover(name, row) for row in cells],
        hovertemplate="%{text}<extra></extra>",
    )


def _hover(name: str, row: Mapping[str, Any]) -> str:
    runs = f"{row['runs']} of {row['runs'] + row['failed']} runs"
    return "<br>".join(
        [
            f"<b>{as_text(name)}</b> at {row['kept']:,}",
            f"mean {percent(row['accuracy_mean'])}",
            f"interval {span(row['accuracy_low'], row['accuracy_high'])}",
            f"median {percent(row['accuracy_median'])}, {runs}",
        ]
    )


def _add_full(figure: go.Figure, content: Content, full: Mapping[str, Any]) -> None:
    """Its interval as a band across all sizes, its mean as a line, and the margin below that."""
    smallest = min(row["kept"] for row in content.cells)
    ends = [smallest / 1.06, full["kept"] * 1.06]
    mean, margin = full["accuracy_mean"], content.settings.margin
    low, high = (full[end] if isfinite(full[end]) else mean for end in _ENDS[1:])
    for below, above, colour in (
        (mean - margin / 100, mean, "var(--band-margin)"),
        (low, high, "var(--band-full)"),
    ):
        figure.add_scatter(
            meta={"variant": "full"},
            x=[*ends, *reversed(ends)],
            y=[error_of(below)] * 2 + [error_of(above)] * 2,
            mode="lines",
            fill="toself",
            fillcolor=colour,
            line={"width": 0},
            hoverinfo="skip",
        )
    figure.add_scatter(
        name="full",
        meta={"variant": "full"},
        x=ends,
        y=[error_of(mean)] * 2,
        mode="lines",
        line={"color": "var(--ink)", "width": 1.6},
        text=[_hover("full", full)] * 2,
        hovertemplate="%{text}<extra></extra>",
    )
    _add_words(figure, ends[0], mean, f"full: {percent(mean)}", "top right")
    _add_words(figure, ends[0], mean - margin / 100, f"{margin:g} points below", "bottom right")


def _add_words(figure: go.Figure, kept: float, accuracy: float, words: str, place: str) -> None:
    figure.add_scatter(
        meta={"variant": "full"},
        x=[kept],
        y=[error_of(accuracy)],
        mode="text",
        text=[words],
        textposition=place,
        textfont={"color": "var(--ink)", "size": 12},
        hoverinfo="skip",
    )
