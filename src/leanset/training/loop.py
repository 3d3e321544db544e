"""The training loop of one network: the plain path, which every other path must agree with."""

from __future__ import annotations

import time

import torch
from torch import Generator

from leanset.models.base import Network
from leanset.training.batches import Batch, epochs
from leanset.training.evaluation import Forward
from leanset.training.flat import FlatParameters
from leanset.training.forward import fastest_forward
from leanset.training.job import EpochRecord, Job, require_number
from leanset.training.log.recording import Recording
from leanset.training.objective import batch_loss
from leanset.training.prepared import PreparedImages


class TrainingLoop:
    """One network on its way through one job.

    Attributes:
        model: the network, in evaluation mode whenever the loop is not inside an epoch.
        forward: what computes its logits.
        history: one record for each epoch done.
        steps: optimiser steps taken.
        samples_seen: presentations so far.
        seen: ``bool [N]``, which training samples were shown.
        seconds_recording: spent on the job's recording, if any.
    """

    def __init__(
        self, model: Network, images: PreparedImages, job: Job, generator: Generator
    ) -> None:
        self.model = model.eval()
        self.forward: Forward = fastest_forward(model, job.recipe.batch_size)
        self.history: list[EpochRecord] = []
        self.steps = 0
        self.samples_seen = 0
        self.seen = torch.zeros(len(images.train_labels), dtype=torch.bool)
        self.seconds_recording = 0.0
        self._images = images
        self._job = job
        self._generator = generator
        self._all_steps = job.steps(len(images.train_labels))
        self._parameters = FlatParameters(model)
        self._optimizer = job.recipe.optimizer.build([self._parameters.vector])

    def run(self) -> None:
        """Do every epoch.

        Raises:
            DivergedError: the loss is NaN or infinite after an epoch.
        """
        recording = self._job.recording
        if recording and recording.at_start:
            self._record(recording, 0)
        for number, epoch in enumerate(epochs(self._job, self._images, self._generator), start=1):
            self.history.append(self._train(number, epoch))
            if recording:
                self._record(recording, number)

    def _record(self, recording: Recording, number: int) -> None:
        start = time.perf_counter()
        recording.write(number, self.model, self.forward, self._images)
        self.seconds_recording += time.perf_counter() - start

    def _train(self, number: int, epoch: Batch) -> EpochRecord:
        device = self._images.device
        loss_sum = torch.zeros((), dtype=torch.float64, device=device)
        right = torch.zeros((), dtype=torch.int64, device=device)
        self.model.train()
        for batch in epoch.to(device).split(self._job.recipe.batch_size):
            loss, correct = self._step(batch)
            loss_sum += loss * len(batch)
            right += correct
        self.model.eval()
        self.seen[epoch.samples] = True
        self.samples_seen += len(epoch)
        mean_loss = float(loss_sum) / len(epoch)
        require_number(mean_loss, f"the training loss is {{}} after epoch {number}")
        return EpochRecord(number, mean_loss, int(right) / len(epoch))

    def _step(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        """One optimiser step; the loss before it, and how many samples were right."""
        recipe = self._job.recipe
        labels = self._images.train_labels[batch.samples]
        logits = self.forward(batch.pixels(self._images))
        loss = batch_loss(logits, labels, batch.weights, recipe.label_smoothing)
        loss.backward()
        self._parameters.gather_gradients()
        for group in self._optimizer.param_groups:
            group["lr"] = recipe.learning_rate(self.steps, self._all_steps)
        self._optimizer.step()
        self.steps += 1
        return loss.detach(), (logits.detach().argmax(1) == labels).sum()
