"""Means of a few runs: how sure they are, alone, against each other and along a curve."""

from leanset.statistics.contrast import (
    Contrast,
    Interval,
    contrast,
    difference,
    welch_difference,
    welch_difference_of_moments,
)
from leanset.statistics.curve import LeastData, Point, area_coefficients, least_data
from leanset.statistics.families import holm, holm_adjusted, in_sequence
from leanset.statistics.front import front
from leanset.statistics.moments import Moments
from leanset.statistics.pairing import (
    WORTH_PAIRING,
    Pairs,
    paired_difference,
    pooled_correlation,
)
from leanset.statistics.power import runs_to_settle
from leanset.statistics.sampling import sampling_error

__all__ = [
    "WORTH_PAIRING",
    "Contrast",
    "Interval",
    "LeastData",
    "Moments",
    "Pairs",
    "Point",
    "area_coefficients",
    "contrast",
    "difference",
    "front",
    "holm",
    "holm_adjusted",
    "in_sequence",
    "least_data",
    "paired_difference",
    "pooled_correlation",
    "runs_to_settle",
    "sampling_error",
    "welch_difference",
    "welch_difference_of_moments",
]
