"""Weighted samples whose gradients sum to that of all."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from leanset.coverage.demand import Demand, one_after_another
from leanset.coverage.last_layer import LastLayerGradients
from leanset.coverage.matching_pursuit import pursue, pursuit_demand
from leanset.hardware import one_thread
from leanset.selectors.base import Materials, Selection
from leanset.selectors.grouped import Balance
from leanset.selectors.observed import Observed
from leanset.selectors.weighing import Weighing


class GradMatch(Observed, Weighing):
    """Samples whose weighted gradients sum to that of all.

    GRAD-MATCH (Killamsetty et al. 2021, algorithm 2), within each class. Weights w >= 0, as many
    above 0 as the budget, that make ‖Σ wᵢ gᵢ - g‖² + lam ‖w‖² small by orthogonal matching pursuit;
    gᵢ is the gradient of a sample's loss on the last layer's weights and biases, g their sum over
    the class, and both norms are as they stand: with a larger ``lam`` weights are more alike. The
    gradients are those of the proxies of ``log`` after ``epoch``.

    A pursuit that ends before the budget is spent begins anew with the samples not yet chosen and
    the same g, as often as needed, and each of these rounds counts by how many samples it chose:
    every one matches g, and so does their average. When what is left cannot match g at all, the
    rest is drawn uniformly and weighs 0; where nothing could, all weigh the same.
    """

    method: Literal["gradmatch"]
    lam: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.5
    balance: Balance = "proportional"

    def uses_labels(self) -> bool:
        """Yes, y."""
        return True

    def demand(self, keep: int, materials: Materials) -> Demand:
        """The pursuits of the groups, one after another."""
        shape = LastLayerGradients.of(self.snapshot(materials)).shape
        return one_after_another(
            pursuit_demand(
                int(size), shape, keep=max(1, round(keep * size / len(materials.labels)))
            )
            for size in self.group_sizes(materials.labels)
        )

    def select(
        self, keep: int, materials: Materials, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """The samples without their weights."""
        return self.choose(keep, materials, rng).indices

    def choose(self, keep: int, materials: Materials, rng: np.random.Generator) -> Selection:
        """Divide the budget over the groups, then match the gradient of each."""
        with one_thread():
            return super().choose(keep, materials, rng)

    def weighed(
        self, keep: int, group: Materials, rng: np.random.Generator
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Rounds of the pursuit until the budget is spent, and their average."""
        gradients = LastLayerGradients.of(self.snapshot(group))
        target = gradients.total()
        samples = len(group.labels)
        left = np.ones(samples, dtype=np.bool_)
        weights = np.zeros(samples)
        chosen = np.empty(0, dtype=np.int64)
        while len(chosen) < keep:
            found = pursue(gradients, target, keep - len(chosen), self.lam, rng, among=left)
            if not len(found.indices):
                break
            left[found.indices] = False
            weights[found.indices] = len(found.indices) * found.weights
            chosen = np.append(chosen, found.indices)
        if not len(chosen):
            weights[:] = samples
        weights /= len(chosen) or keep
        drawn = rng.choice(np.flatnonzero(left), keep - len(chosen), replace=False)
        chosen = np.append(chosen, drawn)
        return chosen, weights[chosen]
