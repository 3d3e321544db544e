"""An image set made ready for a network: resized once, on the device, still as bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import interpolate

from leanset.images import ImageSet, Split, channel_statistics

_RESIZE_BATCH = 4096


@dataclass(frozen=True)
class PreparedImages:
    """Both splits on one device: images ``uint8 [N, C, H, W]``, labels ``int64 [N]``.

    Attributes:
        validation: the split that is neither trained nor tested on, where there is one, as it was
            read: few trainings look at it, and all of them would have to hold it.
    """

    train_images: Tensor
    train_labels: Tensor
    test_images: Tensor
    test_labels: Tensor
    mean: Tensor
    deviation: Tensor
    classes: int
    validation: Split | None = None

    @property
    def device(self) -> torch.device:
        """Where the images are."""
        return self.train_images.device

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height and width of an image."""
        channels, height, width = self.train_images.shape[1:]
        return channels, height, width

    def normalised(self, pixels: Tensor) -> Tensor:
        """Bytes to the type of ``mean`` with the mean and deviation of the whole training split."""
        return pixels.to(self.mean.dtype).sub_(self.mean).div_(self.deviation)

    def train_batches(self, size: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Images and labels of the training split, in order."""
        yield from zip(self.train_images.split(size), self.train_labels.split(size), strict=True)

    def validation_batches(self, size: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Images and labels of the validation split, in order, made ready as they are asked for.

        Raises:
            ValueError: there is no such split.
        """
        if self.validation is None:
            raise ValueError("there is no validation split")
        _, height, width = self.shape
        for start in range(0, len(self.validation), size):
            batch = slice(start, start + size)
            labels = torch.from_numpy(np.array(self.validation.labels[batch]))
            pixels = _resized(self.validation.images[batch], (height, width))
            yield pixels.to(self.device), labels.to(self.device)


def prepare(images: ImageSet, size: int | None, device: torch.device) -> PreparedImages:
    """Resize both splits to ``size`` × ``size``, if one is given, and put them on the device."""
    mean, deviation = channel_statistics(images.train.images)
    height, width = images.train.images.shape[2:]
    side = (size or height, size or width)
    return PreparedImages(
        train_images=_resized(images.train.images, side).to(device),
        train_labels=torch.from_numpy(np.array(images.train.labels)).to(device),
        test_images=_resized(images.test.images, side).to(device),
        test_labels=torch.from_numpy(np.array(images.test.labels)).to(device),
        mean=torch.from_numpy(mean)[:, None, None].to(device),
        deviation=torch.from_numpy(deviation)[:, None, None].to(device),
        classes=images.classes,
        validation=images.validation,
    )


def _resized(images: NDArray[np.uint8], side: tuple[int, int]) -> Tensor:
    """Bilinear, rounded back to bytes, as image libraries resize."""
    pixels = torch.from_numpy(np.array(images))
    if pixels.shape[-2:] == side:
        return pixels
    return torch.cat(
        [
            interpolate(block.float(), side, mode="bilinear", antialias=True)
            .round_()
            .clamp_(0, 255)
            .to(torch.uint8)
            for block in pixels.split(_RESIZE_BATCH)
        ]
    )
