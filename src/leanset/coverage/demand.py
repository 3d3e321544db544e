"""What a selection will take, said before it starts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np


@dataclass(frozen=True)
class Demand:
    """The memory and work of a selection, counted from its sizes.

    Attributes:
        memory: bytes of the arrays that are alive together at the peak, without the materials.
        products: multiplications in products of matrices.
        passes: numbers looked at one after another, in loops or in whole-array operations.
        remedy: the setting that makes it take less memory.
    """

    memory: int
    products: float = 0.0
    passes: float = 0.0
    remedy: str = ""

    def also(self, memory: int = 0, products: float = 0.0, passes: float = 0.0) -> Demand:
        """The same with something more, whose arrays are alive beside the others."""
        return replace(
            self,
            memory=self.memory + memory,
            products=self.products + products,
            passes=self.passes + passes,
        )

    def repeated(self, times: float) -> Demand:
        """The same work so many times, in the same memory."""
        return replace(self, products=times * self.products, passes=times * self.passes)

    def seconds(self) -> float:
        """The time it will take on this machine, by the speed of two small trials."""
        speed = Speed.of_this_machine()
        return self.products / speed.products + self.passes / speed.passes


def one_after_another(demands: Iterable[Demand]) -> Demand:
    """The demand of several selections of which each is over before the next begins."""
    all_of = list(demands)
    return Demand(
        memory=max((demand.memory for demand in all_of), default=0),
        products=sum(demand.products for demand in all_of),
        passes=sum(demand.passes for demand in all_of),
        remedy=all_of[0].remedy if all_of else "",
    )


@dataclass(frozen=True)
class Speed:
    """How much this machine does in a second.

    Attributes:
        products: multiplications in products of matrices.
        passes: numbers looked at one after another.
    """

    products: float
    passes: float

    @classmethod
    @cache
    def of_this_machine(cls) -> Speed:
        """Measured once for each process, in some tens of milliseconds."""
        import torch

        points = torch.rand(2048, 64, generator=torch.Generator().manual_seed(0))
        product, level = points @ points.T, np.full(2048, 0.5, dtype=np.float32)
        similarity = product.numpy()
        multiplying = _fastest(lambda: torch.matmul(points, points.T, out=product))
        passing = _fastest(lambda: np.maximum(similarity, level, out=similarity))
        return cls(
            products=points.numel() * len(points) / multiplying,
            passes=similarity.size / passing,
        )


def _fastest(trial: Callable[[], object]) -> float:
    """Seconds of the fastest of three."""
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        trial()
        seconds.append(time.perf_counter() - start)
    return min(seconds)
