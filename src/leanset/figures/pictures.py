"""Images as pictures within a page."""

from __future__ import annotations

import io
from base64 import b64encode
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from PIL import Image

_ENCODING: dict[str, dict[str, Any]] = {"png": {"optimize": True}, "jpeg": {"quality": 85}}


def picture_of(image: NDArray[np.uint8]) -> Image.Image:
    """An image ``uint8 [C, H, W]`` as a picture: one channel in grey, three in colour.

    Of any other number of channels the first is shown.
    """
    from PIL import Image

    pixels = image.transpose(1, 2, 0) if len(image) == 3 else image[0]
    return Image.fromarray(np.ascontiguousarray(pixels))


def data_uri(picture: Image.Image, kind: Literal["png", "jpeg"] = "png") -> str:
    """A picture as text that stands where the address of a file would.

    Args:
        picture: grey or in colour.
        kind: ``png`` keeps every pixel as it is, ``jpeg`` takes a fraction of the room.
    """
    encoded = io.BytesIO()
    picture.save(encoded, kind, **_ENCODING[kind])
    return f"data:image/{kind};base64,{b64encode(encoded.getvalue()).decode()}"
