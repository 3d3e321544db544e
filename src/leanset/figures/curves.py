"""Accuracy and time against the number of samples kept."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

# Okabe and Ito's palette without its yellow and black: told apart with every colour vision
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star")


def accuracy_against_kept(runs: pd.DataFrame) -> go.Figure:
    """Test accuracy in percent of every cell, medians with quartiles, samples kept on a log axis.

    Args:
        runs: the ledger; failed runs are left out.
    """
    percent = runs.assign(accuracy=runs["accuracy"] * 100)
    return _curves(percent, "accuracy", "Test accuracy against samples kept", "test accuracy, %")


def time_against_kept(runs: pd.DataFrame) -> go.Figure:
    """Seconds of one training of every cell, medians with quartiles, both axes logarithmic.

    Args:
        runs: the ledger; failed runs are left out.
    """
    figure = _curves(
        runs, "seconds_train", "Training time against samples kept", "seconds to train"
    )
    return figure.update_yaxes(type="log", dtick=1)


def _curves(runs: pd.DataFrame, column: str, title: str, quantity: str) -> go.Figure:
    import plotly.graph_objects as go

    figure = go.Figure()
    figure.update_layout(
        title=f"{title} (medians; bars: quartiles)",
        template="plotly_white",
        legend_title="variant",
    )
    finished = runs[runs["status"] == "ok"]
    sizes = sorted(finished["kept"].unique())
    figure.update_xaxes(
        type="log",
        title="training samples kept",
        tickvals=sizes,
        ticktext=[f"{size:,}" for size in sizes],
    )
    figure.update_yaxes(title=quantity)
    looks = zip(cycle(_COLOURS), cycle(_SYMBOLS), strict=False)
    for (variant, rows), (colour, symbol) in zip(finished.groupby("variant"), looks, strict=False):
        in_cells = rows.groupby("kept")[column]
        median = in_cells.median()
        figure.add_scatter(
            name=str(variant),
            x=median.index,
            y=median,
            error_y={
                "array": in_cells.quantile(0.75) - median,
                "arrayminus": median - in_cells.quantile(0.25),
                "thickness": 1,
            },
            mode="lines+markers",
            line={"color": colour},
            marker={"symbol": symbol, "size": 8},
            hovertemplate="%{x:,} kept: %{y:.2f}",
        )
    return figure
