"""Which samples of a subset an epoch shows, and in which order."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Generator, Tensor


class Order(ABC):
    """A rule that draws epochs from a subset of ``n`` samples."""

    def check(self, n: int) -> None:  # noqa: B027 - most rules fit every subset
        """Whether the rule fits a subset of ``n`` samples.

        Raises:
            ValueError: it does not.
        """

    @abstractmethod
    def length(self, n: int) -> int:
        """How many samples an epoch shows."""

    @abstractmethod
    def draw(self, n: int, generator: Generator) -> Tensor:
        """Positions in the subset in the order they are shown, ``int64 [length]``."""


@dataclass(frozen=True)
class Shuffled(Order):
    """Every sample once, in a new random order each epoch."""

    def length(self, n: int) -> int:
        """All of the subset."""
        return n

    def draw(self, n: int, generator: Generator) -> Tensor:
        """A random permutation."""
        import torch

        return torch.randperm(n, generator=generator)


@dataclass(frozen=True)
class Fresh(Order):
    """RS2: a new random subset each epoch (Okanovic et al. 2024, section 3, with replacement).

    Attributes:
        samples: how many samples an epoch shows, at most the size of the pool.
    """

    samples: int

    def check(self, n: int) -> None:
        """An epoch finds as many distinct samples as it shows, and at least one."""
        if not 1 <= self.samples <= n:
            raise ValueError(f"an epoch cannot draw {self.samples} distinct samples of {n}")

    def length(self, n: int) -> int:  # noqa: ARG002
        """The budget."""
        return self.samples

    def draw(self, n: int, generator: Generator) -> Tensor:
        """The beginning of a random permutation of the pool."""
        import torch

        return torch.randperm(n, generator=generator)[: self.samples]


@dataclass(frozen=True)
class Weighted(Order):
    """Draws with replacement, each sample as often as its weight says: sampling weights.

    Attributes:
        weights: ``float32 [n]``, not negative, not all zero; only their proportions count.
        draws: how many samples an epoch shows; None for the size of the subset.
    """

    weights: NDArray[np.float32]
    draws: int | None = None

    def __post_init__(self) -> None:
        if not (np.isfinite(self.weights).all() and (self.weights >= 0).all()):
            raise ValueError("sampling weights are finite and not negative")
        if not self.weights.any():
            raise ValueError("at least one sampling weight is above zero")
        if self.draws is not None and self.draws < 1:
            raise ValueError("an epoch draws at least one sample")

    def check(self, n: int) -> None:
        """There is a weight for each sample."""
        if len(self.weights) != n:
            raise ValueError(f"{len(self.weights)} sampling weights for {n} samples")

    def length(self, n: int) -> int:
        """The number of draws."""
        return n if self.draws is None else self.draws

    def draw(self, n: int, generator: Generator) -> Tensor:
        """Independent draws in proportion to the weights, by the inverse of their running sum."""
        import torch

        running = torch.from_numpy(self.weights.astype(np.float64)).cumsum(0)
        chance = torch.rand(self.length(n), dtype=torch.float64, generator=generator)
        return torch.searchsorted(running, chance * running[-1], right=True)
