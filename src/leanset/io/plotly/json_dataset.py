"""Figures as data; kedro-viz knows figures by the names of this module, its package and class."""

from kedro_datasets import plotly

from leanset.io.whole import Whole


class JSONDataset(Whole, plotly.JSONDataset):  # type: ignore[misc]
    """A figure that kedro-viz draws."""
