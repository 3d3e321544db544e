"""Figures as files that are whole or absent."""

from leanset.io.plotly.html_dataset import HTMLDataset
from leanset.io.plotly.json_dataset import JSONDataset

__all__ = ["HTMLDataset", "JSONDataset"]
