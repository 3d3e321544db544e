"""Images within a page."""

import io
from base64 import b64decode

import numpy as np
import pytest
from PIL import Image

from leanset.figures.pictures import data_uri, picture_of


@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (2, "L"), (3, "RGB"), (4, "L")])
def test_three_channels_are_colour_and_of_any_other_number_the_first_is_grey(
    channels: int, mode: str
) -> None:
    image = np.random.default_rng(0).integers(0, 256, (channels, 3, 5), dtype=np.uint8)
    picture = picture_of(image)
    assert (picture.mode, picture.size) == (mode, (5, 3))
    expected = image.transpose(1, 2, 0) if channels == 3 else image[0]
    np.testing.assert_array_equal(np.asarray(picture), expected)


def test_a_png_holds_every_pixel_and_a_jpeg_takes_less_room() -> None:
    # a smooth ramp with a little noise, as photographs are
    ramp = np.linspace(0, 200, 64)[:, None] + np.random.default_rng(0).normal(0, 5, (64, 64))
    picture = Image.fromarray(ramp.clip(0, 255).astype(np.uint8))
    exact, lossy = data_uri(picture), data_uri(picture, "jpeg")
    assert exact.startswith("data:image/png;base64,")
    assert lossy.startswith("data:image/jpeg;base64,")
    back = Image.open(io.BytesIO(b64decode(exact.partition(",")[2])))
    np.testing.assert_array_equal(np.asarray(back), np.asarray(picture))
    assert len(lossy) < len(exact)
