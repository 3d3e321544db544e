"""The image set: what every stage shares."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from leanset.errors import LeansetError

_BLOCK = 4096
"""Images counted at once, because counting takes eight bytes for every pixel."""

_FIELDS = ("images", "labels", "rows")


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
        return self._at(np.sort(rng.choice(len(self), size, replace=False)))

    def parted(self, size: int, rng: np.random.Generator) -> tuple[Split, Split]:
        """The rest and a random part of ``size`` samples, each in the order of the source.

        Every sample is equally likely to be in the part, and the part holds of every class its
        proportional share, rounded down or up (systematic sampling of the samples sorted by
        class; Cochran 1977, *Sampling Techniques*, chapter 8).

        Raises:
            LeansetError: ``size`` leaves nothing for the rest.
        """
        if size >= len(self):
            raise LeansetError(
                f"dataset.validation asks for {size} of {len(self)} training samples, which "
                "leaves none to train on.",
                remedy="Lower it, or raise dataset.train_samples if that is set.",
            )
        by_class = np.lexsort((rng.random(len(self)), self.labels))
        # whole numbers, so that the last step cannot be rounded past the last sample
        steps = (np.arange(size) * len(self) + rng.integers(len(self))) // size
        in_part = np.zeros(len(self), dtype=np.bool_)
        in_part[by_class[steps]] = True
        return self._at(np.flatnonzero(~in_part)), self._at(np.flatnonzero(in_part))

    def relabelled(self, labels: NDArray[np.int64]) -> Split:
        """The same samples with other labels, ``int64 [N]``."""
        return replace(self, labels=labels)

    def _at(self, chosen: NDArray[np.int64]) -> Split:
        return Split(self.images[chosen], self.labels[chosen], self.rows[chosen])


@dataclass(frozen=True)
class ImageSet:
    """A labelled image set in splits. A *sample index* is a row of ``train``.

    Attributes:
        name: what people call the set; no part of its content.
        class_names: one for each label from 0.
        train: what is selected from and trained on.
        test: what results are reported on, and nothing is decided on.
        validation: what decisions are made on, where the set has such a split.

    Raises:
        LeansetError: images and labels disagree in number or shape, a label has no class name,
            or a split is empty.
    """

    name: str
    class_names: tuple[str, ...]
    train: Split
    test: Split
    validation: Split | None = None

    def __post_init__(self) -> None:
        for split_name, split in self.splits.items():
            self._check(split_name, split)
            if split.images.shape[1:] != self.train.images.shape[1:]:
                raise LeansetError(
                    f"train images are {self.train.images.shape[1:]} and {split_name} images "
                    f"{split.images.shape[1:]} (channels, height, width).",
                    where=self.name,
                    remedy="All splits need one shape.",
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
    def splits(self) -> dict[str, Split]:
        """The splits that there are, by name."""
        splits = {"train": self.train, "test": self.test}
        return splits if self.validation is None else {**splits, "validation": self.validation}

    @property
    def classes(self) -> int:
        """The number of classes."""
        return len(self.class_names)

    @cached_property
    def hash(self) -> str:
        """SHA-256 over pixels, labels and class names of every split."""
        digest = hashlib.sha256("\0".join(self.class_names).encode())
        for split in self.splits.values():
            digest.update(str(split.images.shape).encode())
            digest.update(split.images.tobytes())
            digest.update(split.labels.tobytes())
        return digest.hexdigest()

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """The set as named arrays, for the store."""
        return {
            f"{split_name}_{field}": getattr(split, field)
            for split_name, split in self.splits.items()
            for field in _FIELDS
        }

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, NDArray[np.generic]], name: str, class_names: tuple[str, ...]
    ) -> ImageSet:
        """The set back from its named arrays."""
        splits = {
            split: Split(*(arrays[f"{split}_{field}"] for field in _FIELDS))  # type: ignore[arg-type]
            for split in ("train", "test", "validation")
            if split != "validation" or "validation_images" in arrays
        }
        return cls(name, class_names, **splits)

    def judged_on_validation(self) -> ImageSet:
        """The set with its validation split in the place of the test split, which it lacks.

        What trains on it and evaluates on its ``test`` decides without touching the test split.

        Raises:
            LeansetError: there is no validation split.
        """
        if self.validation is None:
            raise LeansetError(
                "there is no validation split to decide on.",
                where=self.name,
                remedy="Set dataset.validation to the number or fraction of samples to hold back.",
            )
        return ImageSet(self.name, self.class_names, self.train, self.validation)


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
