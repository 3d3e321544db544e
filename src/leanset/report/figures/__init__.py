"""The figures of the report; their colours are names of CSS variables, filled in by the page."""

from leanset.report.figures.accuracy import accuracy_figure
from leanset.report.figures.agreement import agreement_figure
from leanset.report.figures.axes import Drawn
from leanset.report.figures.differences import difference_figures
from leanset.report.figures.time import time_figure

__all__ = [
    "Drawn",
    "accuracy_figure",
    "agreement_figure",
    "difference_figures",
    "time_figure",
]
