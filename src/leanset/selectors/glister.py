"""Samples whose gradients lower the loss on a validation split."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PositiveInt

from leanset.coverage.demand import Demand, one_after_another
from leanset.coverage.last_layer import LastLayerGradients
from leanset.errors import LeansetError
from leanset.finite import require_finite
from leanset.selectors.base import Materials, Needs
from leanset.selectors.observed import Observed
from leanset.training.log.snapshot import Snapshot

_TIED = 1e-9
"""Gains that differ by this part of the greatest are equal: rounding must not choose."""

_SORTED = 500
"""Numbers that could be looked at in the time that a gain takes to be ranked."""


class Glister(Observed):
    """Samples whose gradients lower the loss on the validation split most.

    GLISTER (Killamsetty et al. 2021, algorithm 2), on the last layer of the proxies. A sample i
    gains <gᵢ, ∇L(θ - η Σ gⱼ)>: how much a step along its gradient lowers the loss L on the
    validation split after one with those of all chosen samples j, to first order. The gradient of L
    is computed anew ``refreshes`` times, after equal parts of the budget, and within each part the
    samples of the largest gains are taken. η is ``learning_rate``; the steps are not divided by how
    many are chosen. Several proxies count by their sum. The gradients are those of the proxies of
    ``log`` after ``epoch``.
    """

    method: Literal["glister"]
    learning_rate: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 0.01
    refreshes: PositiveInt = 15

    def uses_labels(self) -> bool:
        """Yes, y."""
        return True

    def needs(self) -> Needs:
        """What the proxies said after the epoch, of the validation split as well."""
        return replace(super().needs(), validation=True)

    def demand(self, keep: int, materials: Materials) -> Demand:  # noqa: ARG002
        """The gains and the gradients on the validation split, at each refresh of each group."""
        proxies, classes, width = LastLayerGradients.of(self.snapshot(materials)).shape
        row, of_one = proxies * (classes + width), proxies * classes * width
        held = len(self._validation(materials).labels)
        return one_after_another(
            Demand(
                memory=held * (16 * proxies * classes + 8 * (3 * classes + width))
                + int(size) * (4 * proxies * (classes + width) + 64)
                + 2**25,
                # in float64 and in one thread, where speed is measured in float32 and with all
                products=4.0 * of_one * (2 * held + size) * self.refreshes,
                passes=float(held + size) * self.refreshes * (8 * row + _SORTED),
                remedy="Balance the classes, so that fewer samples are chosen from at a time.",
            )
            for size in self.group_sizes(materials.labels)
        )

    def refuse_unusable(self, materials: Materials) -> None:
        """Refuse predictions and features that are not finite, and a missing validation split."""
        super().refuse_unusable(materials)
        norms = LastLayerGradients.of(self._validation(materials)).norms()
        require_finite(norms, f"gradients of log {self.log} on the validation split")

    def pick(self, keep: int, group: Materials, rng: np.random.Generator) -> NDArray[np.int64]:
        """A part of the budget at a time, each by gradients of its own on the validation split."""
        gradients = LastLayerGradients.of(self.snapshot(group))
        held = _Held.of(self._validation(group))
        moved = np.zeros(gradients.shape)
        chance = rng.random(len(group.labels))
        left = np.ones(len(chance), dtype=np.bool_)
        chosen = []
        for part in np.array_split(np.arange(keep), min(keep, self.refreshes)):
            gains = gradients.along(held.gradient(-self.learning_rate * moved))
            gains /= np.abs(gains).max() or 1.0
            order = np.lexsort((chance, -np.rint(gains / _TIED)))
            best = order[left[order]][: len(part)]
            left[best] = False
            moved += gradients.total(indices=best)
            chosen.append(best)
        return np.concatenate(chosen)

    def _validation(self, materials: Materials) -> Snapshot:
        if self.moment not in materials.validation:
            raise LeansetError(
                "method glister looks at a validation split, and there is none.",
                where=f"log {self.log}",
                remedy="Set dataset.validation, for instance to 0.1.",
            )
        return materials.validation[self.moment]


@dataclass(frozen=True)
class _Held:
    """The validation split, and the proxies' logits there up to a constant for each sample.

    Attributes:
        seen: what the proxies said.
        logits: log p, ``float64 [R, V, C]``.
    """

    seen: Snapshot
    logits: NDArray[np.float64]

    @classmethod
    def of(cls, seen: Snapshot) -> _Held:
        """From the probabilities."""
        return cls(seen, np.log(seen.outputs))

    def gradient(self, step: NDArray[np.float64]) -> NDArray[np.float64]:
        """That of the loss there when the last layer has gone a step, ``float64 [R, C, D + 1]``."""
        errors = np.empty_like(self.seen.errors)
        for proxy, features in enumerate(self.seen.features):
            weights, biases = step[proxy, :, :-1], step[proxy, :, -1]
            logits = self.logits[proxy] + (features @ weights.T + biases)
            logits -= logits.max(axis=1, keepdims=True)
            likely = np.exp(logits)
            likely /= likely.sum(axis=1, keepdims=True)
            likely[np.arange(len(likely)), self.seen.labels] -= 1
            errors[proxy] = likely
        return LastLayerGradients(errors, self.seen.features).total()
