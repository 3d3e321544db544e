"""The samples that leave no other with predictions unlike all that are kept."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from leanset.coverage.demand import Demand, one_after_another
from leanset.selectors.base import Materials
from leanset.selectors.observed import Observed
from leanset.training.log.snapshot import Snapshot, side_by_side


class ContextualDiversity(Observed):
    """Samples that leave no other with predictions unlike those of all that are kept.

    Greedy k-center in what proxies say (Agarwal et al. 2020, section 3). The distance of two
    samples is the symmetric Kullback–Leibler divergence of their softmax outputs, Σ_c (p_c −
    q_c)(log p_c − log q_c), added up over the proxies; the paper's mixtures over the regions of an
    image are the outputs themselves where an image is one region. It is no metric, so that, other
    than in ``k_center``, greedy promises nothing about the farthest sample. Outputs are read, and
    labels only to balance classes.
    """

    method: Literal["contextual_diversity"]

    def demand(self, keep: int, materials: Materials) -> Demand:
        """The divergences from every sample to those kept, in each group."""
        from leanset.coverage.farthest_first import demand_of

        snapshot = self.snapshot(materials)
        proxies, samples, classes = snapshot.errors.shape
        outputs = proxies * classes
        # the group's own snapshot, then outputs and logarithms, single, double and side by side
        row = 4 * outputs + 4 * proxies * snapshot.features.shape[2] + (4 + 8 + 8 + 8 + 8) * outputs
        return one_after_another(
            demand_of(int(size), 2 * outputs, keep * size / samples).also(memory=int(size) * row)
            for size in self.group_sizes(materials.labels)
        )

    def pick(self, keep: int, group: Materials, rng: np.random.Generator) -> NDArray[np.int64]:
        """Farthest-first from a sample drawn at random."""
        # imported here: it compiles, and settings are read by every command
        from leanset.coverage.farthest_first import farthest_first

        outputs, logarithms = outputs_and_logarithms(self.snapshot(group))
        first = int(rng.integers(len(outputs)))
        return farthest_first(outputs, keep, first, rng, partners=logarithms)


def outputs_and_logarithms(
    snapshot: Snapshot,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The softmax outputs of all proxies side by side, and their logs, ``float32 [N, R·C]``."""
    flat = side_by_side(snapshot.outputs)
    # logarithms in double precision, so that they rise with the outputs and no product is negative
    return flat.astype(np.float32), np.log(flat).astype(np.float32)
