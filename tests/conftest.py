"""Fixtures that several test files share."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import settings
from sklearn.datasets import load_digits

from leanset.images import ImageSet, Split
from tests.object_store import ObjectStore, object_store

# how long an example takes is the machine's affair, not the suite's; and what is judged here is
# judged by the same examples everywhere (pytest --hypothesis-profile=default looks for new ones)
settings.register_profile("leanset", deadline=None, derandomize=True)
settings.load_profile("leanset")


@pytest.fixture(scope="session")
def digits() -> ImageSet:
    """scikit-learn's real digits, 8×8 on the 0–255 scale: 1,100 to train on, 697 to test on.

    697 is no multiple of any batch size, so a mean of batch means is not the mean.
    """
    bunch = load_digits()
    pixels = np.round(bunch.images * (255 / 16)).astype(np.uint8)[:, None]
    labels = bunch.target.astype(np.int64)
    return ImageSet(
        "digits",
        tuple("0123456789"),
        Split.whole(pixels[:1100], labels[:1100]),
        Split.whole(pixels[1100:], labels[1100:]),
    )


@pytest.fixture(scope="module")
def served() -> Iterator[ObjectStore]:
    """An object store on this machine."""
    with pytest.MonkeyPatch.context() as patched:
        # tests that make it fail for ever need not wait for the fifth time
        patched.setenv("AWS_MAX_ATTEMPTS", "3")
        with object_store() as store:
            yield store


@pytest.fixture
def faulty(served: ObjectStore) -> Iterator[ObjectStore]:
    """The same, and told to fail."""
    yield served
    served.faults.clear()
