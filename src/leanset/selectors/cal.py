"""Samples of which the model says something else than of their neighbours."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import PositiveInt

from leanset.coverage.demand import Demand, one_after_another
from leanset.coverage.neighbours import Neighbours, neighbours_of, search_demand
from leanset.selectors.base import Materials
from leanset.selectors.observed import Observed
from leanset.selectors.ranking import by_rank
from leanset.training.log.snapshot import Snapshot, side_by_side

_BLOCK = 2**23
"""Numbers that the probabilities of a block of samples and their neighbours may be."""


class Cal(Observed):
    """Samples of which proxies say something else than of their nearest neighbours.

    Contrastive active learning (Margatina et al. 2021, algorithm 1). The score of a sample x is the
    mean of KL(p(x') ‖ p(x)) over its nearest neighbours x' in what the classifier sees, and the
    highest are kept: near points of which the proxies say different things. The paper's neighbours
    are labelled samples and its candidates are not; here both are all samples. Several proxies see
    one long feature vector, and the mean of their divergences counts.
    """

    method: Literal["cal"]
    neighbours: PositiveInt = 10

    def demand(self, keep: int, materials: Materials) -> Demand:  # noqa: ARG002
        """The search for neighbours in each group, and the divergences along the graph."""
        snapshot = self.snapshot(materials)
        proxies, _, classes = snapshot.errors.shape
        width = proxies * snapshot.features.shape[2]
        searches = [
            search_demand(int(size), width, self.neighbours).also(
                memory=int(size) * (8 * width + 8 * proxies * classes + 32 * classes),
                passes=8.0 * proxies * size * self.neighbours * classes,
            )
            for size in self.group_sizes(materials.labels)
        ]
        return one_after_another(searches)

    def pick(self, keep: int, group: Materials, rng: np.random.Generator) -> NDArray[np.int64]:
        """Those that differ most from their neighbours."""
        snapshot = self.snapshot(group)
        divergence = divergence_from_neighbours(snapshot, self.neighbours)
        return by_rank(divergence, rng)[len(divergence) - keep :]


def divergence_from_neighbours(snapshot: Snapshot, count: int) -> NDArray[np.float64]:
    """The mean of KL(p(x') ‖ p(x)) over the nearest x' of every x and all proxies, ``float64 [N]``.

    Without another sample it is 0.
    """
    samples = len(snapshot.labels)
    graph = neighbours_of(side_by_side(snapshot.features), count)
    total = np.zeros(samples)
    for outputs in snapshot.outputs:
        total += _divergence(outputs, graph)
    return total / len(snapshot.errors)


def _divergence(p: NDArray[np.float64], graph: Neighbours) -> NDArray[np.float64]:
    """The same of one proxy's outputs ``float64 [N, C]`` along a graph."""
    log_p = np.log(p)
    samples, count = graph.indices.shape
    divergence = np.empty(samples)
    rows = max(1, _BLOCK // (max(1, count) * p.shape[1]))
    for start in range(0, samples, rows):
        block = slice(start, start + rows)
        near = graph.indices[block]
        each = np.vecdot(p[near], log_p[near] - log_p[block, np.newaxis])
        divergence[block] = each.sum(axis=1) / max(1, count)
    return divergence
