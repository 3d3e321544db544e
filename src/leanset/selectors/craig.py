"""Samples whose weighted gradients stand for those of all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leanset.coverage.similarity import SimilarityName
from leanset.selectors.base import Materials
from leanset.selectors.covering import Covering
from leanset.selectors.grouped import Balance
from leanset.selectors.observed import Observed
from leanset.selectors.weighing import Weighing

_LEAST_SPREAD = 0.05


class Craig(Observed, Covering, Weighing):
    """Samples whose gradients, each weighed by how many it is nearest to, stand for those of all.

    CRAIG (Mirzasoleiman, Bilmes and Leskovec 2020, algorithm 1), within each class. Facility
    location on the gradients p − y of the loss on the logits, by Euclidean distance: the sum of the
    distances of all samples to their nearest chosen one bounds the error of the sum of gradients. A
    chosen sample weighs as many as it is nearest to. The match holds at the proxies; how well it
    holds for other networks is measured beside it.
    """

    method: Literal["craig"]
    balance: Balance = "proportional"

    def uses_labels(self) -> bool:
        """Yes, y."""
        return True

    def remarks(self, keep: int, materials: Materials) -> Iterator[str]:
        """Also: whether gradients tell the samples of a class apart at all."""
        yield from super().remarks(keep, materials)
        spread = spread_within_classes(self.points(materials), materials.labels)
        if spread < _LEAST_SPREAD:
            yield (
                f"the gradients of a class differ by {spread:.1%} of what those of two classes do, "
                "so they hardly tell its samples apart: the proxies are untrained or nearly so. "
                "Choose a later epoch."
            )

    def points(self, materials: Materials) -> NDArray[np.float32]:
        """The gradients."""
        return self.snapshot(materials).gradients

    def similarity_name(self) -> SimilarityName:
        """By distance."""
        return "euclidean"

    def weighed(
        self, keep: int, group: Materials, rng: np.random.Generator
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """The samples that cover the group's gradients, and how many each is nearest to."""
        cover = self.covered(self.points(group), keep, group.memory, rng)
        return cover.chosen, cover.sizes.astype(np.float64)


def spread_within_classes(points: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """How far points lie from the mean of their class, over how far such means lie apart.

    Both are root mean squares; with one class, or with all means in one place, it is infinite.

    Args:
        points: ``float32 [N, D]``.
        labels: ``int64 [N]``.
    """
    classes, place = np.unique(labels, return_inverse=True)
    means = np.zeros((len(classes), points.shape[1]))
    np.add.at(means, place, points)
    means /= np.bincount(place)[:, None]
    within = ((points - means[place]) ** 2).sum(axis=1).mean()
    # the mean square distance of two of them is twice their variance
    between = 2 * ((means - means.mean(axis=0)) ** 2).sum() / max(1, len(classes) - 1)
    return float(np.sqrt(within / between)) if between > 0 else float("inf")
