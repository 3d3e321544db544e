import torch
from hypothesis import given
from hypothesis import strategies as st

from leanset.models import build_model
from leanset.models.base import Network


def mlp(shape: tuple[int, int, int] = (1, 28, 28), classes: int = 10) -> Network:
    return build_model("mlp", shape, classes, torch.Generator().manual_seed(0))


def size(model: Network) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def test_on_mnist_it_is_the_784_100_10_network_of_r2() -> None:
    shapes = [tuple(parameter.shape) for parameter in mlp().parameters()]
    assert shapes == [(100, 784), (100,), (10, 100), (10,)]
    # 784 · 100 + 100 = 78,500 and 100 · 10 + 10 = 1,010
    assert size(mlp()) == 79_510


def test_the_network_is_two_matrices_with_a_sigmoid_between_written_out() -> None:
    model = mlp((2, 3, 4), 5)
    images = torch.randn(6, 2, 3, 4, generator=torch.Generator().manual_seed(1))
    inward, inward_shift, outward, outward_shift = model.parameters()
    with torch.inference_mode():
        hidden = 1 / (1 + torch.exp(-(images.reshape(6, 24) @ inward.T + inward_shift)))
        torch.testing.assert_close(model.features(images), hidden)
        torch.testing.assert_close(model(images), hidden @ outward.T + outward_shift)


@given(
    st.tuples(st.integers(1, 4), st.integers(1, 12), st.integers(1, 12)),
    st.integers(2, 20),
    st.integers(1, 3),
)
def test_any_shape_and_any_number_of_classes_make_a_network(
    shape: tuple[int, int, int], classes: int, batch: int
) -> None:
    model = mlp(shape, classes)
    channels, height, width = shape
    assert size(model) == channels * height * width * 100 + 100 + 101 * classes
    assert model(torch.zeros(batch, *shape)).shape == (batch, classes)
