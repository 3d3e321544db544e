import torch
from torch import nn

from leanset.models.residual import Residual, convolution_norm, convolution_norm_relu


def test_without_a_shortcut_the_input_itself_is_added() -> None:
    halves = torch.full((1, 2, 3, 3), -0.5)
    assert (Residual(nn.Sequential(nn.ReLU()))(halves) == -0.5).all()


def test_a_shortcut_is_added_in_place_of_the_input() -> None:
    body, shortcut = nn.Sequential(nn.Conv2d(2, 3, 1)), nn.Sequential(nn.Conv2d(2, 3, 1))
    maps = torch.rand(2, 2, 4, 4, generator=torch.Generator().manual_seed(0))
    assert torch.equal(Residual(body, shortcut)(maps), body(maps) + shortcut(maps))


def test_a_convolution_keeps_the_image_and_a_stride_of_two_halves_it_rounding_up() -> None:
    maps = torch.zeros(1, 2, 7, 4)
    for kernel in (1, 3):
        assert nn.Sequential(*convolution_norm(2, 5, kernel=kernel))(maps).shape == (1, 5, 7, 4)
        strided = nn.Sequential(*convolution_norm(2, 5, kernel=kernel, stride=2))
        assert strided(maps).shape == (1, 5, 4, 2)


def test_only_the_norm_shifts_and_a_relu_follows_where_one_is_named() -> None:
    convolution, norm, relu = convolution_norm_relu(2, 5)
    assert [list(dict(layer.named_parameters())) for layer in (convolution, norm)] == [
        ["weight"],
        ["weight", "bias"],
    ]
    assert isinstance(relu, nn.ReLU)
    assert [type(layer) for layer in convolution_norm(2, 5)] == [nn.Conv2d, nn.BatchNorm2d]
