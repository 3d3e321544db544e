"""Hard samples that speak for their neighbours, and silence them once chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, PositiveInt

from leanset.coverage.demand import Demand, one_after_another
from leanset.coverage.neighbours import Neighbours, neighbours_of, search_demand
from leanset.coverage.ties import Ties
from leanset.errors import LeansetError
from leanset.finite import require_finite
from leanset.selectors.base import Materials, Needs
from leanset.selectors.grouped import Balance
from leanset.selectors.scored import Scored

Rate: TypeAlias = Annotated[float, Field(gt=0, allow_inf_nan=False)]

_STEP = 10_000
"""What a step of a Python loop takes, in numbers looked at one after another."""


class D2(Scored):
    """Samples of high score that speak for their neighbours, and silence them once kept.

    D2 pruning (Maharana, Yadav and Bansal 2023, section 3), within each class. In the graph of
    nearest neighbours every sample first receives its neighbours' scores, all at once: s_i += Σ_j
    exp(−forward · d_ij) s_j. Then, time and again, the sample of highest score is kept, and takes
    from its neighbours s_j -= exp(−reverse · d_ij) s_i; as the paper has it, one kept with a score
    below 0 adds to theirs. An edge is between two samples of which at least one is among the
    other's nearest. Distances are in units of the mean edge of the group, which the paper's are
    not: so the rates mean the same in every embedding. The score must not be negative; with
    ``ranks`` its place i/n among the n of the group counts instead, ties at their mean.
    """

    method: Literal["d2"]
    embedding: str
    neighbours: PositiveInt = 5
    forward: Rate = 1.0
    reverse: Rate = 0.1
    ranks: bool = False
    balance: Balance = "proportional"

    def needs(self) -> Needs:
        """The score and the embedding."""
        return Needs(scores=(self.score,), embeddings=(self.embedding,))

    def demand(self, keep: int, materials: Materials) -> Demand:
        """The search for neighbours in each group, its edges, and a look at all for each kept."""
        samples, width = materials.embeddings[self.embedding].shape
        return one_after_another(
            search_demand(int(size), width, self.neighbours).also(
                memory=int(size) * (4 * width + 200 * self.neighbours),
                passes=keep * size / samples * (4.0 * size + _STEP),
            )
            for size in self.group_sizes(materials.labels)
        )

    def refuse_unusable(self, materials: Materials) -> None:
        """Refuse values that are not finite, and negative scores unless their ranks count."""
        super().refuse_unusable(materials)
        require_finite(materials.embeddings[self.embedding], f"embedding {self.embedding}")
        negative = np.flatnonzero(materials.scores[self.score].values < 0)
        if len(negative) and not self.ranks:
            raise LeansetError(
                f"method d2 adds scores up, and {len(negative)} of them are negative, the first "
                f"that of sample {negative[0]}.",
                where=f"score {self.score}",
                remedy="Set ranks: true, or name a score that is not negative.",
            )

    def pick(self, keep: int, group: Materials, rng: np.random.Generator) -> NDArray[np.int64]:
        """Pass messages forward once, then back from every sample kept."""
        graph = Graph.of(neighbours_of(group.embeddings[self.embedding], self.neighbours))
        scores = graph.gathered(self._scores(group), self.forward)
        taken = np.exp(-self.reverse * graph.lengths)
        ties = Ties(len(scores), rng)
        kept = np.empty(keep, dtype=np.int64)
        for place in range(keep):
            kept[place] = sample = ties.largest(scores)
            edges = slice(graph.starts[sample], graph.starts[sample + 1])
            scores[graph.ends[edges]] -= taken[edges] * scores[sample]
            scores[sample] = -np.inf
        return kept

    def _scores(self, group: Materials) -> NDArray[np.float64]:
        values = group.scores[self.score].values.astype(np.float64)
        if not self.ranks:
            return values
        from scipy.stats import rankdata

        ranks: NDArray[np.float64] = rankdata(values, method="average")
        return ranks / len(values)


@dataclass(frozen=True)
class Graph:
    """The edges of N samples, each once from either end, in the order of where they start.

    Attributes:
        starts: ``int64 [N + 1]``, the first edge of each sample, and the end of the last's.
        ends: ``int64 [E]``, the sample at the other end.
        lengths: ``float64 [E]``, of mean 1; all 0 where the samples are in one place.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    lengths: NDArray[np.float64]

    @classmethod
    def of(cls, neighbours: Neighbours) -> Graph:
        """With an edge between two samples of which at least one is among the other's nearest."""
        samples, count = neighbours.indices.shape
        pairs = np.repeat(np.arange(samples), count), neighbours.indices.ravel()
        key = np.minimum(*pairs) * samples + np.maximum(*pairs)
        edges, where = np.unique(key, return_index=True)
        lengths = neighbours.distances.ravel()[where]
        lengths = lengths / (lengths.sum() / max(1, len(lengths)) or 1.0)
        low, high = np.divmod(edges, samples)
        begins = np.concatenate([low, high])
        order = np.argsort(begins, kind="stable")
        starts = np.cumsum(np.bincount(begins + 1, minlength=samples + 1))
        return cls(starts, np.concatenate([high, low])[order], np.tile(lengths, 2)[order])

    def gathered(self, scores: NDArray[np.float64], rate: float) -> NDArray[np.float64]:
        """Each of ``float64 [N]`` scores with its neighbours', faded by distance."""
        received = np.exp(-rate * self.lengths) * scores[self.ends]
        begins = np.repeat(np.arange(len(scores)), np.diff(self.starts))
        total: NDArray[np.float64] = scores + np.bincount(begins, received, minlength=len(scores))
        return total
