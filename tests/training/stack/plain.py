"""The plain path, in single or double precision: what every lane must agree with."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from leanset.models import build_model
from leanset.models.base import Network
from leanset.models.residual import Residual, convolution_norm, convolution_norm_relu
from leanset.models.scale import Scale
from leanset.seeds import torch_generator
from leanset.training import EpochRecord, Job, Recipe, RunResult
from leanset.training.evaluation import evaluate
from leanset.training.loop import TrainingLoop
from leanset.training.prepared import PreparedImages
from leanset.training.stack.scheduler import train_stacked

ADAM = {"name": "adam", "learning_rate": 0.01}

CPU = torch.device("cpu")


class SmallResNet(Network):
    """Every kind of layer of the residual networks, on few maps: for ten quick steps."""

    input_size = None
    least_size = 4
    stackable = True

    @staticmethod
    def build(shape: tuple[int, int, int], classes: int) -> nn.Sequential:
        channels, _, _ = shape
        return nn.Sequential(
            *convolution_norm_relu(channels, 4), nn.MaxPool2d(2),
            Residual(nn.Sequential(*convolution_norm_relu(4, 4))),
            Residual(
                nn.Sequential(*convolution_norm(4, 20, stride=2)),
                nn.Sequential(*convolution_norm(4, 20, kernel=1, stride=2)),
            ),
            nn.ReLU(), nn.AdaptiveMaxPool2d(1), nn.Flatten(), Scale(0.125),
            nn.Linear(20, classes, bias=False),
        )  # fmt: skip


def doubled(images: PreparedImages) -> PreparedImages:
    """Images that reach the network in double precision."""
    return replace(images, mean=images.mean.double(), deviation=images.deviation.double())


def fewer(images: PreparedImages, test: int = 50) -> PreparedImages:
    """Evaluated on less, so that tests are quick."""
    return replace(
        images, test_images=images.test_images[:test], test_labels=images.test_labels[:test]
    )


def job(key: str = "job", samples: Any = 20, seed: int = 7, **changes: Any) -> Job:
    """A training of a moment; ``changes`` are of the job if it has such a field, or the recipe."""
    of_job = {
        name: changes.pop(name)
        for name in ("order", "loss_weights", "recording", "keep_state")
        if name in changes
    }
    recipe = {"model": "mlp", "optimizer": ADAM, "batch_size": 8, "epochs": 2} | changes
    indices = np.arange(samples) if isinstance(samples, int) else np.asarray(samples)
    return Job(key, indices, Recipe.model_validate(recipe), seed, **{"keep_state": True} | of_job)


@dataclass(frozen=True)
class Plain:
    """What the plain path makes of a job."""

    state: dict[str, Tensor]
    history: tuple[EpochRecord, ...]
    loss: float
    predicted: np.ndarray
    samples_seen: int
    unique_samples: int


def plainly(images: PreparedImages, the_job: Job) -> Plain:
    generator = torch_generator(the_job.training_seed)
    model = build_model(the_job.recipe.model, images.shape, images.classes, generator)
    loop = TrainingLoop(model.to(images.mean.dtype), images, the_job, generator)
    loop.run()
    predicted, loss = evaluate(loop.forward, images)
    return Plain(
        dict(model.state_dict()),
        tuple(loop.history),
        loss,
        predicted,
        loop.samples_seen,
        int(loop.seen.sum()),
    )


def stacked(images: PreparedImages, *jobs: Job, width: Any = 99) -> dict[str, RunResult]:
    results = list(train_stacked(lambda model: images, jobs, CPU, width))  # noqa: ARG005
    by_key = {result.key: result for result in results}
    assert len(results) == len(by_key) == len(jobs)
    return by_key


def assert_agree(result: RunResult, plain: Plain, tolerance: float) -> None:
    """Weights, running statistics, records and answers are the same up to a tolerance."""
    assert result.failure is None
    assert result.state is not None
    assert list(result.state) == list(plain.state)
    for name, value in plain.state.items():
        ours = torch.from_numpy(result.state[name])
        torch.testing.assert_close(ours, value, rtol=tolerance, atol=tolerance, msg=name)
    losses = [record.loss for record in plain.history]
    np.testing.assert_allclose(
        [record.loss for record in result.history], losses, rtol=tolerance, atol=tolerance
    )
    assert [(record.epoch, record.accuracy) for record in result.history] == [
        (record.epoch, record.accuracy) for record in plain.history
    ]
    np.testing.assert_allclose(result.loss, plain.loss, rtol=tolerance, atol=tolerance)
    assert (result.predicted == plain.predicted).all()
    assert result.samples_seen == plain.samples_seen
    assert result.unique_samples == plain.unique_samples
