"""Ways to make an interval of a mean that were considered: what each would have held."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from tests.simulation.noise import RealRuns

Bounds = tuple[NDArray[np.float64], NDArray[np.float64]]
Way = Callable[[NDArray[np.float64], RealRuns], Bounds]
"""From runs ``[sweeps, cells, runs]`` the ends of 95 % intervals, ``[sweeps, cells]`` each."""


def student(values: NDArray[np.float64], real: RealRuns) -> Bounds:  # noqa: ARG001
    """Student's t, each cell for itself."""
    freedom = np.full(values.shape[:2], values.shape[2] - 1.0)
    return _by_t(values, values.var(axis=2, ddof=1), freedom)


def pooled(values: NDArray[np.float64], real: RealRuns) -> Bounds:
    """Student's t with the variance of all cells that keep as many."""
    variance = values.var(axis=2, ddof=1)
    freedom = np.empty_like(variance)
    kept = np.array([name.kept for name in real.names])
    for size in np.unique(kept):
        of_size = kept == size
        variance[:, of_size] = variance[:, of_size].mean(axis=1, keepdims=True)
        freedom[:, of_size] = of_size.sum() * (values.shape[2] - 1)
    return _by_t(values, variance, freedom)


def moderated(values: NDArray[np.float64], real: RealRuns) -> Bounds:
    """Student's t, each variance drawn to a trend over log(kept) as far as cells follow it.

    Empirical Bayes: Smyth, Statistical Applications in Genetics and Molecular Biology 3 (2004).
    """
    freedom = values.shape[2] - 1.0
    variance = np.maximum(values.var(axis=2, ddof=1), 1e-12)
    logs = np.log(variance) - special.digamma(freedom / 2) + np.log(freedom / 2)
    places = np.log([name.kept for name in real.names])
    design = np.stack([np.ones_like(places), places], axis=1)
    trend = (design @ np.linalg.lstsq(design, logs.T, rcond=None)[0]).T
    excess = ((logs - trend) ** 2).sum(axis=1) / (logs.shape[1] - 2)
    prior = 2 * _inverse_trigamma(excess - special.polygamma(1, freedom / 2))
    prior = np.minimum(prior, logs.shape[1] * freedom)[:, None]
    expected = np.exp(trend + special.digamma(prior / 2) - np.log(prior / 2))
    drawn = (prior * expected + freedom * variance) / (prior + freedom)
    return _by_t(values, drawn, np.broadcast_to(prior + freedom, drawn.shape))


def percentile_bootstrap(values: NDArray[np.float64], real: RealRuns) -> Bounds:  # noqa: ARG001
    """The middle 95 % of resampled means."""
    return _bootstrap(values, "percentile")


def bca_bootstrap(values: NDArray[np.float64], real: RealRuns) -> Bounds:  # noqa: ARG001
    """The same, corrected for bias and acceleration."""
    return _bootstrap(values, "BCa")


def all_runs(values: NDArray[np.float64], real: RealRuns) -> Bounds:  # noqa: ARG001
    """From the lowest run to the highest."""
    return values.min(axis=2), values.max(axis=2)


WAYS: dict[str, Way] = {
    "Student's t, each cell for itself": student,
    "t, variance pooled over cells of one size": pooled,
    "t, variance moderated along a trend": moderated,
    "percentile bootstrap": percentile_bootstrap,
    "BCa bootstrap": bca_bootstrap,
    "lowest to highest run": all_runs,
}


def _by_t(
    values: NDArray[np.float64], variance: NDArray[np.float64], freedom: NDArray[np.float64]
) -> Bounds:
    mean = values.mean(axis=2)
    margin = special.stdtrit(freedom, 0.975) * np.sqrt(variance / values.shape[2])
    return mean - margin, mean + margin


def _bootstrap(values: NDArray[np.float64], method: str) -> Bounds:
    flat = values.reshape(-1, values.shape[2])
    interval = stats.bootstrap(
        (flat,), np.mean, axis=1, n_resamples=999, method=method, vectorized=True, batch=50,
        rng=np.random.default_rng(0),
    ).confidence_interval  # fmt: skip
    shape = values.shape[:2]
    return interval.low.reshape(shape), interval.high.reshape(shape)


def _inverse_trigamma(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """By Newton's method; large where the variances scatter no more than chance has them."""
    wanted = np.maximum(values, 1e-3)
    found = 0.5 + 1 / wanted
    for _ in range(60):
        trigamma = special.polygamma(1, found)
        found = found + trigamma * (1 - trigamma / wanted) / special.polygamma(2, found)
    return np.asarray(found)
