"""What all figures of the page share: an empty figure, and scales that tell good from better."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite, log10
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import plotly.graph_objects as go

_ACCURACIES = (10, 20, 30, 40, 50, 60, 70, 80, 85, 90, 92, 94, 95, 96, 97, 98, 98.5, 99, 99.5,
               99.8, 99.9, 99.95, 99.99)  # fmt: skip
"""Where an axis of accuracies may have ticks, in percent."""

_TICKS = 9
_FURTHER = 1.6
"""How many times as large, or as small, as that of any mean the error at an end may be."""

_LEAST_ERROR = 1e-4
"""A share of wrong test samples that is drawn at least, for zero has no place on a log axis."""


@dataclass(frozen=True)
class Drawn:
    """A figure as the page holds it.

    Attributes:
        name: of the element that it is drawn in.
        label: what it shows, for those who do not see it.
        figure: as JSON for plotly.js.
        title: what stands above it, where it is one of several.
        width: pixels that it takes at least; a narrower page scrolls it in its box.
        row_height: pixels that each variant switched on takes, where it has a row of its own.
    """

    name: str
    label: str
    figure: str
    title: str = ""
    row_height: int = 0
    width: int = 0


def empty_figure(height: int) -> go.Figure:
    """A figure without a trace, in the colours of the page."""
    import plotly.graph_objects as go

    figure = go.Figure(layout={"template": {}})
    return figure.update_layout(
        height=height,
        margin={"l": 64, "r": 16, "t": 12, "b": 56},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": "var(--muted)", "size": 13},
        hoverlabel={
            "bgcolor": "var(--panel)",
            "bordercolor": "var(--line)",
            "font": {"color": "var(--ink)", "size": 13},
            "align": "left",
        },
        showlegend=False,
        hovermode="closest",
        dragmode=False,
        uirevision="kept",
    )


def axis(title: str = "") -> dict[str, Any]:
    """The settings of any axis."""
    return {
        "title": {"text": title, "standoff": 12, "font": {"size": 13}},
        "gridcolor": "var(--line)",
        "linecolor": "var(--line)",
        "zeroline": False,
        "ticks": "outside",
        "ticklen": 4,
        "tickcolor": "var(--line)",
        "automargin": True,
    }


def axis_of_kept(sizes: Iterable[int], title: str) -> dict[str, Any]:
    """A logarithmic axis with a tick at each number of samples, as far as they have room."""
    ticks: list[int] = []
    for size in sorted(sizes, reverse=True):
        if not ticks or log10(ticks[-1] / size) > _apart(sizes):
            ticks.append(size)
    return axis(title) | {
        "type": "log",
        "tickvals": ticks,
        "ticktext": [f"{size:,}" for size in ticks],
        "minor": {"showgrid": False},
    }


def _apart(sizes: Iterable[int]) -> float:
    """Powers of ten between two ticks, at least: a twelfth of the axis."""
    known = list(sizes)
    return log10(max(known) / min(known)) / 12 if known else 0.0


def axis_of_accuracy(means: Sequence[float], ends: Iterable[float] = ()) -> dict[str, Any]:
    """A logarithmic axis of errors that reads as accuracies: the nearer to 100 %, the wider.

    Args:
        means: fractions that it shows.
        ends: of intervals, as far as they are not much further; what is not finite is left out.
    """
    errors = [error_of(mean) for mean in means] or [0.5]
    least, most = min(errors) / _FURTHER, max(errors) * _FURTHER
    reached = [error_of(end) for end in ends if isfinite(end)]
    errors += [min(max(error, least), most) for error in reached]
    top, bottom = min(errors) / 1.2, min(max(errors) * 1.2, 1.0)
    inside = [tick for tick in _ACCURACIES if top <= 1 - tick / 100 <= bottom]
    while len(inside) > _TICKS:
        inside = _thinned(inside)
    return axis("test accuracy, %") | {
        "type": "log",
        "range": [log10(bottom), log10(top)],
        "tickvals": [1 - tick / 100 for tick in inside],
        "ticktext": [f"{tick:g}" for tick in inside],
        "minor": {"showgrid": False},
    }


def _thinned(ticks: list[float]) -> list[float]:
    """The ticks without the one that stands closest to both its neighbours."""
    places = [log10(1 - tick / 100) for tick in ticks]
    gaps = [places[at - 1] - places[at + 1] for at in range(1, len(places) - 1)]
    closest = gaps.index(min(gaps)) + 1
    return [*ticks[:closest], *ticks[closest + 1 :]]


def error_of(accuracy: float) -> float:
    """What an accuracy leaves, both fractions, never less than can be drawn."""
    return min(max(1 - accuracy, _LEAST_ERROR), 1.0)


def error_bars(low: Iterable[float], high: Iterable[float], at: Iterable[float]) -> dict[str, Any]:
    """Intervals of accuracies on an axis of errors; none where an end is not finite."""
    up, down = [], []
    for below, above, middle in zip(low, high, at, strict=True):
        known = isfinite(below) and isfinite(above)
        up.append(error_of(below) - error_of(middle) if known else None)
        down.append(error_of(middle) - error_of(above) if known else None)
    return {"array": up, "arrayminus": down, "thickness": 1.4, "width": 4}


def as_text(word: object) -> str:
    """A word as plotly shows it, which would take ``<b>`` for markup."""
    return str(word).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
