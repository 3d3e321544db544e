"""The tables of the report."""

from leanset.report.tables.accuracy import accuracy_table, area_table, cell_table
from leanset.report.tables.differences import difference_table
from leanset.report.tables.needed import Needs, needs_of
from leanset.report.tables.scores import agreement_table, detector_table, score_table
from leanset.report.tables.shown import Column, Datum, Grid, Row
from leanset.report.tables.time import payback_table, time_table
from leanset.report.tables.verdicts import Hypothesis, hypotheses

__all__ = [
    "Column",
    "Datum",
    "Grid",
    "Hypothesis",
    "Needs",
    "Row",
    "accuracy_table",
    "agreement_table",
    "area_table",
    "cell_table",
    "detector_table",
    "difference_table",
    "hypotheses",
    "needs_of",
    "payback_table",
    "score_table",
    "time_table",
]
