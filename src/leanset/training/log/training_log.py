"""The training log: what short trainings of proxies said of every training sample."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import NonNegativeInt, PositiveInt, model_validator

from leanset.errors import LeansetError
from leanset.frozen import Frozen

if TYPE_CHECKING:
    from leanset.training.log.dynamics import Dynamics
    from leanset.training.log.snapshot import Snapshot

MOST_CLASSES = 100
"""Up to so many classes a log holds all logits; above, the numbers that scores are made of."""

OF_VALIDATION = "validation_"
"""What the names of arrays begin with that are of the validation split."""

AT_CHOSEN_EPOCHS = (
    "features", "errors", "gradient_norms", f"{OF_VALIDATION}features", f"{OF_VALIDATION}errors",
)  # fmt: skip
"""What a log holds of the epochs ``features_at`` only; all else it holds of every epoch."""

_OF_SAMPLES = ("labels", "fold", f"{OF_VALIDATION}labels")
"""What a log holds of its samples, whatever the proxies say of them."""


class LogSettings(Frozen):
    """How proxies are trained and what is recorded of them.

    ``recipe`` is the name of a recipe; its epochs give way to those of the log. ``features_at``
    are the epochs after which penultimate features and errors p − y are recorded too, 0 for before
    the training, and with ``gradient_norms`` the norm of each sample's gradient over all
    parameters; features and errors also of the validation split, where there is one. With
    ``folds`` each proxy is trained without a fold of its own, of as many folds as proxies, and
    recorded on all samples all the same; what it says of its fold is then of samples that it was
    not trained on.
    """

    recipe: str
    proxies: PositiveInt
    epochs: PositiveInt
    features_at: tuple[NonNegativeInt, ...] = ()
    gradient_norms: bool = False
    folds: bool = False

    @model_validator(mode="after")
    def _chosen_epochs_are_trained(self) -> LogSettings:
        if list(self.features_at) != sorted(set(self.features_at)):
            raise ValueError("features_at names each epoch once, in ascending order")
        if self.features_at and self.features_at[-1] > self.epochs:
            raise ValueError(
                f"features_at names epoch {self.features_at[-1]}, but there are {self.epochs}"
            )
        if self.gradient_norms and not self.features_at:
            raise ValueError("gradient_norms needs features_at, the epochs to record them at")
        return self

    @model_validator(mode="after")
    def _a_fold_is_left_to_train_on(self) -> LogSettings:
        if self.folds and self.proxies < 2:
            raise ValueError("folds needs at least 2 proxies, one for each fold")
        return self


_OF_BOTH_SPLITS = (
    "Set dataset.validation, and features_at in its block of logs, and record it again."
)

_REMEDIES = {
    "logits": f"Above {MOST_CLASSES} classes it holds only the numbers that scores are made of.",
    "features": "Set features_at in its block of logs, and record it again.",
    "errors": "Set features_at in its block of logs, and record it again.",
    f"{OF_VALIDATION}features": _OF_BOTH_SPLITS,
    f"{OF_VALIDATION}errors": _OF_BOTH_SPLITS,
    "gradient_norms": "Set gradient_norms: true in its block of logs, and record it again.",
}


@dataclass(frozen=True)
class TrainingLog:
    """What R proxies said of the N samples of the training split after each of T epochs.

    With folds, one of the R rows of a sample is of a proxy that was trained without it. It is one
    for every sample, so a mean over proxies treats all samples alike; but it is not what a score
    means that is defined on samples in training, as most are: read those from another log.

    Attributes:
        labels: ``int64 [N]``, what the proxies were trained on.
        features_at: the E epochs of which more was recorded; 0 is before the training.
        seconds: ``float64 [R]``, what training and recording each proxy took.
        arrays: by name, mapped from disk, one row for each proxy: ``logits float16 [R, T, N, C]``,
            or above 100 classes a ``float32 [R, T, N]`` for each of ``predictions.SCALARS``; and,
            if asked for, ``features float32 [R, E, N, D]``, ``errors float32 [R, E, N, C]`` and
            ``gradient_norms float32 [R, E, N]``; of the V samples of a validation split
            ``validation_features [R, E, V, D]`` and ``validation_errors [R, E, V, C]``.
        fold: ``int64 [N]``, which proxy was trained without the sample; None where all were
            trained on all.
        validation_labels: ``int64 [V]``; None where the validation split was not recorded.
    """

    labels: NDArray[np.int64]
    features_at: tuple[int, ...]
    seconds: NDArray[np.float64]
    arrays: Mapping[str, NDArray[Any]]
    fold: NDArray[np.int64] | None = None
    validation_labels: NDArray[np.int64] | None = None

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any]
    ) -> TrainingLog:
        """The log back from what ``record_log`` made for the store."""
        return cls(
            labels=arrays["labels"],
            features_at=tuple(facts["settings"]["features_at"]),
            seconds=np.add(facts["seconds_train"], facts["seconds_recording"]),
            arrays={name: array for name, array in arrays.items() if name not in _OF_SAMPLES},
            fold=arrays.get("fold"),
            validation_labels=arrays.get(f"{OF_VALIDATION}labels"),
        )

    @property
    def proxies(self) -> int:
        """R."""
        return len(self.seconds)

    @property
    def epochs(self) -> int:
        """T."""
        steady = next(name for name in self.arrays if name not in AT_CHOSEN_EPOCHS)
        return int(self.arrays[steady].shape[1])

    def array(self, name: str) -> NDArray[Any]:
        """One of the recorded arrays.

        Raises:
            LeansetError: it was not recorded.
        """
        if name not in self.arrays:
            raise LeansetError(
                f"the training log holds no {name}, only {', '.join(sorted(self.arrays))}.",
                remedy=_REMEDIES.get(name, ""),
            )
        return self.arrays[name]

    def place_of(self, epoch: int | None) -> int:
        """Where the chosen epochs have ``epoch``, or the last of them.

        Raises:
            LeansetError: it is not among them.
        """
        if epoch is None:
            return len(self.features_at) - 1
        if epoch not in self.features_at:
            chosen = ", ".join(map(str, self.features_at))
            raise LeansetError(
                f"of epoch {epoch} the training log holds nothing more"
                f"{f', only of {chosen}' if chosen else ''}.",
                remedy="Add it to features_at in its block of logs, and record it again.",
            )
        return self.features_at.index(epoch)

    def snapshot(self, epoch: int | None) -> Snapshot:
        """What the proxies said of the training split after one of ``features_at``, in memory.

        Args:
            epoch: 0 for before the training, None for the last of ``features_at``.

        Raises:
            LeansetError: it was not recorded, or is not finite.
        """
        return self._snapshot("", self.labels, epoch)

    def validation_snapshot(self, epoch: int | None) -> Snapshot:
        """The same of the validation split, to whose samples it is aligned.

        Raises:
            LeansetError: it was not recorded, or is not finite.
        """
        if self.validation_labels is None:
            raise LeansetError(
                "the training log holds nothing of a validation split.", remedy=_OF_BOTH_SPLITS
            )
        return self._snapshot(OF_VALIDATION, self.validation_labels, epoch)

    def _snapshot(self, split: str, labels: NDArray[np.int64], epoch: int | None) -> Snapshot:
        from leanset.training.log.snapshot import Snapshot

        seen = self.dynamics(slice(None))
        return Snapshot(
            labels=np.array(labels),
            errors=seen.recorded(f"{split}errors", epoch).numpy(),
            features=seen.recorded(f"{split}features", epoch).numpy(),
        )

    def dynamics(self, samples: slice) -> Dynamics:
        """What the proxies said of a stretch of samples, as tensors."""
        from leanset.training.log.dynamics import Dynamics

        return Dynamics(self, samples)

    def stretches(self, numbers: int) -> Iterator[tuple[slice, Dynamics]]:
        """All samples, so many at a time that no array of theirs holds more than ``numbers``."""
        sizes = [
            array.size for name, array in self.arrays.items() if not name.startswith(OF_VALIDATION)
        ]
        of_one = max(sizes) // len(self.labels)
        length = max(1, numbers // of_one)
        for start in range(0, len(self.labels), length):
            stretch = slice(start, start + length)
            yield stretch, self.dynamics(stretch)

    def replicates(self, runs: int) -> int:
        """How many blocks of proxies ``runs`` runs get: one each, or one that all of them share.

        A shared block leaves the proxies' part out of the spread between runs, which is to be
        said wherever that spread is shown. With folds all runs share all proxies, because only
        together do these hold a proxy without each sample.
        """
        return runs if runs <= self.proxies and self.fold is None else 1

    def block(self, run: int, runs: int) -> TrainingLog:
        """The log of the proxies of replicate ``run`` (from 0) of ``runs``.

        Each replicate has ⌊R / runs⌋ proxies, and no proxy serves two.

        Raises:
            LeansetError: there are fewer proxies than replicates, or there are folds to divide.
        """
        if self.fold is not None and runs > 1:
            raise LeansetError(
                f"a training log with folds cannot serve {runs} runs with proxies of their own: "
                "only together do they hold a proxy without each sample.",
                remedy="Let the runs share all of them.",
            )
        size = self.proxies // runs
        if size == 0:
            raise LeansetError(
                f"a training log of {self.proxies} proxies cannot serve {runs} runs with proxies "
                "of their own.",
                remedy="Raise proxies in its block of logs, or let the runs share all of them.",
            )
        rows = slice(run * size, (run + 1) * size)
        arrays = {name: array[rows] for name, array in self.arrays.items()}
        return replace(self, seconds=self.seconds[rows], arrays=arrays)
