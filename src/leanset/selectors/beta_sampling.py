"""Draw by a score, the more easy samples the more is pruned."""

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from leanset.errors import LeansetError
from leanset.selectors.base import Materials, Needs
from leanset.selectors.ranking import by_rank
from leanset.selectors.scored import Scored

_ANCHORS = 10


class BetaSampling(Scored):
    """A draw by a score, which takes the more easy samples the more is pruned.

    The sampling of DUAL (Cho et al. 2025, appendix C, algorithm 1). Samples are drawn without
    replacement with probability proportional to score × Beta(p̄; a, b): p̄ is the probability of
    the given label, meant over epochs, b = 15 (1 - μ)(1 - r^c_d) and a = 16 - b. r is the fraction
    *pruned*; μ is the mean p̄ of the samples of highest score, ten of them as in the authors' code.
    The more is pruned, the nearer the density moves to p̄ = 1, to easy samples; the smaller c_d,
    the sooner. The paper's score is DUAL; the authors' code gives c_d = 4 for CIFAR-100. ``doubt``
    names a score that is 1 - p̄. With class balance, r and μ are those of the class.
    """

    method: Literal["beta_sampling"]
    doubt: str
    c_d: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 5.5

    def needs(self) -> Needs:
        """The score and the doubt."""
        return Needs(scores=(self.score, self.doubt))

    def pick(self, keep: int, group: Materials, rng: np.random.Generator) -> NDArray[np.int64]:
        """The ``keep`` largest of log weight + Gumbel noise; those of no weight come last.

        Raises:
            LeansetError: a score below 0, or a doubt outside [0, 1].
        """
        score = group.scores[self.score].values.astype(np.float64)
        doubt = group.scores[self.doubt].values.astype(np.float64)
        self._refuse_what_is_no_weight(score, doubt)
        log_weight = _log(score) + self._log_density(keep, score, doubt, rng)
        return by_rank(log_weight + rng.gumbel(size=len(score)), rng)[len(score) - keep :]

    def _refuse_what_is_no_weight(
        self, score: NDArray[np.float64], doubt: NDArray[np.float64]
    ) -> None:
        if score.min() < 0:
            raise LeansetError(
                f"method beta_sampling draws by the score {self.score}, which is {score.min():g} "
                "somewhere; a probability cannot be proportional to that.",
                remedy="Name a score that is nowhere below 0, such as dual.",
            )
        if doubt.min() < -1e-6 or doubt.max() > 1 + 1e-6:
            raise LeansetError(
                f"method beta_sampling takes the score {self.doubt} for 1 - p, but it runs from "
                f"{doubt.min():g} to {doubt.max():g}.",
                remedy="Let doubt name a score that is 1 less the mean probability of the label.",
            )

    def _log_density(
        self,
        keep: int,
        score: NDArray[np.float64],
        doubt: NDArray[np.float64],
        rng: np.random.Generator,
    ) -> NDArray[np.float64]:
        """Log of the beta density at each p̄ but for a constant, finite at both ends."""
        pruned = 1 - keep / len(score)
        anchor_doubt = doubt[by_rank(score, rng)[-_ANCHORS:]].mean()
        b = 15 * anchor_doubt * (1 - pruned**self.c_d)
        a = 16 - b
        # float32 probabilities come no nearer to the ends, where the density may be infinite
        inner = np.clip(doubt, np.finfo(np.float32).eps, 1 - np.finfo(np.float32).eps)
        density: NDArray[np.float64] = (a - 1) * np.log1p(-inner) + (b - 1) * np.log(inner)
        return density


def _log(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The logarithm, minus infinity at 0."""
    return np.log(values, out=np.full_like(values, -np.inf), where=values > 0)
