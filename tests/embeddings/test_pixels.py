import numpy as np
import pytest
from pydantic import ValidationError

from leanset.embeddings import parse_embedding
from leanset.embeddings.pca import Pca
from leanset.embeddings.pixels import Pixels
from leanset.images import ImageSet


def test_pixels_are_the_bytes_of_each_image_as_one_row() -> None:
    images = np.arange(2 * 3 * 2 * 2, dtype=np.uint8).reshape(2, 3, 2, 2)
    embedding = Pixels(method="pixels").embed(images)
    assert embedding.dtype == np.float32
    assert embedding.tolist() == [list(range(12)), list(range(12, 24))]


def test_pixels_keep_the_whole_scale_of_bytes(digits: ImageSet) -> None:
    embedding = Pixels(method="pixels").embed(digits.train.images)
    assert embedding.shape == (1100, 64)
    assert embedding.min() == 0
    assert embedding.max() == 255


def test_a_block_is_read_by_its_method() -> None:
    assert parse_embedding({"method": "pixels"}) == Pixels(method="pixels")
    assert parse_embedding({"method": "pca", "components": 50}) == Pca(method="pca", components=50)


def test_an_unknown_method_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValidationError, match=r"'pac' found using 'method'.*'pixels', 'pca'"):
        parse_embedding({"method": "pac"})


def test_a_key_of_another_method_is_refused() -> None:
    with pytest.raises(ValidationError, match="there is no key 'components'"):
        parse_embedding({"method": "pixels", "components": 50})
