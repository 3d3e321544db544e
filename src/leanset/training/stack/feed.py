"""What every lane of a stack is fed, step by step: drawn on the CPU, read on the device."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import torch
from torch import Generator, Tensor

from leanset.training.batches import Batch, epochs
from leanset.training.job import Job
from leanset.training.prepared import PreparedImages
from leanset.training.recipe.augmentation import Views
from leanset.training.stack.kind import Kind

_ABSENT = -1
"""In place of a sample where a short batch has none."""


@dataclass(frozen=True)
class Course:
    """How long one training lasts.

    Attributes:
        epochs: how many samples each epoch shows.
        epoch_ends: after how many steps each epoch ends.
        unique_samples: distinct samples that are shown.
    """

    epochs: tuple[int, ...]
    epoch_ends: tuple[int, ...]
    unique_samples: int

    @property
    def steps(self) -> int:
        """All steps."""
        return self.epoch_ends[-1]


@dataclass(frozen=True)
class Feed:
    """All that one training is fed.

    Attributes:
        columns: by name, each ``[steps, ...]``: ``samples`` (int32, -1 for none), ``weights``
            (float32) if losses are weighted, ``mirrored`` (bool), ``shift`` and ``hole`` (int16)
            if images are augmented, all ``[steps, batch, ...]``, and ``rates`` (float64).
        course: how long it lasts.
    """

    columns: Mapping[str, Tensor]
    course: Course


def draw_feed(job: Job, images: PreparedImages, generator: Generator) -> Feed:
    """Draw a whole training, exactly as the plain loop draws it epoch by epoch.

    Raises:
        IndexError: the job has a sample that the training split has not.
    """
    recipe, available = job.recipe, len(images.train_labels)
    drawn = list(epochs(job, images, generator))
    seen = torch.zeros(available, dtype=torch.bool)
    for epoch in drawn:
        _require_samples(epoch.samples, available)
        seen[epoch.samples] = True
    steps = job.steps(available)
    rates = [recipe.learning_rate(step, steps) for step in range(steps)]
    sizes = [len(epoch) for epoch in drawn]
    columns = _columns(drawn, recipe.batch_size)
    return Feed(
        columns | {"rates": torch.tensor(rates, dtype=torch.float64)},
        Course(
            epochs=tuple(sizes),
            epoch_ends=tuple(accumulate(recipe.steps_per_epoch(size) for size in sizes)),
            unique_samples=int(seen.sum()),
        ),
    )


class Feeds:
    """The feeds of all lanes on a device.

    Attributes:
        columns: as in a feed, each ``[R, capacity + 1, ...]``. A row is idle, that is, has nobody
            present and a rate of zero, after its feed has ended, and at ``capacity`` in any case.
    """

    def __init__(self, kind: Kind, lanes: int, capacity: int, device: torch.device) -> None:
        self._idle = {name: column.to(device) for name, column in _idle_step(kind).items()}
        self._lanes = torch.arange(lanes, device=device)
        self.columns = {
            name: column.repeat(lanes, capacity + 1, *(1 for _ in column.shape[1:]))
            for name, column in self._idle.items()
        }

    def put(self, lane: int, feed: Feed) -> None:
        """Give a lane a new feed."""
        steps = feed.course.steps
        for name, column in self.columns.items():
            column[lane, :steps] = feed.columns[name].to(column.device)
            column[lane, steps:] = self._idle[name]

    def at(self, steps: Tensor) -> dict[str, Tensor]:
        """Of each lane the step that it is at, ``int64 [R]``; columns ``[R, ...]``."""
        return {name: column[self._lanes, steps] for name, column in self.columns.items()}


def views_of(columns: Mapping[str, Tensor], hole_side: int) -> Views | None:
    """The views in columns of ``[R, batch, ...]``, for the samples of all lanes in a row."""
    if "mirrored" not in columns:
        return None
    return Views(
        mirrored=columns["mirrored"].flatten(),
        shift=columns["shift"].flatten(0, 1),
        hole=columns["hole"].flatten(0, 1),
        hole_side=hole_side,
    )


def _idle_step(kind: Kind) -> dict[str, Tensor]:
    """Columns of one step in which nobody is present and nothing moves."""
    size = kind.recipe.batch_size
    as_it_is = Views(torch.zeros(size) > 0, torch.zeros(size, 2), torch.zeros(size, 2), hole_side=0)
    nobody = Batch(
        samples=torch.full((size,), _ABSENT),
        weights=torch.zeros(size) if kind.weighted else None,
        views=as_it_is if kind.recipe.augmentation.changes_anything else None,
    )
    return _columns([nobody], size) | {"rates": torch.zeros(1, dtype=torch.float64)}


def _columns(drawn: Sequence[Batch], size: int) -> dict[str, Tensor]:
    """Epochs laid out in steps, each epoch filled up to whole batches."""
    columns = {"samples": _in_steps([epoch.samples.int() for epoch in drawn], size, _ABSENT)}
    weights = [epoch.weights for epoch in drawn if epoch.weights is not None]
    if weights:
        columns["weights"] = _in_steps(weights, size)
    views = [epoch.views for epoch in drawn if epoch.views is not None]
    if views:
        columns["mirrored"] = _in_steps([view.mirrored for view in views], size)
        columns["shift"] = _in_steps([view.shift.short() for view in views], size)
        columns["hole"] = _in_steps([view.hole.short() for view in views], size)
    return columns


def _in_steps(parts: Sequence[Tensor], batch: int, absent: int = 0) -> Tensor:
    """Parts ``[n, ...]``, each filled up with ``absent``, as ``[steps, batch, ...]``."""
    filled: list[Tensor] = []
    for part in parts:
        filled += [part, part.new_full((-len(part) % batch, *part.shape[1:]), absent)]
    return torch.cat(filled).view(-1, batch, *parts[0].shape[1:])


def _require_samples(samples: Tensor, available: int) -> None:
    # on the host, and the negative ones too: a GPU would end the process, and -1 means nobody
    for sample in (int(samples.min()), int(samples.max())):
        if not 0 <= sample < available:
            raise IndexError(
                f"index {sample} is out of bounds for dimension 0 with size {available}"
            )
