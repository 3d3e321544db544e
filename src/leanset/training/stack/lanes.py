"""A stack: many networks side by side on one device, a lane each, and the step they take."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import torch
from torch import Tensor

from leanset.models.base import Network
from leanset.training.batches import Batch
from leanset.training.job import EpochRecord, require_number
from leanset.training.objective import sample_losses
from leanset.training.prepared import PreparedImages
from leanset.training.stack.feed import Course, Feed, Feeds, views_of
from leanset.training.stack.kind import Kind
from leanset.training.stack.layers import Weights, apply
from leanset.training.stack.normalisation import Presence
from leanset.training.stack.optimizers import STACKED
from leanset.training.stack.rows import Rows

_LAYERS = "layers"


class Stack:
    """The lanes of one kind of training, on tensors that stay where they are.

    So a step is nothing but work on the device, the same each time, which can be captured once
    and replayed. Lanes never meet: what one of them computes does not depend on the others.

    Attributes:
        width: how many lanes there are.
        capacity: how many steps the longest feed may have.
        losses: ``[R, capacity + 1]``, the loss of each step's batch times its size.
        right: ``int32 [R, capacity + 1]``, how many samples of the batch were right.
    """

    def __init__(
        self,
        pattern: Network,
        images: PreparedImages,
        kind: Kind,
        *,
        width: int,
        capacity: int,
    ) -> None:
        device, dtype = images.device, images.mean.dtype
        optimizer = kind.recipe.optimizer
        statistics = {
            name: value for name, value in pattern.named_buffers() if value.is_floating_point()
        }
        self.width, self.capacity = width, capacity
        self._pattern, self._images, self._recipe = pattern, images, kind.recipe
        self._feeds = Feeds(kind, width, capacity, device)
        self._parameters = Rows(dict(pattern.named_parameters()), width, dtype, device)
        self._statistics = Rows(statistics, width, dtype, device)
        self._optimizer = STACKED[type(optimizer)](self._parameters.flat, optimizer)
        self._gradients = torch.zeros_like(self._parameters.flat)
        self._leaves = {
            name: part.detach().requires_grad_() for name, part in self._parameters.named.items()
        }
        self._steps = torch.full((width,), capacity, device=device)
        self.losses = torch.zeros(width, capacity + 1, dtype=dtype, device=device)
        self.right = torch.zeros(width, capacity + 1, dtype=torch.int32, device=device)

    @property
    def moving(self) -> tuple[Tensor, ...]:
        """Everything that a step changes and a later one reads, a row for each lane."""
        return (
            self._parameters.flat,
            self._statistics.flat,
            *self._optimizer.state,
            self._steps,
            self.losses,
            self.right,
        )

    @property
    def rows(self) -> tuple[Tensor, ...]:
        """Everything that lanes are made of, a row for each."""
        return (*self.moving, *self._feeds.columns.values())

    def put(self, lane: int, network: Network, feed: Feed) -> None:
        """Start a lane with a network's weights and a feed."""
        state = network.state_dict()
        self._parameters.put(lane, state)
        self._statistics.put(lane, state)
        self._optimizer.forget(lane)
        self._feeds.put(lane, feed)
        self._steps[lane] = 0

    def rest(self, lane: int) -> None:
        """Let a lane idle from now on."""
        self._steps[lane] = self.capacity

    def load(self, lane: int, network: Network, steps: int) -> None:
        """Give a plain network the weights of a lane that has taken ``steps`` steps."""
        state: Mapping[str, Tensor] = self._parameters.of(lane) | self._statistics.of(lane)
        for name, value in network.state_dict().items():
            if name in state:
                value.copy_(state[name])
            else:
                value.fill_(steps)

    def history(self, lane: int, course: Course, steps: int) -> tuple[EpochRecord, ...]:
        """What was seen in the epochs that have ended after so many steps.

        Raises:
            DivergedError: the loss is NaN or infinite after one of them.
        """
        losses, right = self.losses[lane, :steps].tolist(), self.right[lane, :steps].tolist()
        records: list[EpochRecord] = []
        for number, (shown, (start, end)) in enumerate(
            zip(course.epochs, pairwise((0, *course.epoch_ends)), strict=True), start=1
        ):
            if end > steps:
                break
            loss = sum(losses[start:end]) / shown
            require_number(loss, f"the training loss is {{}} after epoch {number}")
            records.append(EpochRecord(number, loss, sum(right[start:end]) / shown))
        return tuple(records)

    def step(self) -> None:
        """One optimiser step of every lane that is not idle, without waiting for the device."""
        now = self._feeds.at(self._steps)
        present = now["samples"] >= 0
        presence = Presence.of(present, self._parameters.flat.dtype)
        samples = now["samples"].clamp(min=0).flatten().long()
        batch = Batch(samples, None, views_of(now, self._recipe.augmentation.cutout))
        labels = self._images.train_labels[samples]
        pixels = batch.pixels(self._images)
        logits = self._forward(pixels.view(*present.shape, *pixels.shape[1:]), presence)
        weights = now["weights"].flatten() if "weights" in now else None
        losses = sample_losses(logits.flatten(0, 1), labels, weights, self._recipe.label_smoothing)
        of_lane = (losses.view_as(present) * presence.share).sum(1)
        # lanes share nothing, so the gradient of the sum is each lane's own
        gradients = torch.autograd.grad(of_lane.sum(), list(self._leaves.values()))
        torch.cat([part.flatten(1) for part in gradients], dim=1, out=self._gradients)
        self._optimizer.step(self._gradients, now["rates"][:, None], self._steps[:, None] + 1)
        with torch.no_grad():
            right = (logits.argmax(2).flatten() == labels).view_as(present) & present
            self._record(self.losses, of_lane[:, None] * presence.sizes)
            self._record(self.right, right.sum(1, keepdim=True, dtype=torch.int32))
            self._steps.add_(1).clamp_(max=self.capacity)

    def _forward(self, pixels: Tensor, presence: Presence) -> Tensor:
        """Logits ``[R, B, classes]`` in training mode."""
        weights = Weights({**self._leaves, **self._statistics.named}, presence)
        return apply(self._pattern.layers, _LAYERS, pixels, weights)

    def _record(self, records: Tensor, values: Tensor) -> None:
        records.scatter_(1, self._steps[:, None], values)
