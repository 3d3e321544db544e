"""Print the tables of docs/statistics.md, in Markdown."""

from __future__ import annotations

import sys

import numpy as np

from tests.simulation.candidates import WAYS
from tests.simulation.noise import NOISES, HeavyTail, RealRuns
from tests.simulation.sweeps import coverage, coverage_of_differences, false_alarms

SWEEPS = 1000
RUNS = (2, 3, 5, 10)


def main() -> None:
    """Print which intervals were considered, what ours hold, and how often they alarm."""
    real = RealRuns.read()
    _say("## scatter")
    _scatter(real)
    _say("## candidates")
    _candidates(real)
    _say("## coverage")
    _coverage(real)
    _say("## alarms")
    _alarms(real)


def _scatter(real: RealRuns) -> None:
    _head("variant | kept | mean, % | deviation, points | skewness | excess kurtosis")
    for name, mean, residuals in zip(real.names, real.means, real.residuals, strict=True):
        scaled = residuals / residuals.std()
        skewness, kurtosis = (scaled**3).mean(), (scaled**4).mean() - 3
        deviation = residuals.std(ddof=1) * 100
        _say(
            f"| {name.variant} | {name.kept:,} | {mean * 100:.2f} | {deviation:.2f} | "
            f"{skewness:+.1f} | {kurtosis:+.1f} |"
        )
    places = {name: place for place, name in enumerate(real.names)}
    correlations = [
        np.corrcoef(real.residuals[place], real.residuals[arm])[0, 1]
        for name, place in places.items()
        if name.variant not in ("random", "full")
        and (arm := places.get(name._replace(variant="random"))) is not None
    ]
    _say("")
    _say(
        f"Correlation with random, run by run: mean {np.mean(correlations):+.2f}, from "
        f"{min(correlations):+.2f} to {max(correlations):+.2f} over {len(correlations)} cells."
    )


def _candidates(real: RealRuns) -> None:
    _head("interval of 5 runs | noise | least cell | mean | greatest cell | width")
    for way, bounds in WAYS.items():
        for noise in NOISES:
            values = noise.draw(real, SWEEPS, 5, np.random.default_rng(5))
            low, high = bounds(values, real)
            held = ((low <= 0) & (high >= 0)).mean(axis=0)
            width = np.median((high - low).mean(axis=0) / real.deviations)
            shares = " | ".join(f"{share * 100:.1f} %" for share in
                                (held.min(), held.mean(), held.max()))  # fmt: skip
            _say(f"| {way} | {noise.name} | {shares} | {width:.2f} |")


def _coverage(real: RealRuns) -> None:
    _head(
        "noise | runs | means: least cell | mean | greatest | differences: least | mean | greatest"
    )
    for noise in NOISES:
        for runs in RUNS:
            shares = []
            for measure in (coverage, coverage_of_differences):
                held = measure(real, noise, runs, SWEEPS, np.random.default_rng(runs))
                shares += [held.min(), held.mean(), held.max()]
            row = " | ".join(f"{share * 100:.1f} %" for share in shares)
            _say(f"| {noise.name} | {runs} | {row} |")


def _alarms(real: RealRuns) -> None:
    _head("noise | runs | better than random | upper bound | better or worse | within the margin")
    noises = [*NOISES, HeavyTail(fall=8, name="one very bad run in seven")]
    for noise in noises:
        for runs in RUNS:
            found = false_alarms(real, noise, runs, SWEEPS, np.random.default_rng(runs))
            _say(
                f"| {noise.name} | {runs} | {found.better.share * 100:.1f} % | "
                f"{found.better.upper * 100:.1f} % | {found.any.share * 100:.1f} % | "
                f"{found.within.share * 100:.1f} % |"
            )


def _head(columns: str) -> None:
    _say("")
    _say(f"| {columns} |")
    _say("|" + "---|" * (columns.count("|") + 1))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
