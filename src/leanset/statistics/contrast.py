"""Weighted sums of means, with intervals that say how much a few runs can tell."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from numpy.typing import ArrayLike

from leanset.statistics.moments import Moments


@dataclass(frozen=True)
class Interval:
    """An estimate and the interval around it."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class Contrast:
    """An estimated Σ cᵢ μᵢ of means of independent samples, and how sure it is.

    Attributes:
        error: its standard error; 0 where none of the samples varies.
        freedom: degrees of freedom of the error; 0 where some sample has a single value, so that
            nothing is known of it.
    """

    estimate: float
    error: float
    freedom: float

    def below(self, level: float) -> float:
        """What the true value exceeds, but for a chance of ``level`` in (0, 1)."""
        return self.estimate - self._margin(level)

    def above(self, level: float) -> float:
        """What the true value stays under, but for a chance of ``level`` in (0, 1)."""
        return self.estimate + self._margin(level)

    def interval(self, confidence: float) -> Interval:
        """What holds the true value with probability ``confidence`` in (0, 1)."""
        level = (1 - confidence) / 2
        return Interval(self.estimate, self.below(level), self.above(level))

    def p_above(self, bound: float = 0.0) -> float:
        """How likely so high an estimate is, if the true value is ``bound`` or less."""
        return self._tail(self.estimate - bound)

    def p_below(self, bound: float = 0.0) -> float:
        """How likely so low an estimate is, if the true value is ``bound`` or more."""
        return self._tail(bound - self.estimate)

    def _margin(self, level: float) -> float:
        from scipy.special import stdtrit

        if self.freedom == 0:
            return math.inf
        return 0.0 if self.error == 0 else float(stdtrit(self.freedom, 1 - level)) * self.error

    def _tail(self, excess: float) -> float:
        from scipy.special import stdtr

        if self.freedom == 0 or (self.error == 0 and excess == 0):
            return 1.0
        if self.error == 0:
            return 0.0 if excess > 0 else 1.0
        return float(stdtr(self.freedom, -excess / self.error))


def contrast(parts: Iterable[tuple[float, Moments]], constant: float = 0.0) -> Contrast:
    """``constant`` + Σ cᵢ μᵢ of independent samples that may vary differently.

    The degrees of freedom are those of Welch (Biometrika 34, 1947) and Satterthwaite (Biometrics
    Bulletin 2, 1946). Of one sample it is Student's t, of two with 1 and −1 Welch's.

    Args:
        parts: each coefficient with the sample it is of, no sample twice.
        constant: known exactly.
    """
    used = [(weight, sample) for weight, sample in parts if weight != 0]
    estimate = constant + sum(weight * sample.mean for weight, sample in used)
    if any(sample.count < 2 for _, sample in used):
        return Contrast(estimate, math.nan, 0.0)
    variances = [weight**2 * sample.deviation**2 / sample.count for weight, sample in used]
    variance = sum(variances)
    if variance == 0:
        return Contrast(estimate, 0.0, math.inf)
    # in shares, so that no fourth power underflows
    doubt = sum(
        (part / variance) ** 2 / (sample.count - 1)
        for part, (_, sample) in zip(variances, used, strict=True)
    )
    return Contrast(estimate, math.sqrt(variance), 1 / doubt)


def difference(ours: Moments, others: Moments) -> Contrast:
    """The difference of the means of two independent samples, ``ours`` minus ``others``."""
    return contrast([(1.0, ours), (-1.0, others)])


def welch_difference(ours: ArrayLike, others: ArrayLike, confidence: float) -> Interval:
    """Welch's interval of the difference of two means, ``ours`` minus ``others``.

    Args:
        ours: ``[n]`` values.
        others: ``[m]`` values.
        confidence: how often such intervals hold the true difference, in (0, 1).

    Raises:
        ValueError: a sample has no values.
    """
    return welch_difference_of_moments(Moments.of(ours), Moments.of(others), confidence)


def welch_difference_of_moments(ours: Moments, others: Moments, confidence: float) -> Interval:
    """The same from moments.

    With fewer than two values on a side nothing can be said, and the interval is infinite. Where
    neither side varies it is the estimate alone.
    """
    return difference(ours, others).interval(confidence)
