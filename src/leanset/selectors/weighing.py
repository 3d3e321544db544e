"""Rules that weigh the samples they keep."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from leanset.selectors.base import Materials, Selection, Weighting
from leanset.selectors.grouped import Grouped

_ROUNDING = 1e-9


class Weighing(Grouped, ABC):
    """A rule whose kept samples stand for different numbers of others.

    ``weights`` says what becomes of that: ``none`` forgets it, with ``loss`` the loss of each
    sample is multiplied by its weight, with ``sampler`` samples are drawn with replacement in
    proportion to their weights. Weights have mean 1, and with ``clip`` none is above that.
    """

    weights: Literal["none"] | Weighting = "none"
    clip: Annotated[float, Field(ge=1, allow_inf_nan=False)] | None = None

    @model_validator(mode="after")
    def _clip_belongs_to_weights(self) -> Weighing:
        if self.clip is not None and self.weights == "none":
            raise ValueError("clip belongs to weights: loss or sampler; with none there is nothing")
        return self

    def choose(self, keep: int, materials: Materials, rng: np.random.Generator) -> Selection:
        """Divide the budget over the groups, then pick and weigh within each.

        Raises:
            LeansetError: what is selected from cannot be used.
        """
        self.refuse_unusable(materials)
        indices, weights = [], []
        for quota, samples in self.groups(keep, materials.labels, rng):
            positions, parts = self.weighed(quota, materials.restricted(samples), rng)
            indices.append(samples[positions])
            weights.append(parts)
        chosen = np.concatenate(indices)
        if self.weights == "none":
            return Selection(chosen)
        given = np.concatenate(weights)
        mean_one = with_mean_one(given, self.clip)
        return Selection(chosen, mean_one, self.weights, float(given.sum()))

    def pick(self, keep: int, group: Materials, rng: np.random.Generator) -> NDArray[np.int64]:
        """What is picked of one group, without its weights."""
        return self.weighed(keep, group, rng)[0]

    @abstractmethod
    def weighed(
        self, keep: int, group: Materials, rng: np.random.Generator
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Choose exactly ``keep`` distinct samples of one group, and weigh them.

        Returns:
            Positions in the group, ``int64 [keep]``, and how many samples of the group each
            stands for, ``float64 [keep]``, not negative.
        """


def with_mean_one(weights: NDArray[np.float64], clip: float | None) -> NDArray[np.float32]:
    """Weights in the same proportions with mean 1, but for those that would be above ``clip``.

    These are ``clip``, and the others are scaled up by one factor to make up for them, as often
    as that takes another one above it. Weights that are all zero are all 1.

    Args:
        weights: ``[n]``, not negative.
        clip: at least 1, or None for no limit.
    """
    if not weights.any():
        return np.ones(len(weights), dtype=np.float32)
    scaled: NDArray[np.float64] = weights / weights.mean()
    over = np.zeros(len(weights), dtype=np.bool_)
    while clip is not None and (scaled > clip * (1 + _ROUNDING)).any():
        over |= scaled > clip
        scaled[over] = clip
        left = len(weights) - clip * over.sum()
        rest = scaled[~over].sum()
        # where all that is left weighs nothing, the mean is kept by sharing it out
        scaled[~over] = scaled[~over] * (left / rest) if rest > 0 else left / (~over).sum()
    mean_one: NDArray[np.float32] = scaled.astype(np.float32)
    return mean_one
