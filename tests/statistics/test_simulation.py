"""Intervals hold what they say at the runs that sweeps have, in a thousand simulated sweeps.

What is asserted is what docs/statistics.md says, which ``python -m tests.simulation`` prints. Rates
are of 1,000 sweeps: two standard errors of 95 % are 1.4 points.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.simulation.noise import Gaussian, HeavyTail, Noise, RealRuns, Resampled
from tests.simulation.sweeps import coverage, false_alarms

SWEEPS, RUNS = 1000, 5
PAGE = Path(__file__).parents[2] / "docs/statistics.md"


@pytest.fixture(scope="module")
def real() -> RealRuns:
    return RealRuns.read()


def rng() -> np.random.Generator:
    return np.random.default_rng(RUNS)


def test_every_cell_of_the_default_sweep_was_really_run_a_hundred_times(real: RealRuns) -> None:
    assert real.residuals.shape == (16, 100)
    assert np.isfinite(real.residuals).all()
    assert {name.variant for name in real.names} == {
        "full", "random", "stratified_random", "rs2", "closest_k50", "furthest_k500",
    }  # fmt: skip


def test_gaussian_runs_are_covered_as_often_as_is_said(real: RealRuns) -> None:
    held = coverage(real, Gaussian(), RUNS, SWEEPS, rng())
    assert ((held > 0.93) & (held < 0.97)).all()


@pytest.mark.parametrize("noise", [HeavyTail(), Resampled()], ids=lambda noise: noise.name)
def test_other_runs_are_covered_as_often_as_the_page_says(real: RealRuns, noise: Noise) -> None:
    held = coverage(real, noise, RUNS, SWEEPS, rng())
    row = next(
        line for line in PAGE.read_text().splitlines()
        if line.startswith(f"| {noise.name} | {RUNS} |") and line.count("|") == 9
    )  # fmt: skip
    said = [cell.strip() for cell in row.split("|")[3:6]]
    assert [f"{share * 100:.1f} %" for share in (held.min(), held.mean(), held.max())] == said


@pytest.mark.parametrize(
    "noise", [Gaussian(), HeavyTail(), Resampled()], ids=lambda noise: noise.name
)
def test_a_whole_sweep_without_any_effect_rarely_says_that_a_rule_is_better(
    real: RealRuns, noise: Noise
) -> None:
    found = false_alarms(real, noise, RUNS, SWEEPS, rng())
    assert found.better.share <= 0.05
    assert found.better.upper <= 0.065
    assert found.within.share <= 0.05
