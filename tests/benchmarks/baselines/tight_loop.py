"""Baseline (b), what a careful hand writes: prepared tensors, index batches, nothing between."""

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import cross_entropy, interpolate

from tests.benchmarks.baselines import BATCH_SIZE, EPOCHS, LEARNING_RATE
from tests.benchmarks.baselines.lenet5 import lenet5

# of 64, 250, 500, 1000 and 2000 the fastest on two cores, with one thread and with two
EVALUATION_BATCH = 500


class Prepared(NamedTuple):
    """Both splits: images ``float32 [N, 1, 32, 32]``, labels ``int64 [N]``, on one device."""

    train_images: Tensor
    train_labels: Tensor
    test_images: Tensor
    test_labels: Tensor

    def to(self, device: str) -> "Prepared":
        """The same on another device."""
        return Prepared(*(tensor.to(device) for tensor in self))


def prepare(
    train_images: NDArray[np.uint8],
    train_labels: NDArray[np.int64],
    test_images: NDArray[np.uint8],
    test_labels: NDArray[np.int64],
) -> Prepared:
    """Resize every image once, and normalise it with the figures of the training images."""
    train, test = (
        interpolate(torch.tensor(images).float() / 255, (32, 32), mode="bilinear", antialias=True)
        for images in (train_images, test_images)
    )
    mean, deviation = train.mean(), train.std()
    return Prepared(
        (train - mean) / deviation,
        torch.tensor(train_labels),
        (test - mean) / deviation,
        torch.tensor(test_labels),
    )


def train_and_evaluate(data: Prepared, indices: NDArray[np.int64], seed: int) -> float:
    """The test accuracy of one network trained on the training samples ``indices``."""
    torch.manual_seed(seed)
    device = data.train_images.device
    images = data.train_images[torch.tensor(indices, device=device)]
    labels = data.train_labels[torch.tensor(indices, device=device)]
    model = lenet5().to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)

    model.train()
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(labels), device=device).split(BATCH_SIZE):
            loss = cross_entropy(model(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    model.eval()
    with torch.inference_mode():
        predicted = torch.cat(
            [model(part).argmax(1) for part in data.test_images.split(EVALUATION_BATCH)]
        )
    return (predicted == data.test_labels).float().mean().item()
