"""Fixtures of the stacked path: digits at the size of each network, little to evaluate."""

import pytest

from leanset.images import ImageSet
from leanset.models import MODELS
from leanset.training.prepared import PreparedImages, prepare

from .plain import CPU, SmallResNet, doubled, fewer


@pytest.fixture(autouse=True)
def _reproducibly(one_thread: None) -> None:
    """Every test here trains."""


@pytest.fixture
def small_resnet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Puts a small residual network where the large one is."""
    monkeypatch.setitem(MODELS, "resnet9", f"{SmallResNet.__module__}:{SmallResNet.__name__}")


@pytest.fixture(scope="session")
def small(digits: ImageSet) -> PreparedImages:
    """8×8 pixels."""
    return fewer(prepare(digits, None, CPU))


@pytest.fixture(scope="session")
def small_double(small: PreparedImages) -> PreparedImages:
    return doubled(small)


@pytest.fixture(scope="session")
def sixteen(digits: ImageSet) -> PreparedImages:
    """16×16 pixels, the least that lenet5 takes."""
    return fewer(prepare(digits, 16, CPU))


@pytest.fixture(scope="session")
def sixteen_double(sixteen: PreparedImages) -> PreparedImages:
    return doubled(sixteen)
