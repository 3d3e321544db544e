"""A training split of eight samples of three classes to choose pictures from."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from leanset.images import ImageSet, Split
from leanset.report.galleries import Album, album_of

LABELS = np.array([0, 1, 2, 0, 1, 2, 0, 1])
NAMES = ("cat", "dog", "owl")


def pixels(samples: int = 8, channels: int = 1, height: int = 4, width: int = 4) -> Any:
    shape = (samples, channels, height, width)
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def image_set(images: NDArray[np.uint8] | None = None, names: tuple[str, ...] = NAMES) -> ImageSet:
    split = Split.whole(pixels() if images is None else images, LABELS)
    return ImageSet("zoo", names, split, split)


def album(names: tuple[str, ...] = NAMES, **more: Any) -> Album:
    return album_of(image_set(names=names), 100, np.random.default_rng(1), **more)


def mean_p(says: list[int]) -> NDArray[np.float32]:
    """Probabilities by which the proxies say these classes, each with 0.8."""
    return np.where(np.arange(3) == np.array(says)[:, None], 0.8, 0.1).astype(np.float32)
