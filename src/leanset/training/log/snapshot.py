"""What proxies said of samples after one epoch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

_Number = TypeVar("_Number", bound=np.floating[Any])

LEAST_OUTPUT = 1e-6
"""No output is less: that of the label is known to 3e-8, and must not show in a logarithm."""


@dataclass(frozen=True)
class Moment:
    """A named training log at one of its epochs ``features_at``.

    Attributes:
        epoch: 0 for before the training, or None for the last there is.
    """

    log: str
    epoch: int | None = None


@dataclass(frozen=True)
class Snapshot:
    """What R proxies said of N samples of C classes.

    Attributes:
        labels: y, ``int64 [N]``.
        errors: p − y with y one-hot, ``float32 [R, N, C]``: the loss's gradient on the logits.
        features: what the classifier sees, ``float32 [R, N, D]``.
    """

    labels: NDArray[np.int64]
    errors: NDArray[np.float32]
    features: NDArray[np.float32]

    @property
    def probabilities(self) -> NDArray[np.float32]:
        """The softmax outputs p, ``float32 [R, N, C]``."""
        probabilities = self.errors.copy()
        probabilities[:, np.arange(len(self.labels)), self.labels] += 1
        return probabilities

    @property
    def outputs(self) -> NDArray[np.float64]:
        """The probabilities raised to at least ``LEAST_OUTPUT``, for logarithms to be taken of."""
        outputs = np.maximum(self.probabilities, LEAST_OUTPUT).astype(np.float64)
        outputs /= outputs.sum(axis=2, keepdims=True)
        return outputs

    @property
    def gradients(self) -> NDArray[np.float32]:
        """The errors of all proxies side by side, ``float32 [N, R·C]``."""
        return side_by_side(self.errors)

    def at(self, indices: NDArray[np.int64]) -> Snapshot:
        """The same of some samples only, in the order of ``int64 [n]`` indices."""
        return Snapshot(self.labels[indices], self.errors[:, indices], self.features[:, indices])


def side_by_side(of_proxies: NDArray[_Number]) -> NDArray[_Number]:
    """Of R proxies ``[R, N, D]``, one after another in each row, ``[N, R·D]``."""
    return np.moveaxis(of_proxies, 0, 1).reshape(of_proxies.shape[1], -1)
