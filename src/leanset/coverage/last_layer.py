"""Gradients of the last layer, one for each sample, without ever writing them out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from numpy.typing import DTypeLike
    from torch import Tensor

    from leanset.training.log.snapshot import Snapshot

Direction: TypeAlias = NDArray[np.floating[Any]]
"""Weights and biases of the last layer of R proxies, ``[R, C, D + 1]``."""

_BLOCK = 2**20
"""Numbers of errors and features that are turned to float64 at a time."""


@dataclass(frozen=True)
class LastLayerGradients:
    """The gradient of each sample's loss on the last layer of each proxy: e ⊗ (h, 1).

    The weights' part is the outer product of the errors e = p - y and the features h, the biases'
    is e. R proxies count as one long gradient: inner products are sums over them.

    Attributes:
        errors: ``float32 [R, N, C]``.
        features: ``float32 [R, N, D]``.
    """

    errors: NDArray[np.float32]
    features: NDArray[np.float32]

    @classmethod
    def of(cls, snapshot: Snapshot) -> LastLayerGradients:
        """Those of the samples of a snapshot."""
        return cls(snapshot.errors, snapshot.features)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of a direction, ``(R, C, D + 1)``."""
        proxies, _, classes = self.errors.shape
        return proxies, classes, self.features.shape[2] + 1

    def norms(self) -> NDArray[np.float64]:
        """The length of each sample's gradient, ``float64 [N]``."""
        squared = np.zeros(self.errors.shape[1])
        for proxy, block in self._blocks():
            errors, features = self._tensors(proxy, block, np.float64)
            squared[block] += (errors.square().sum(1) * (features.square().sum(1) + 1)).numpy()
        return np.sqrt(squared)

    def total(
        self,
        weights: NDArray[np.float64] | None = None,
        indices: NDArray[np.int64] | None = None,
    ) -> NDArray[np.float64]:
        """The weighted sum of gradients, ``float64 [R, C, D + 1]``.

        Args:
            weights: ``[n]``, in the order of the indices; None where all are 1.
            indices: ``int64 [n]``, the samples summed; None for all.
        """
        chosen = self if indices is None else self.at(indices)
        summed = np.zeros(self.shape)
        for proxy, block in chosen._blocks():
            errors, features = chosen._tensors(proxy, block, np.float64)
            if weights is not None:
                errors *= _tensor(weights[block])[:, None]
            summed[proxy, :, :-1] += (errors.T @ features).numpy()
            summed[proxy, :, -1] += errors.sum(0).numpy()
        return summed

    def along(self, direction: Direction) -> Direction:
        """The inner product of each sample's gradient with a direction, ``[N]``.

        It is computed in the direction's type, float32 or float64, and has that type.
        """
        products = np.zeros(self.errors.shape[1], dtype=direction.dtype)
        onto = _tensor(direction)
        for proxy, block in self._blocks():
            errors, features = self._tensors(proxy, block, direction.dtype)
            forward = (features @ onto[proxy, :, :-1].T).add_(onto[proxy, :, -1])
            products[block] += forward.mul_(errors).sum(1).numpy()
        return products

    def gram(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.float64]:
        """The inner products of two sets of samples' gradients, ``float64 [rows, columns]``."""
        of_rows, of_columns = self.at(rows), self.at(columns)
        products = np.zeros((len(rows), len(columns)))
        for proxy in range(len(self.errors)):
            errors, features = of_rows._tensors(proxy, slice(None), np.float64)
            others, other_features = of_columns._tensors(proxy, slice(None), np.float64)
            products += ((errors @ others.T) * (features @ other_features.T + 1)).numpy()
        return products

    def at(self, indices: NDArray[np.int64]) -> LastLayerGradients:
        """The same of some samples only, in the order of ``int64 [n]`` indices."""
        return LastLayerGradients(self.errors[:, indices], self.features[:, indices])

    def _blocks(self) -> Iterator[tuple[int, slice]]:
        """Each proxy with samples of which few numbers are alive at a time."""
        proxies, samples, classes = self.errors.shape
        rows = max(1, _BLOCK // (classes + self.features.shape[2]))
        for proxy in range(proxies):
            for start in range(0, samples, rows):
                yield proxy, slice(start, start + rows)

    def _tensors(self, proxy: int, samples: slice, dtype: DTypeLike) -> tuple[Tensor, Tensor]:
        """Errors ``[n, C]`` and features ``[n, D]`` of some samples at one proxy.

        They are torch's, whose products of narrow matrices are faster than numpy's.
        """
        errors, features = self.errors[proxy, samples], self.features[proxy, samples]
        return _tensor(errors.astype(dtype, copy=False)), _tensor(
            features.astype(dtype, copy=False)
        )


def _tensor(values: NDArray[np.floating[Any]]) -> Tensor:
    """The same memory, but for an array mapped read-only, which torch does not take."""
    import torch

    return torch.from_numpy(np.require(values, requirements="W"))
