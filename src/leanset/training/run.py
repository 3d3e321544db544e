"""One training: a job goes in, a result comes out."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from leanset.models import build_model
from leanset.seeds import torch_generator
from leanset.training.recipe import Recipe

if TYPE_CHECKING:
    from torch import Tensor

    from leanset.models.base import Network
    from leanset.training.prepared import PreparedImages

_EVALUATION_BATCH = 500


@dataclass(frozen=True)
class Job:
    """One training to be done.

    Attributes:
        key: names the job in its result.
        indices: ``int64 [n]``, the training samples.
        keep_state: whether the result carries the trained weights.
    """

    key: str
    indices: NDArray[np.int64]
    recipe: Recipe
    training_seed: int
    keep_state: bool = False


@dataclass(frozen=True)
class EpochRecord:
    """What was seen while an epoch was trained: mean loss and accuracy of its batches' samples."""

    epoch: int
    loss: float
    accuracy: float


@dataclass(frozen=True)
class RunResult:
    """What a training led to; the final epoch is what was evaluated, once, on the test split.

    Attributes:
        key: the job's.
        failure: why it failed, or None.
        predicted: ``int64 [N_test]``, the class given to each test sample; empty on failure.
        loss: mean cross-entropy on the test split.
        state: the trained weights by name, if the job asked for them.
    """

    key: str
    failure: str | None
    device: str
    threads: int
    concurrency: int
    predicted: NDArray[np.int64]
    loss: float = float("nan")
    steps: int = 0
    samples_seen: int = 0
    seconds_train: float = float("nan")
    seconds_evaluate: float = float("nan")
    history: tuple[EpochRecord, ...] = ()
    state: Mapping[str, NDArray[Any]] | None = None


class DivergedError(ArithmeticError):
    """The loss stopped being a number."""


def attempt(
    prepared: Callable[[], PreparedImages], job: Job, device: str, concurrency: int
) -> RunResult:
    """Train one network; what goes wrong becomes a failed result, so that the others go on."""
    import torch

    try:
        return train_one(prepared(), job, concurrency)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        return failed(job, reason, device, torch.get_num_threads(), concurrency)


def failed(job: Job, reason: str, device: str, threads: int, concurrency: int) -> RunResult:
    """The result of a job that came to nothing."""
    return RunResult(job.key, reason, device, threads, concurrency, np.empty(0, dtype=np.int64))


def train_one(images: PreparedImages, job: Job, concurrency: int) -> RunResult:
    """Train one network and evaluate it. Bit for bit reproducible on one CPU with one thread.

    Raises:
        DivergedError: the loss is NaN or infinite after an epoch or on the test split.
    """
    import torch

    generator = torch_generator(job.training_seed)
    model = build_model(job.recipe.model, images.channels, images.classes, generator)
    model.to(images.device)

    start = time.perf_counter()
    history = tuple(_train(model, images, job, generator))
    trained = time.perf_counter()
    predicted, loss = _evaluate(model, images)
    evaluated = time.perf_counter()
    _require_number(loss, "the test loss is {}")

    return RunResult(
        key=job.key,
        failure=None,
        device=images.device.type,
        threads=torch.get_num_threads(),
        concurrency=concurrency,
        predicted=predicted,
        loss=loss,
        steps=job.recipe.steps(len(job.indices)),
        samples_seen=job.recipe.epochs * len(job.indices),
        seconds_train=trained - start,
        seconds_evaluate=evaluated - trained,
        history=history,
        state=_state(model) if job.keep_state else None,
    )


def _state(model: Network) -> dict[str, NDArray[Any]]:
    return {name: value.cpu().numpy() for name, value in model.state_dict().items()}


def _train(model: Network, images: PreparedImages, job: Job, generator: Any) -> list[EpochRecord]:
    import torch
    from torch.nn.functional import cross_entropy

    recipe = job.recipe
    optimizer = torch.optim.Adam(model.parameters(), lr=recipe.optimizer.learning_rate, fused=True)
    subset = torch.from_numpy(np.asarray(job.indices))
    history = []
    model.train()
    for epoch in range(1, recipe.epochs + 1):
        order = subset[torch.randperm(len(subset), generator=generator)].to(images.device)
        loss_sum = torch.zeros((), dtype=torch.float64, device=images.device)
        right = torch.zeros((), dtype=torch.int64, device=images.device)
        for batch in order.split(recipe.batch_size):
            labels = images.train_labels[batch]
            logits = model(images.normalised(images.train_images[batch]))
            loss = cross_entropy(logits, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            loss_sum += loss.detach() * len(batch)
            right += (logits.detach().argmax(1) == labels).sum()
        mean_loss = float(loss_sum) / len(subset)
        _require_number(mean_loss, f"the training loss is {{}} after epoch {epoch}")
        history.append(EpochRecord(epoch, mean_loss, int(right) / len(subset)))
    return history


def _require_number(loss: float, message: str) -> None:
    if not np.isfinite(loss):
        raise DivergedError(message.format(loss))


def _evaluate(model: Network, images: PreparedImages) -> tuple[NDArray[np.int64], float]:
    import torch
    from torch.nn.functional import cross_entropy

    model.eval()
    predicted: list[Tensor] = []
    loss_sum = 0.0
    with torch.inference_mode():
        for pixels, labels in zip(
            images.test_images.split(_EVALUATION_BATCH),
            images.test_labels.split(_EVALUATION_BATCH),
            strict=True,
        ):
            logits = model(images.normalised(pixels))
            loss_sum += float(cross_entropy(logits.double(), labels, reduction="sum"))
            predicted.append(logits.argmax(1))
    return torch.cat(predicted).cpu().numpy(), loss_sum / len(images.test_labels)
