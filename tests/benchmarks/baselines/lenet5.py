"""The network that every baseline trains, with torch's default initial weights."""

from torch import nn


def lenet5() -> nn.Sequential:
    """LeNet-5 with batch norm, ReLU and max-pool: ``[B, 1, 32, 32]`` to logits ``[B, 10]``."""
    return nn.Sequential(
        nn.Conv2d(1, 6, 5),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120),
        nn.ReLU(),
        nn.Linear(120, 84),
        nn.ReLU(),
        nn.Linear(84, 10),
    )
