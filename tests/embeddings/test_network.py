"""Features of proxies side by side."""

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from leanset.embeddings import NetworkFeatures, Pca, Pixels, parse_embedding


def features(**changes: Any) -> NetworkFeatures:
    return NetworkFeatures.model_validate({"method": "network", "log": "gradients"} | changes)


def test_each_sample_has_the_features_of_one_proxy_after_those_of_another() -> None:
    # two proxies, three samples, two features: proxy · 100 + sample · 10 + feature
    seen = np.array(
        [[[0, 1], [10, 11], [20, 21]], [[100, 101], [110, 111], [120, 121]]], dtype=np.float32
    )
    values = features().side_by_side(seen)
    assert values.dtype == np.float32
    assert values.tolist() == [[0, 1, 100, 101], [10, 11, 110, 111], [20, 21, 120, 121]]


def test_those_of_one_proxy_are_its_features() -> None:
    seen = np.random.default_rng(0).random((1, 5, 3), dtype=np.float32)
    assert features().side_by_side(seen).tolist() == seen[0].tolist()


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
