"""Gradients of a last layer, small enough to be written out."""

from dataclasses import dataclass

import numpy as np

from leanset.training.log.snapshot import Snapshot


def said(
    samples: int,
    classes: int = 3,
    width: int = 4,
    proxies: int = 2,
    seed: int = 0,
    labels: np.ndarray | None = None,
) -> Snapshot:
    """What proxies with random logits and features say, the label's logit being 1 higher."""
    rng = np.random.default_rng(seed)
    given = rng.integers(0, classes, samples) if labels is None else labels
    logits = rng.normal(size=(proxies, samples, classes))
    logits[:, np.arange(samples), given] += 1
    errors = np.exp(logits)
    errors /= errors.sum(axis=-1, keepdims=True)
    errors[:, np.arange(samples), given] -= 1
    features = np.maximum(rng.normal(size=(proxies, samples, width)), 0)
    return Snapshot(given, errors.astype(np.float32), features.astype(np.float32))


def written_out(snapshot: Snapshot) -> np.ndarray:
    """The gradient of each sample on all weights and biases, ``float64 [N, R · C · (D + 1)]``."""
    each = []
    for sample in range(len(snapshot.labels)):
        parts = []
        for errors, features in zip(snapshot.errors, snapshot.features, strict=True):
            seen = np.append(features[sample].astype(np.float64), 1)
            parts.append(np.outer(errors[sample].astype(np.float64), seen).ravel())
        each.append(np.concatenate(parts))
    return np.array(each)


@dataclass(frozen=True)
class Rows:
    """Gradients that are the rows of a matrix ``float64 [N, d]``."""

    matrix: np.ndarray

    def norms(self) -> np.ndarray:
        return np.linalg.norm(self.matrix, axis=1)

    def total(self, weights: np.ndarray, indices: np.ndarray) -> np.ndarray:
        return weights @ self.matrix[indices]

    def along(self, direction: np.ndarray) -> np.ndarray:
        return self.matrix.astype(direction.dtype) @ direction

    def gram(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        return self.matrix[rows] @ self.matrix[columns].T
