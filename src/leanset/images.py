"""The image set: what every stage shares."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from leanset.errors import LeansetError

_BLOCK = 4096
"""Images counted at once, because counting takes eight bytes for every pixel."""


@dataclass(frozen=True)
class Split:
    """One split of an image set.

    Attributes:
        images: ``uint8 [N, C, H, W]``.
        labels: ``int64 [N]``, indices into the set's class names.
        rows: ``int64 [N]``, the row of each sample in the file it was read from.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    rows: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)

    @classmethod
    def whole(cls, images: NDArray[np.uint8], labels: NDArray[np.int64]) -> Split:
        """A split that holds every row of its source, in order."""
        return cls(images, labels, np.arange(len(labels), dtype=np.int64))

    def sampled(self, size: int, rng: np.random.Generator) -> Split:
        """A random sample without replacement, in the order of the source.

        Raises:
            LeansetError: ``size`` is above the number of samples.
        """
        if size > len(self):
            raise LeansetError(
                f"dataset.train_samples asks for {size} of {len(self)} training samples.",
                remedy="Lower it, or leave it out to use them all.",
            )
        chosen = np.sort(rng.choice(len(self), size, replace=False))
        return Split(self.images[chosen], self.labels[chosen], self.rows[chosen])


@dataclass(frozen=True)
class ImageSet:
    """A labelled image set, split into train and test. A *sample index* is a row of ``train``.

    Raises:
        LeansetError: images and labels disagree in number or shape, a label has no class name,
            or a split is empty.
    """

    name: str
    class_names: tuple[str, ...]
    train: Split
    test: Split

    def __post_init__(self) -> None:
        for split_name, split in (("train", self.train), ("test", self.test)):
            self._check(split_name, split)
        if self.train.images.shape[1:] != self.test.images.shape[1:]:
            raise LeansetError(
                f"train images are {self.train.images.shape[1:]} and test images "
                f"{self.test.images.shape[1:]} (channels, height, width).",
                where=self.name,
                remedy="Both splits need one shape.",
            )

    def _check(self, split_name: str, split: Split) -> None:
        where = f"{self.name}, {split_name} split"
        if len(split.images) != len(split.labels):
            raise LeansetError(
                f"{len(split.images)} images but {len(split.labels)} labels.",
                where=where,
                remedy="Use an image file and a label file that belong together.",
            )
        if len(split) == 0:
            raise LeansetError("there are no samples.", where=where)
        lowest, highest = int(split.labels.min()), int(split.labels.max())
        if lowest < 0 or highest >= len(self.class_names):
            raise LeansetError(
                f"labels run from {lowest} to {highest}, but dataset.class_names names "
                f"{len(self.class_names)} classes.",
                where=where,
                remedy="Name every class, in the order of the labels.",
            )

    @property
    def classes(self) -> int:
        """The number of classes."""
        return len(self.class_names)

    @cached_property
    def hash(self) -> str:
        """SHA-256 over pixels, labels and class names of both splits."""
        digest = hashlib.sha256("\0".join(self.class_names).encode())
        for split in (self.train, self.test):
            digest.update(str(split.images.shape).encode())
            digest.update(split.images.tobytes())
            digest.update(split.labels.tobytes())
        return digest.hexdigest()

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """The set as named arrays, for the store."""
        return {
            f"{split_name}_{field}": getattr(split, field)
            for split_name, split in (("train", self.train), ("test", self.test))
            for field in ("images", "labels", "rows")
        }

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, NDArray[np.generic]], name: str, class_names: tuple[str, ...]
    ) -> ImageSet:
        """The set back from its named arrays."""
        train, test = (
            Split(*(arrays[f"{split}_{field}"] for field in ("images", "labels", "rows")))  # type: ignore[arg-type]
            for split in ("train", "test")
        )
        return cls(name, class_names, train, test)


def channel_statistics(
    images: NDArray[np.uint8],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean and standard deviation of each channel, on the 0–255 scale, ``float32 [C]`` each.

    Computed exactly from the histogram of the pixels; a constant channel has deviation 1.
    """
    levels = np.arange(256)
    means, deviations = [], []
    for channel in range(images.shape[1]):
        histogram = np.zeros(256, dtype=np.int64)
        for start in range(0, len(images), _BLOCK):
            block = images[start : start + _BLOCK, channel]
            histogram += np.bincount(block.ravel(), minlength=256)
        mean = (histogram * levels).sum() / histogram.sum()
        variance = (histogram * (levels - mean) ** 2).sum() / histogram.sum()
        means.append(mean)
        deviations.append(np.sqrt(variance) or 1.0)
    return np.array(means, dtype=np.float32), np.array(deviations, dtype=np.float32)
