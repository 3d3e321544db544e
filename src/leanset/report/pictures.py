"""Pictures of samples, small enough that a page of many of them stays small."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LARGEST = 96
"""Pixels of the longer side of a picture; a larger image is scaled down to it."""

_SMALL = 48
"""Pixels of the longer side up to which a picture is enlarged pixel by pixel."""

_ROOM = 4_000_000
"""Bytes that the pixels of all pictures of a page may take before they are made lossy."""


class Pictures:
    """The images of a split as data URIs; each is made once, and only if it is shown.

    Pictures show the very pixels, as PNG, as long as all that are shown fit into 4 MB without any
    compression; where they do not, they are JPEG, so that a page of thousands stays small.

    Args:
        images: ``uint8 [N, C, H, W]``; only those shown are read.
        showings: how many pictures the page will show, at most.

    Attributes:
        small: whether the images are so small that they are enlarged pixel by pixel.
    """

    def __init__(self, images: NDArray[np.uint8], showings: int) -> None:
        self._images = images
        self._made: dict[int, str] = {}
        channels, height, width = images.shape[1:]
        self.small = max(height, width) <= _SMALL
        scale = min(1.0, LARGEST / max(height, width))
        drawn = 3 if channels == 3 else 1
        self._exact = showings * drawn * height * width * scale**2 <= _ROOM

    def of(self, sample: int) -> str:
        """The data URI of one sample."""
        if sample not in self._made:
            self._made[sample] = self._encoded(sample)
        return self._made[sample]

    def _encoded(self, sample: int) -> str:
        from PIL import Image

        from leanset.figures.pictures import data_uri, picture_of

        picture = picture_of(self._images[sample])
        picture.thumbnail((LARGEST, LARGEST), Image.Resampling.LANCZOS)
        return data_uri(picture, "png" if self._exact else "jpeg")
