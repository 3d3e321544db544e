import numpy as np
import pytest

from leanset.coverage import last_layer
from leanset.coverage.last_layer import LastLayerGradients
from leanset.training.log.snapshot import Snapshot
from tests.coverage.gradients import said, written_out


@pytest.fixture(params=[2**20, 8], ids=["one block", "a sample a block"])
def _blocks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(last_layer, "_BLOCK", request.param)


def test_a_gradient_is_the_outer_product_of_errors_and_features_and_one() -> None:
    # p - y = (0.5, -0.5), h = (2, 3): weights (1, 1.5), (-1, -1.5) and biases 0.5, -0.5
    one = Snapshot(
        np.array([1]), np.array([[[0.5, -0.5]]], np.float32), np.array([[[2, 3]]], np.float32)
    )
    gradients = LastLayerGradients.of(one)
    assert gradients.total().tolist() == [[[1.0, 1.5, 0.5], [-1.0, -1.5, -0.5]]]
    # its square length is (0.25 + 0.25) (4 + 9 + 1) = 7
    assert gradients.norms() == pytest.approx([7**0.5])
    assert gradients.gram(np.array([0]), np.array([0])) == pytest.approx(7)


@pytest.mark.usefixtures("_blocks")
@pytest.mark.parametrize("proxies", [1, 3])
def test_sums_and_products_are_those_of_gradients_written_out(proxies: int) -> None:
    seen = said(7, proxies=proxies)
    explicit, gradients = written_out(seen), LastLayerGradients.of(seen)
    rng = np.random.default_rng(1)
    direction, weights = rng.normal(size=gradients.shape), rng.random(7)
    some, others = np.array([5, 0, 2]), np.array([1, 5, 6, 3])

    assert gradients.norms() == pytest.approx(np.linalg.norm(explicit, axis=1))
    assert gradients.total().ravel() == pytest.approx(explicit.sum(axis=0))
    assert gradients.total(weights).ravel() == pytest.approx(weights @ explicit)
    assert gradients.total(indices=some).ravel() == pytest.approx(explicit[some].sum(axis=0))
    assert gradients.total(weights[:3], some).ravel() == pytest.approx(weights[:3] @ explicit[some])
    assert gradients.along(direction) == pytest.approx(explicit @ direction.ravel())
    assert gradients.gram(some, others) == pytest.approx(explicit[some] @ explicit[others].T)
    assert (gradients.at(some).errors == seen.errors[:, some]).all()


def test_products_have_the_precision_of_the_direction() -> None:
    gradients = LastLayerGradients.of(said(5))
    direction = np.random.default_rng(0).normal(size=gradients.shape)
    exact, single = gradients.along(direction), gradients.along(direction.astype(np.float32))
    assert (exact.dtype, single.dtype) == (np.float64, np.float32)
    assert single == pytest.approx(exact, abs=1e-5)
    assert (single != exact).any()


def test_nothing_sums_to_nothing() -> None:
    gradients = LastLayerGradients.of(said(5))
    none = np.empty(0, dtype=np.int64)
    assert not gradients.total(np.empty(0), none).any()
    assert gradients.gram(np.array([1]), none).shape == (1, 0)


def test_arrays_mapped_read_only_from_disk_are_taken_as_they_are() -> None:
    seen = said(5)
    expected = LastLayerGradients.of(seen).total()
    for array in (seen.errors, seen.features):
        array.flags.writeable = False
    gradients = LastLayerGradients.of(seen)
    direction = expected.astype(np.float32)
    direction.flags.writeable = False
    assert (gradients.total() == expected).all()
    assert gradients.along(direction).shape == (5,)
