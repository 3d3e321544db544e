"""Pictures of samples: the very pixels where there is room, never too large, made once."""

import io
from base64 import b64decode

import numpy as np
import pytest
from PIL import Image

from leanset.report.pictures import LARGEST, Pictures
from tests.report.album import pixels


def opened(uri: str) -> Image.Image:
    return Image.open(io.BytesIO(b64decode(uri.partition(",")[2])))


def test_a_small_image_is_shown_as_it_is() -> None:
    images = pixels()
    shown = Pictures(images, 10).of(3)
    assert shown.startswith("data:image/png;base64,")
    np.testing.assert_array_equal(np.asarray(opened(shown)), images[3, 0])


def test_a_large_image_is_scaled_down_in_its_proportions() -> None:
    images = pixels(2, 3, 384, 192)
    assert opened(Pictures(images, 10).of(1)).size == (LARGEST // 2, LARGEST)


# 1,000 pictures of 3 × 32 × 32 bytes are 3.1 MB, 2,000 are 6.1 MB; in grey a third of that
@pytest.mark.parametrize(
    ("channels", "showings", "kind"),
    [(3, 1000, "png"), (3, 2000, "jpeg"), (1, 2000, "png"), (4, 2000, "png")],
)
def test_where_all_pictures_together_are_too_large_they_are_lossy(
    channels: int, showings: int, kind: str
) -> None:
    images = pixels(1, channels, 32, 32)
    assert Pictures(images, showings).of(0).startswith(f"data:image/{kind};base64,")


def test_a_sample_that_is_shown_twice_is_encoded_once() -> None:
    pictures = Pictures(pixels(), 10)
    assert pictures.of(2) is pictures.of(2)


@pytest.mark.parametrize(("side", "small"), [(28, True), (48, True), (49, False)])
def test_only_small_images_are_enlarged_pixel_by_pixel(side: int, small: bool) -> None:
    assert Pictures(pixels(1, 1, side, 20), 1).small == small
