"""How proxies saw a few samples while they were trained: what scores are computed from."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from leanset.errors import LeansetError
from leanset.training.log.predictions import Predictions

if TYPE_CHECKING:
    from leanset.training.log.training_log import TrainingLog


class Dynamics:
    """A stretch of B samples of a training log of R proxies and T epochs, as tensors.

    Only what is asked for is read, and what is computed from the logits is computed once. Above
    100 classes there are no logits, and the scalars are those that were recorded.
    """

    def __init__(self, log: TrainingLog, samples: slice, epochs: slice = slice(None)) -> None:
        self._log = log
        self._samples = samples
        self._epochs = epochs
        self.proxies = log.proxies
        self.epochs = len(range(log.epochs)[epochs])

    def after(self, epoch: int | None) -> Dynamics:
        """The same samples after one epoch only, from 1, or after the last: T is 1."""
        place = self._log.epochs - 1 if epoch is None else epoch - 1
        return Dynamics(self._log, self._samples, slice(place, place + 1))

    @cached_property
    def labels(self) -> Tensor:
        """y, ``int64 [B]``."""
        return torch.from_numpy(np.array(self._log.labels[self._samples]))

    @cached_property
    def fold(self) -> Tensor:
        """Which proxy was trained without each sample, ``int64 [B]``.

        Raises:
            LeansetError: all proxies were trained on all samples.
        """
        if self._log.fold is None:
            raise LeansetError(
                "the training log has no folds.",
                remedy="Set folds: true in its block of logs, and record it again.",
            )
        return torch.from_numpy(np.array(self._log.fold[self._samples]))

    @cached_property
    def predictions(self) -> Predictions:
        """What every proxy said after every epoch, ``[C, R, T, B]``.

        Raises:
            LeansetError: the log holds no logits, or some that are not finite.
        """
        logits = self._read("logits", self._epochs)
        return Predictions(logits.permute(3, 0, 1, 2).contiguous().float(), self.labels)

    def scalar(self, name: str) -> Tensor:
        """One of ``predictions.SCALARS``, ``float32 [R, T, B]``.

        Raises:
            LeansetError: the log holds values that are not finite.
        """
        if name in self._log.arrays:
            return self._read(name, self._epochs)
        values: Tensor = getattr(self.predictions, name)
        return values

    def recorded(self, name: str, epoch: int | None) -> Tensor:
        """What was recorded after one of the epochs ``features_at``, or after the last of them.

        Returns:
            ``float32 [R, B, ...]``.

        Raises:
            LeansetError: it was not recorded, or is not finite.
        """
        place = self._log.place_of(epoch)
        return self._read(name, slice(place, place + 1))[:, 0]

    def _read(self, name: str, epochs: slice) -> Tensor:
        values = torch.from_numpy(np.array(self._log.array(name)[:, epochs, self._samples]))
        # a sum is far cheaper than a look at each value, and finite only if all of them are
        if not values.sum(dtype=torch.float32).isfinite() and not values.isfinite().all():
            raise LeansetError(
                f"the training log holds {name} that are NaN or infinite.",
                remedy="Remove its entry from the store, and record it again.",
            )
        return values
