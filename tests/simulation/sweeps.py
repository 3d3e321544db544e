"""Many simulated sweeps, judged by the very functions that judge a real one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from leanset.findings.cells import CellName, FinishedCell
from leanset.findings.comparing import judge
from leanset.statistics import Moments, contrast, difference
from tests.simulation.noise import Noise, RealRuns

CONFIDENCE = 0.95
MARGIN = 0.005


@dataclass(frozen=True)
class Rate:
    """How often something came about in many sweeps."""

    count: int
    sweeps: int

    @property
    def share(self) -> float:
        return self.count / self.sweeps

    @property
    def upper(self) -> float:
        """The upper end of its exact 95 % interval (Clopper and Pearson)."""
        return float(binomtest(self.count, self.sweeps).proportion_ci().high)


def coverage(
    real: RealRuns, noise: Noise, runs: int, sweeps: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """For each cell how often the interval of its mean holds the true one, ``[cells]``."""
    drawn = noise.draw(real, sweeps, runs, rng)
    held = np.zeros(len(real.names))
    for sweep in drawn:
        for cell, values in enumerate(sweep):
            interval = contrast([(1.0, Moments.of(values))]).interval(CONFIDENCE)
            held[cell] += interval.low <= 0 <= interval.high
    return held / sweeps


def coverage_of_differences(
    real: RealRuns, noise: Noise, runs: int, sweeps: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """The same of each difference to random, taken alone."""
    drawn = noise.draw(real, sweeps, runs, rng)
    pairs = list(_with_random(real))
    held = np.zeros(len(pairs))
    for sweep in drawn:
        for number, (cell, random) in enumerate(pairs):
            apart = difference(Moments.of(sweep[cell]), Moments.of(sweep[random]))
            interval = apart.interval(CONFIDENCE)
            held[number] += interval.low <= 0 <= interval.high
    return held / sweeps


@dataclass(frozen=True)
class FalseAlarms:
    """How many sweeps in which no rule differs from random, or all miss the margin, say otherwise.

    Attributes:
        better: some rule is said to be better than random, though none is.
        any: some rule is said to be better or worse.
        within: some subset is said to be within the margin of full, though all lie on its edge.
    """

    better: Rate
    any: Rate
    within: Rate


def false_alarms(
    real: RealRuns, noise: Noise, runs: int, sweeps: int, rng: np.random.Generator
) -> FalseAlarms:
    """Count the sweeps with a false verdict."""
    better = either = within = 0
    on_the_edge = np.array([0.0 if name.variant == "full" else -MARGIN for name in real.names])
    for values in noise.draw(real, sweeps, runs, rng):
        verdicts = _verdicts(real.names, values + on_the_edge[:, None])
        better += "better" in verdicts
        either += not verdicts.isdisjoint({"better", "worse"})
        within += "within" in verdicts
    return FalseAlarms(Rate(better, sweeps), Rate(either, sweeps), Rate(within, sweeps))


def _verdicts(names: tuple[CellName, ...], values: NDArray[np.float64]) -> set[str]:
    order = np.arange(values.shape[1])
    cells = {
        name: FinishedCell(name, str(name.kept), order, accuracies, ())
        for name, accuracies in zip(names, values, strict=True)
    }
    return {judged.verdict for judged in judge(cells, MARGIN, CONFIDENCE)}


def _with_random(real: RealRuns) -> Iterator[tuple[int, int]]:
    """The numbers of every cell that has a random arm, and of that arm."""
    number = {name: place for place, name in enumerate(real.names)}
    for name, place in number.items():
        arm = name._replace(variant="random")
        if name.variant not in ("random", "full") and arm in number:
            yield place, number[arm]
