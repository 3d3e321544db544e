"""The features of proxies as an embedding."""

from typing import Any

import pytest
from pydantic import ValidationError

from leanset.embeddings import NetworkFeatures, Pca, Pixels, parse_embedding


def features(**changes: Any) -> NetworkFeatures:
    return NetworkFeatures.model_validate({"method": "network", "log": "gradients"} | changes)


def test_an_embedding_says_which_log_it_is_read_from() -> None:
    assert features().source_log() == "gradients"
    assert Pixels(method="pixels").source_log() is None
    assert Pca(method="pca", components=2).source_log() is None


def test_it_is_a_method_among_the_others() -> None:
    block = {"method": "network", "log": "gradients", "epoch": 0, "proxies": "shared"}
    assert parse_embedding(block) == features(epoch=0, proxies="shared")
    assert (features().epoch, features().proxies) == (None, "own")


def test_there_is_no_epoch_below_zero() -> None:
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        features(epoch=-1)
