"""Draw samples, the likelier the harder they are or the easier."""

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from leanset.selectors.base import Materials
from leanset.selectors.ranking import by_rank
from leanset.selectors.scored import Scored


class Weighted(Scored):
    """Draw without replacement with weights exp(±z / temperature), z the standardised score.

    The draw is Gumbel top-k (Kool et al. 2019, section 2): the largest of ±z / temperature plus
    Gumbel noise. As the temperature falls to 0 this becomes the ranked rule, as it rises a
    uniform draw. A constant score has equal weights. With class balance, scores are standardised
    within the class.
    """

    method: Literal["weighted"]
    keep: Literal["hardest", "easiest"]
    temperature: Annotated[float, Field(gt=0, allow_inf_nan=False)]

    def pick(self, keep: int, group: Materials, rng: np.random.Generator) -> NDArray[np.int64]:
        """The ``keep`` largest of weight and noise."""
        values = group.scores[self.score].values.astype(np.float64)
        z = (values - values.mean()) / (values.std() or 1.0)
        sign = {"hardest": 1.0, "easiest": -1.0}[self.keep]
        # the same order as z / temperature + noise, and finite at every temperature
        noise_share = self.temperature / (1 + self.temperature)
        keys = (1 - noise_share) * sign * z + noise_share * rng.gumbel(size=len(z))
        return by_rank(keys, rng)[len(z) - keep :]
