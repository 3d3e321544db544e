"""Baseline (a), as the source experiment trains: a DataLoader that prepares every sample anew.

It resizes with PIL through torchvision, which the project does not install; ``interpolate`` does
the same on a tensor, in less time, so the baseline is if anything too fast.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import interpolate
from torch.utils.data import DataLoader, Dataset, Subset

from tests.benchmarks.baselines import BATCH_SIZE, EPOCHS, LEARNING_RATE
from tests.benchmarks.baselines.lenet5 import lenet5

TRAIN_STATISTICS = (0.1307, 0.3081)
TEST_STATISTICS = (0.1325, 0.3105)
"""Mean and deviation of MNIST's splits; the source experiment normalises each by its own."""


class ResizedImages(Dataset[tuple[Tensor, Tensor]]):
    """Images ``uint8 [N, 1, H, W]``, each resized and normalised when it is asked for."""

    def __init__(
        self,
        images: NDArray[np.uint8],
        labels: NDArray[np.int64],
        statistics: tuple[float, float],
    ) -> None:
        self.images = torch.tensor(images)
        self.labels = torch.tensor(labels)
        self.mean, self.deviation = statistics

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        image = self.images[index].float() / 255
        image = interpolate(image[None], (32, 32), mode="bilinear", antialias=True)[0]
        return (image - self.mean) / self.deviation, self.labels[index]


def train_and_evaluate(
    train: ResizedImages, test: ResizedImages, indices: NDArray[np.int64], seed: int
) -> float:
    """The test accuracy of one network trained on the samples ``indices`` of ``train``."""
    torch.manual_seed(seed)
    model = lenet5()
    loss_function = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE)

    model.train()
    subset = Subset(train, indices.tolist())
    loader = DataLoader(subset, batch_size=BATCH_SIZE, shuffle=True)
    for _ in range(EPOCHS):
        for images, labels in loader:
            loss = loss_function(model(images), labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

    model.eval()
    right = 0
    with torch.no_grad():
        for images, labels in DataLoader(test, batch_size=BATCH_SIZE):
            right += (model(images).argmax(1) == labels).sum().item()
    return right / len(test)
