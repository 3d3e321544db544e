"""Few samples, weighed so that their gradients sum to a target: non-negative matching pursuit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from leanset.coverage.cholesky import GrowingSystem
from leanset.coverage.demand import Demand

_ROUNDING = 1e-6
"""The part of two vectors' lengths up to which their inner product in float32 may be off."""

_EXPLAINED = 1e-4
"""A target of which less than this part is missing is matched: a tenth of a class misses 1e-3."""

_STEP = 3e5
"""Numbers that could be looked at in the time that a step takes whatever its sizes."""


class Gradients(Protocol):
    """One gradient for each of N samples; directions are arrays of any one shape."""

    def norms(self) -> NDArray[np.float64]:
        """The length of each gradient, ``float64 [N]``."""

    def total(
        self, weights: NDArray[np.float64], indices: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """The weighted sum of some of them, a direction."""

    def along(self, direction: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
        """The inner product of each with a direction, ``[N]``, in the direction's type."""

    def gram(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.float64]:
        """The inner products of two sets of them, ``float64 [rows, columns]``."""


@dataclass(frozen=True)
class Pursued:
    """What a pursuit ended with.

    Attributes:
        indices: ``int64 [m]``, distinct, in the order in which they were picked.
        weights: ``float64 [m]``, above 0.
    """

    indices: NDArray[np.int64]
    weights: NDArray[np.float64]


def pursue(
    gradients: Gradients,
    target: NDArray[np.float64],
    keep: int,
    lam: float,
    rng: np.random.Generator,
    among: NDArray[np.bool_] | None = None,
) -> Pursued:
    """Choose w >= 0, at most ``keep`` of them above 0, to make ‖Σ wᵢ gᵢ - g‖² + lam ‖w‖² small.

    Orthogonal matching pursuit: each step picks the sample whose gradient has the largest inner
    product with what is missing of the target, then weighs all that were picked anew, exactly.
    One whose weight falls to 0 takes none of the budget, and is weighed again when that helps.
    The pursuit ends early when no inner product is above 0, for then no weights of all samples
    are better, and when what is to be made small is below (1e-4 ‖g‖)². Inner products that are
    equal but for rounding are ordered by chance.

    Killamsetty et al. 2021 (GRAD-MATCH), algorithm 2; Yaghoobi et al. 2015 for weights that are
    not negative.

    Args:
        gradients: those of N samples.
        target: g, a direction.
        keep: at least 1.
        lam: at least 0.
        rng: breaks ties.
        among: ``bool [N]``, the samples to choose from; None for all.
    """
    fit = _Fit(gradients, target, keep, lam)
    allowed = np.ones(len(fit.norms), dtype=np.bool_) if among is None else among
    candidates = _Candidates(allowed, rng)
    while len(fit.members) < keep and not fit.is_good:
        sample = candidates.best(*fit.products())
        if sample is None:
            break
        better = fit.enter(sample)
        candidates.tried(sample, fit.members if better else None)
    weights = np.zeros(len(allowed))
    weights[fit.members] = fit.weights
    order = np.array(candidates.picked, dtype=np.int64)
    order = order[weights[order] > 0]
    return Pursued(order, weights[order])


class _Candidates:
    """Samples that may be taken in: those not yet picked, and those picked that weigh nothing.

    Attributes:
        picked: in the order in which they were.
    """

    def __init__(self, allowed: NDArray[np.bool_], rng: np.random.Generator) -> None:
        self.picked: list[int] = []
        self._new = allowed.copy()
        self._unweighed = np.zeros_like(allowed)
        self._chance = rng.random(len(allowed))

    def best(self, products: NDArray[np.float64], doubt: NDArray[np.float64]) -> int | None:
        """The one with the largest inner product, if one is above 0, by chance where some tie.

        One that was picked before comes first: the weights are not yet the best.
        """
        helps = products > doubt
        again = helps & self._unweighed
        pool = again if again.any() else helps & self._new
        if not pool.any():
            return None
        top = int(np.argmax(np.where(pool, products, -np.inf)))
        tied = pool & (products >= products[top] - doubt[top])
        return int(np.argmax(np.where(tied, self._chance, -1.0)))

    def tried(self, sample: int, members: NDArray[np.int64] | None) -> None:
        """Note one that was taken in, and who has a weight now; None where that was no better.

        It is then not tried again until something is: rounding must not make this endless.
        """
        if self._new[sample]:
            self._new[sample] = False
            self.picked.append(sample)
        self._unweighed[sample] = False
        if members is not None:
            self._unweighed[self.picked] = True
            self._unweighed[members] = False


class _Fit:
    """Samples whose weights are above 0, and the best weights they can have.

    Attributes:
        members: ``int64 [p]``.
        weights: ``float64 [p]``.
        norms: of all N gradients.
        missing: the length of what is missing of the target.
    """

    def __init__(
        self, gradients: Gradients, target: NDArray[np.float64], keep: int, lam: float
    ) -> None:
        self.members = np.empty(0, dtype=np.int64)
        self.weights = np.empty(0)
        self.norms = gradients.norms()
        self._good = (_EXPLAINED * float(np.linalg.norm(target))) ** 2
        self._gradients, self._target, self._lam = gradients, target, lam
        self._against = gradients.along(target)
        self._system = GrowingSystem(keep)
        self._look()

    @property
    def is_good(self) -> bool:
        """Whether what is to be made small is as good as nothing."""
        return self.missing == 0 or self._objective <= self._good

    def products(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Of each gradient with what is missing, and by how much they may be off."""
        unit = (self._residual / self.missing).astype(np.float32)
        products = self._gradients.along(unit).astype(np.float64)
        return self.missing * products, (_ROUNDING * self.missing) * self.norms

    def enter(self, sample: int) -> bool:
        """Take in a sample, drop those whose weights fall to 0, and say if the fit is better."""
        before = self._objective
        one = np.array([sample])
        cross = self._gradients.gram(one, self.members)[0]
        self._system.append(
            cross, float(self.norms[sample] ** 2) + self._lam, float(self._against[sample])
        )
        self.members = np.append(self.members, one)
        self.weights = np.append(self.weights, 0.0)
        while True:
            best = self._system.solution()
            falls = best <= 0
            if not falls.any():
                break
            self._go_towards(best, falls)
        self.weights = best
        self._look()
        return self._objective < before

    def _go_towards(self, best: NDArray[np.float64], falls: NDArray[np.bool_]) -> None:
        """Move weights until the first is 0, and drop it (Lawson and Hanson 1974, chapter 23)."""
        way = np.ones_like(best)
        np.divide(self.weights, self.weights - best, out=way, where=falls & (self.weights > 0))
        way[falls & (self.weights <= 0)] = 0
        gone = falls & (way == way.min())
        self.weights = np.maximum(self.weights + way.min() * (best - self.weights), 0)
        for position in np.flatnonzero(gone)[::-1]:
            self._system.drop(int(position))
        self.members, self.weights = self.members[~gone], self.weights[~gone]

    def _look(self) -> None:
        """See what is missing now."""
        self._residual = self._target - self._gradients.total(self.weights, self.members)
        self.missing = float(np.linalg.norm(self._residual))
        self._objective = self.missing**2 + self._lam * float(self.weights @ self.weights)


def pursuit_demand(samples: int, shape: tuple[int, int, int], keep: int) -> Demand:
    """What it takes to choose ``keep`` of so many samples by directions ``[R, C, D + 1]``.

    It counts one step for each sample kept. Where weights fall to 0 there are more: a tenth more
    with ``lam`` as in the paper, several times as many with none.
    """
    proxies, classes, width = shape
    row = proxies * (classes + width)
    # products with all, which are summed and compared, and with those chosen, which are gathered
    with_all = samples * (2 * proxies * classes + 12)
    with_chosen = 4 * row * keep
    return Demand(
        # the group's own snapshot, a triangle, a square when something is dropped, and blocks
        memory=4 * samples * row + 64 * samples + 4 * keep**2 + 8 * keep**2 + 2**25,
        # in one thread, where speed is measured with as many as there are
        products=2.0 * keep * proxies * classes * width * (samples + keep),
        passes=keep * float(with_all + with_chosen + _STEP) + 2 * keep**3 / 3,
        remedy="Keep less, or balance the classes, so that fewer are chosen at a time.",
    )
