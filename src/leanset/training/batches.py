"""The feed of a training: everything random that happens in it, drawn on the CPU.

Both ways to train (one network, a stack of them) read the same feed, so on every device the same
seed shows the same samples in the same order, in the same views.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import Generator, Tensor

from leanset.training.job import Job
from leanset.training.prepared import PreparedImages
from leanset.training.recipe.augmentation import Views


@dataclass(frozen=True)
class Batch:
    """Presentations of samples, in order: an epoch, or a stretch of one.

    Attributes:
        samples: ``int64 [n]``, indices into the training split.
        weights: ``float32 [n]``, what each loss counts; None for one each.
        views: how each sample looks; None for as it is.
    """

    samples: Tensor
    weights: Tensor | None
    views: Views | None

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, part: slice) -> Batch:
        return Batch(
            self.samples[part],
            None if self.weights is None else self.weights[part],
            None if self.views is None else self.views[part],
        )

    def split(self, size: int) -> Iterator[Batch]:
        """Stretches of ``size``, the last one perhaps shorter."""
        for start in range(0, len(self), size):
            yield self[start : start + size]

    def to(self, device: torch.device) -> Batch:
        """The same on another device."""
        return Batch(
            self.samples.to(device),
            None if self.weights is None else self.weights.to(device),
            None if self.views is None else self.views.to(device),
        )

    def pixels(self, images: PreparedImages) -> Tensor:
        """The samples as the network sees them, ``float32 [n, C, S, S]``."""
        if self.views is None:
            return images.normalised(images.train_images[self.samples])
        gathered = self.views.of(images.train_images, self.samples)
        return self.views.blanked(images.normalised(gathered))


def epochs(job: Job, images: PreparedImages, generator: Generator) -> Iterator[Batch]:
    """Every epoch of a training, on the CPU; the last one ends with the job's last step."""
    recipe = job.recipe
    subset = torch.from_numpy(np.array(job.indices))
    weights = None if job.loss_weights is None else torch.from_numpy(np.array(job.loss_weights))
    _, height, width = images.shape
    steps_left = job.steps(len(images.train_labels))
    while steps_left > 0:
        positions = job.order.draw(len(subset), generator)
        epoch = Batch(
            samples=subset[positions],
            weights=None if weights is None else weights[positions],
            views=(
                recipe.augmentation.draw(len(positions), height, width, generator)
                if recipe.augmentation.changes_anything
                else None
            ),
        )
        yield epoch[: steps_left * recipe.batch_size]
        steps_left -= recipe.steps_per_epoch(len(epoch))
