"""An image set made ready for a network: resized once, on the device, still as bytes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import interpolate

from leanset.images import ImageSet, channel_statistics

_RESIZE_BATCH = 4096


@dataclass(frozen=True)
class PreparedImages:
    """Both splits on one device: images ``uint8 [N, C, H, W]``, labels ``int64 [N]``."""

    train_images: Tensor
    train_labels: Tensor
    test_images: Tensor
    test_labels: Tensor
    mean: Tensor
    deviation: Tensor
    classes: int

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


def prepare(images: ImageSet, size: int | None, device: torch.device) -> PreparedImages:
    """Resize both splits to ``size`` × ``size``, if one is given, and put them on the device."""
    mean, deviation = channel_statistics(images.train.images)
    return PreparedImages(
        train_images=_resized(images.train.images, size).to(device),
        train_labels=torch.from_numpy(np.array(images.train.labels)).to(device),
        test_images=_resized(images.test.images, size).to(device),
        test_labels=torch.from_numpy(np.array(images.test.labels)).to(device),
        mean=torch.from_numpy(mean)[:, None, None].to(device),
        deviation=torch.from_numpy(deviation)[:, None, None].to(device),
        classes=images.classes,
    )


def _resized(images: NDArray[np.uint8], size: int | None) -> Tensor:
    """Bilinear, rounded back to bytes, as image libraries resize."""
    pixels = torch.from_numpy(np.array(images))
    if size is None or pixels.shape[-2:] == (size, size):
        return pixels
    return torch.cat(
        [
            interpolate(block.float(), (size, size), mode="bilinear", antialias=True)
            .round_()
            .clamp_(0, 255)
            .to(torch.uint8)
            for block in pixels.split(_RESIZE_BATCH)
        ]
    )
