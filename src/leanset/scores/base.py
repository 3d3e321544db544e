"""What every score says of itself and is given."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field, NonNegativeInt, PositiveInt

from leanset.frozen import Frozen

if TYPE_CHECKING:
    from torch import Tensor

    from leanset.training.log import LogSettings
    from leanset.training.log.dynamics import Dynamics


@dataclass(frozen=True)
class Sources:
    """The named artifacts that a score is computed from."""

    log: str | None = None
    clustering: str | None = None
    embedding: str | None = None


@dataclass(frozen=True)
class Fault:
    """Why a score cannot be had: the key to change, and what is wrong with it."""

    key: str
    message: str


class ScoreBase(Frozen, ABC):
    """Frozen settings that know how to score: the higher, the sooner kept at the hard end."""

    kind: ClassVar[Literal["difficulty", "uncertainty"]]
    """Difficulty is high on wrong labels; uncertainty is high where proxies waver."""

    uses_labels: ClassVar[bool]
    """Whether the score reads labels, and so cannot save the cost of labelling."""

    version: ClassVar[int] = 1
    """Part of the key of a stored score; raised when the same settings would score otherwise."""

    @abstractmethod
    def sources(self) -> Sources:
        """The named artifacts it is computed from."""


class LogScore(ScoreBase):
    """A score that is read from a training log.

    With ``proxies: own`` every run has a block of proxies of its own, so that the spread between
    runs holds that of the proxies; with ``shared`` all runs share all proxies.
    """

    least_proxies: ClassVar[int] = 1
    """How many proxies it takes."""

    least_epochs: ClassVar[int] = 1
    """How many epochs it takes."""

    needs_logits: ClassVar[bool] = False
    """Whether it reads all logits, which a log of more than 100 classes does not hold."""

    log: str
    proxies: Literal["own", "shared"] = "own"

    def sources(self) -> Sources:
        """The training log."""
        return Sources(log=self.log)

    def faults(self, log: LogSettings) -> Iterator[Fault]:
        """What keeps this score from being read from a log, if anything."""
        if log.proxies < self.least_proxies:
            yield Fault(
                "log",
                f"it takes at least {self.least_proxies} proxies, but the log {self.log} has "
                f"{log.proxies}.",
            )
        if log.epochs < self.least_epochs:
            yield Fault(
                "log",
                f"it takes at least {self.least_epochs} epochs, but the log {self.log} has "
                f"{log.epochs}.",
            )

    @abstractmethod
    def score(self, dynamics: Dynamics) -> Tensor:
        """One number for each sample, ``float [B]``."""


class EpochScore(LogScore):
    """A score of one epoch: ``epoch``, from 1, or the last one of the log."""

    epoch: PositiveInt | None = None

    def faults(self, log: LogSettings) -> Iterator[Fault]:
        """Besides those of every log: there is no such epoch."""
        yield from super().faults(log)
        if self.epoch is not None and self.epoch > log.epochs:
            yield Fault(
                "epoch",
                f"epoch {self.epoch} is asked for, but the log {self.log} has {log.epochs}.",
            )

    def after_epoch(self, dynamics: Dynamics) -> Dynamics:
        """What the proxies said after that epoch only: T is 1."""
        return dynamics.after(self.epoch)


class WindowScore(LogScore):
    """A score of all windows of ``window`` consecutive epochs."""

    window: Annotated[int, Field(ge=2)] = 10

    def faults(self, log: LogSettings) -> Iterator[Fault]:
        """Besides those of every log: it is shorter than a window."""
        yield from super().faults(log)
        if self.window > log.epochs:
            yield Fault(
                "window",
                f"it looks at windows of {self.window} epochs, but the log {self.log} has "
                f"{log.epochs}.",
            )


def windows(values: Tensor, length: int) -> Tensor:
    """Of ``[R, T, B]`` all T − J + 1 windows of J = ``length``, a view ``[J, R, T − J + 1, B]``."""
    return values.unfold(1, length, 1).movedim(-1, 0)


def unrecorded(name: str, log: LogSettings, epoch: int | None) -> Iterator[Fault]:
    """Why nothing more can be read from the log ``name`` after ``epoch``, or the last, if so."""
    if not log.features_at:
        yield Fault("log", f"it needs features_at in logs.{name}, the epochs it is read at.")
    elif epoch is not None and epoch not in log.features_at:
        chosen = ", ".join(map(str, log.features_at))
        yield Fault("epoch", f"of epoch {epoch} nothing more is recorded, only of {chosen}.")


class ChosenEpochScore(LogScore):
    """A score of what a log holds of the epochs ``features_at`` only: ``epoch``, or the last."""

    epoch: NonNegativeInt | None = None

    def faults(self, log: LogSettings) -> Iterator[Fault]:
        """Besides those of every log: nothing was recorded of the epoch."""
        yield from super().faults(log)
        yield from unrecorded(self.log, log, self.epoch)

    def at_chosen(self, dynamics: Dynamics, name: str) -> Tensor:
        """What was recorded after the epoch, ``[R, B, ...]``."""
        return dynamics.recorded(name, self.epoch)
