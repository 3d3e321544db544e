import pytest
import torch
from torch import nn

from leanset.training.flat import FlatParameters


def network() -> nn.Sequential:
    torch_layers = nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 1, bias=False))
    with torch.no_grad():
        for place, parameter in enumerate(torch_layers.parameters()):
            parameter.copy_(torch.arange(parameter.numel()).view_as(parameter) + 10 * place)
    return torch_layers


def test_the_vector_holds_the_parameters_in_order() -> None:
    assert FlatParameters(network()).vector.tolist() == [0, 1, 2, 3, 4, 5, 10, 11, 20, 21]


def test_what_is_done_to_the_vector_is_done_to_the_parameters() -> None:
    layers = network()
    flat = FlatParameters(layers)
    with torch.no_grad():
        flat.vector.mul_(-1)
    assert layers[0].weight.tolist() == [[0, -1, -2], [-3, -4, -5]]
    assert layers[2].weight.tolist() == [[-20, -21]]


def test_gradients_move_to_the_vector_and_do_not_add_up() -> None:
    layers = network()
    flat = FlatParameters(layers)
    for _ in range(2):
        layers(torch.tensor([[1.0, 0.0, 2.0]])).sum().backward()
        flat.gather_gradients()
    # hidden = (0·1 + 2·2 + 10, 3·1 + 5·2 + 11) = (14, 24); out = 20·14 + 21·24
    assert flat.vector.grad is not None
    assert flat.vector.grad.tolist() == [20, 0, 40, 21, 0, 42, 20, 21, 14, 24]
    assert all(parameter.grad is None for parameter in layers.parameters())


def test_an_optimiser_of_the_vector_does_what_one_of_the_parameters_does() -> None:
    apart, together = network(), network()
    flat = FlatParameters(together)
    one = torch.optim.Adam(apart.parameters(), lr=0.1)
    other = torch.optim.Adam([flat.vector], lr=0.1, fused=True)
    images = torch.tensor([[0.5, -1.0, 2.0], [1.0, 1.0, 1.0]])
    for _ in range(5):
        one.zero_grad()
        apart(images).square().mean().backward()
        one.step()
        together(images).square().mean().backward()
        flat.gather_gradients()
        other.step()
    for expected, got in zip(apart.parameters(), together.parameters(), strict=True):
        torch.testing.assert_close(got, expected, rtol=1e-5, atol=1e-6)


def test_a_parameter_that_the_loss_does_not_depend_on_is_an_error() -> None:
    layers = network()
    flat = FlatParameters(layers)
    layers[0](torch.ones(1, 3)).sum().backward()
    with pytest.raises(RuntimeError, match="a parameter has no gradient"):
        flat.gather_gradients()
