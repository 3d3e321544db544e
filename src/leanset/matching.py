"""How well the gradient of a subset matches that of all samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from leanset.seeds import numpy_generator
from leanset.selectors import Materials, Random
from leanset.subsets import weights_of
from leanset.tables import rows_of
from leanset.training.log import TrainingLog
from leanset.training.log.snapshot import Moment

if TYPE_CHECKING:
    import pandas as pd

_SUBSET = ("variant", "recipe", "budget", "kept", "run")
_ERRORS = ("error_here", "error_elsewhere", "random_here", "random_elsewhere")


def relative_error(
    gradients: NDArray[np.float32],
    indices: NDArray[np.int64],
    weights: NDArray[np.float32] | None,
    total: float | None = None,
) -> float:
    """‖Σ g − (W/n) Σ wᵢgᵢ‖ / ‖Σ g‖ of a subset of n of N samples; NaN where Σ g is zero.

    What CRAIG bounds (Mirzasoleiman et al. 2020, section 3), over the length of the whole gradient.
    W is N, unless the rule weighs so that few long gradients stand for many: GradMatch's weights
    add up to less. In training, where weights have mean 1, that is left to the learning rate.

    Args:
        gradients: g, ``[N, G]``.
        indices: ``int64 [n]``.
        weights: w, ``[n]``, mean 1; None for 1 everywhere.
        total: W, what the weights added up to before they had mean 1; None for N.
    """
    whole = gradients.sum(axis=0, dtype=np.float64)
    length = np.linalg.norm(whole)
    if length == 0:
        return float("nan")
    stood_for = len(gradients) if total is None else total
    shares = np.ones(len(indices)) if weights is None else weights.astype(np.float64)
    part = shares @ gradients[indices].astype(np.float64) * (stood_for / len(indices))
    return float(np.linalg.norm(whole - part) / length)


def match_table(
    subsets: pd.DataFrame, proxies: Sequence[TrainingLog], moment: Moment
) -> pd.DataFrame:
    """The relative error of each subset, and of a random one of the same size and seed.

    ``error_here`` and ``random_here`` are at the proxies that the run selected at,
    ``error_elsewhere`` and ``random_elsewhere`` at those of the next run, which had no part in the
    selection; these are missing where all runs share their proxies.

    Args:
        subsets: a table of subsets.
        proxies: the part of the log that each run selects at, or the one that all runs share.
        moment: the log's name and the epoch that was selected at.
    """
    import pandas as pd

    # cells follow each other run by run, and each run looks at its own proxies and the next
    gradients = lru_cache(maxsize=2)(lambda part: proxies[part].snapshot(moment.epoch).gradients)
    rows = []
    for row in rows_of(subsets):
        own, next_one = (run % len(proxies) for run in (int(row["run"]), int(row["run"]) + 1))
        random = _random_arm(row, len(gradients(own)))
        errors = _errors(row, random, "here", gradients(own))
        if next_one != own:
            errors |= _errors(row, random, "elsewhere", gradients(next_one))
        rows.append({name: row[name] for name in _SUBSET} | errors)
    table = pd.DataFrame(rows, columns=[*_SUBSET, *_ERRORS]).astype(
        dict.fromkeys(_ERRORS, "float64")
    )
    table.insert(len(_SUBSET), "log", moment.log)
    return table


def _random_arm(row: Mapping[str, Any], samples: int) -> NDArray[np.int64]:
    """The subset of a row's size that the random arm has in its run."""
    rng = numpy_generator(int(row["selection_seed"]))
    everything = Materials(np.zeros(samples, dtype=np.int64))
    return Random(method="random").select(len(row["indices"]), everything, rng)


def _errors(
    row: Mapping[str, Any],
    random: NDArray[np.int64],
    place: str,
    gradients: NDArray[np.float32],
) -> dict[str, float]:
    """The errors of a row's subset and of a random one."""
    indices = np.asarray(row["indices"], dtype=np.int64)
    total = None if row["weights"] is None else float(row["weight_total"])
    return {
        f"error_{place}": relative_error(gradients, indices, weights_of(row), total),
        f"random_{place}": relative_error(gradients, random, None),
    }
