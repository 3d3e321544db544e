"""Figures as pages."""

from kedro_datasets import plotly

from leanset.io.whole import Whole


class HTMLDataset(Whole, plotly.HTMLDataset):  # type: ignore[misc]
    """A figure as a page of its own."""
