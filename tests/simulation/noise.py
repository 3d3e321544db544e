"""How runs scatter around the mean of their cell."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leanset.findings.cells import CellName

RESIDUALS = Path(__file__).parent / "residuals.csv"
"""Accuracies of a hundred runs of each cell of the default sweep, and of all samples."""


@dataclass(frozen=True)
class RealRuns:
    """The cells that were really trained, and how their runs scattered.

    Attributes:
        names: of the cells.
        residuals: ``[cells, runs]``, accuracies (fractions) minus the mean of their cell.
        means: ``[cells]``.
    """

    names: tuple[CellName, ...]
    residuals: NDArray[np.float64]
    means: NDArray[np.float64]

    @classmethod
    def read(cls) -> RealRuns:
        """Of the committed file."""
        table = pd.read_csv(RESIDUALS)
        grid = table.pivot_table(index=["variant", "recipe", "kept"], columns="run",
                                 values="accuracy", sort=True)  # fmt: skip
        values = grid.to_numpy(dtype=np.float64)
        means = values.mean(axis=1)
        names = tuple(CellName(*map(str, name[:2]), int(name[2])) for name in grid.index)
        return cls(names, values - means[:, None], means)

    @cached_property
    def deviations(self) -> NDArray[np.float64]:
        """Of each cell ``[cells]``."""
        return self.residuals.std(axis=1, ddof=1)


class Noise(Protocol):
    """A way in which runs scatter around zero."""

    name: str

    def draw(
        self, real: RealRuns, sweeps: int, runs: int, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """``[sweeps, cells, runs]``, of true mean 0 in every cell."""
        ...


@dataclass(frozen=True)
class Gaussian:
    """Bell-shaped, with the real deviation of each cell."""

    name: str = "Gaussian"

    def draw(
        self, real: RealRuns, sweeps: int, runs: int, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        drawn = rng.standard_normal((sweeps, len(real.names), runs))
        return drawn * real.deviations[:, None]


@dataclass(frozen=True)
class HeavyTail:
    """One run in seven goes wrong: it falls ``fall`` deviations below where it would have been."""

    fall: float = 4.0
    name: str = "one bad run in seven"

    def draw(
        self, real: RealRuns, sweeps: int, runs: int, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        shape = sweeps, len(real.names), runs
        bad = rng.random(shape) < 1 / 7
        drawn = rng.standard_normal(shape) - self.fall * (bad - 1 / 7)
        return drawn * real.deviations[:, None]


@dataclass(frozen=True)
class Resampled:
    """Residuals of a hundred real runs of the very cell, drawn with replacement."""

    name: str = "real residuals"

    def draw(
        self, real: RealRuns, sweeps: int, runs: int, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        picks = rng.integers(real.residuals.shape[1], size=(sweeps, len(real.names), runs))
        return np.take_along_axis(real.residuals[None], picks, axis=2)


NOISES: tuple[Noise, ...] = (Gaussian(), HeavyTail(), Resampled())
