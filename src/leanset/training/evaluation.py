"""What a trained network says of the test split."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import cross_entropy

from leanset.training.prepared import PreparedImages

_BATCH = {"cpu": 500, "cuda": 5000}

Forward = Callable[[Tensor], Tensor]


def evaluation_batch(device: torch.device) -> int:
    """Images shown at once: few on a CPU, for its cache; many on a GPU, which idles in between."""
    return _BATCH[device.type]


def evaluate(forward: Forward, images: PreparedImages) -> tuple[NDArray[np.int64], float]:
    """The class given to each test sample, and the mean cross-entropy.

    ``forward`` is a network in evaluation mode: images ``float32 [B, C, S, S]`` to logits.
    """
    predicted: list[Tensor] = []
    loss_sum = 0.0
    size = evaluation_batch(images.device)
    with torch.inference_mode():
        for pixels, labels in zip(
            images.test_images.split(size),
            images.test_labels.split(size),
            strict=True,
        ):
            logits = forward(images.normalised(pixels))
            loss_sum += float(cross_entropy(logits.double(), labels, reduction="sum"))
            predicted.append(logits.argmax(1))
    return torch.cat(predicted).cpu().numpy(), loss_sum / len(images.test_labels)
