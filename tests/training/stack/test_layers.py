from collections.abc import Sequence

import pytest
import torch
from torch import Tensor, nn

from leanset.models.residual import Residual
from leanset.models.scale import Scale
from leanset.training.stack.layers import Weights, apply
from leanset.training.stack.normalisation import Presence

LANES, BATCH, CHANNELS = 3, 4, 2

MAPS = (CHANNELS, 7, 6)
"""A shape whose height and width differ, so that they cannot be mixed up."""

LAYERS = {
    "convolution": (nn.Conv2d(2, 3, 3), MAPS),
    "convolution without bias": (nn.Conv2d(2, 3, 3, bias=False), MAPS),
    "convolution with padding": (nn.Conv2d(2, 3, 3, padding=1), MAPS),
    "convolution with stride": (nn.Conv2d(2, 3, 3, stride=2, padding=1), MAPS),
    "oblong convolution": (nn.Conv2d(2, 3, (3, 2), stride=(2, 1), padding=(0, 1)), MAPS),
    "dilated convolution": (nn.Conv2d(2, 3, 2, dilation=2), MAPS),
    "1×1 convolution with stride": (nn.Conv2d(2, 5, 1, stride=2, bias=False), MAPS),
    "convolution of more maps than places": (nn.Conv2d(2, 50, 3), MAPS),
    "convolution that leaves one place": (nn.Conv2d(2, 4, (7, 6)), MAPS),
    "batch norm": (nn.BatchNorm2d(2), MAPS),
    "batch norm of other settings": (nn.BatchNorm2d(2, eps=0.1, momentum=0.5), MAPS),
    "linear": (nn.Linear(6, 3), (6,)),
    "linear without bias": (nn.Linear(6, 3, bias=False), (6,)),
    "relu": (nn.ReLU(), MAPS),
    "sigmoid": (nn.Sigmoid(), (6,)),
    "max-pool": (nn.MaxPool2d(2), MAPS),
    "adaptive average pool": (nn.AdaptiveAvgPool2d(1), MAPS),
    "adaptive max-pool": (nn.AdaptiveMaxPool2d(1), MAPS),
    "flatten": (nn.Flatten(), MAPS),
    "scale": (Scale(0.125), MAPS),
    "sequence": (nn.Sequential(nn.Conv2d(2, 3, 3), nn.Flatten(), nn.Linear(60, 2)), MAPS),
    "residual": (Residual(nn.Sequential(nn.Conv2d(2, 2, 3, padding=1), nn.BatchNorm2d(2))), MAPS),
    "residual with a projection": (
        Residual(nn.Sequential(nn.Conv2d(2, 4, 3, 2, 1)), nn.Sequential(nn.Conv2d(2, 4, 1, 2))),
        MAPS,
    ),
    "pool of what a wide convolution leaves": (
        nn.Sequential(nn.Conv2d(2, 50, 3), nn.BatchNorm2d(50), nn.ReLU(), nn.MaxPool2d(2)),
        MAPS,
    ),
}  # fmt: skip


def normal(seed: int, *shape: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def lanes_of(layer: nn.Module) -> dict[str, Tensor]:
    """Weights and running statistics of each lane, all different."""
    state = {
        f"at.{name}": normal(seed, LANES, *value.shape)
        for seed, (name, value) in enumerate(layer.state_dict().items())
    }
    return {name: value.abs() if name.endswith("var") else value for name, value in state.items()}


def plain(named: dict[str, Tensor], lane: int) -> dict[str, Tensor]:
    return {
        name.removeprefix("at."): value[lane].clone()
        for name, value in named.items()
        if not name.endswith("tracked")
    }


def applied(layer: nn.Module, named: dict[str, Tensor], values: Tensor) -> Tensor:
    present = torch.ones(values.shape[:2], dtype=torch.bool)
    return apply(layer, "at", values, Weights(named, Presence.of(present, values.dtype)))


@pytest.mark.parametrize(("layer", "shape"), LAYERS.values(), ids=LAYERS)
def test_every_lane_computes_what_its_own_layer_would_forth_and_back(
    layer: nn.Module, shape: Sequence[int]
) -> None:
    named = lanes_of(layer)
    before = {name: value.clone() for name, value in named.items()}
    leaves = {
        f"at.{name}": named[f"at.{name}"].requires_grad_() for name, _ in layer.named_parameters()
    }
    values = normal(99, LANES, BATCH, *shape).requires_grad_()
    result = applied(layer, named, values)
    upstream = normal(98, *result.shape)
    ours = torch.autograd.grad((result * upstream).sum(), [values, *leaves.values()])
    for lane in range(LANES):
        layer.double().train().load_state_dict(plain(before, lane), strict=False)
        alone = values[lane].detach().requires_grad_()
        expected = layer(alone)
        torch.testing.assert_close(result[lane], expected, rtol=0, atol=1e-11)
        theirs = torch.autograd.grad(
            (expected * upstream[lane]).sum(), [alone, *layer.parameters()]
        )
        for mine, its in zip(ours, theirs, strict=True):
            torch.testing.assert_close(mine[lane], its, rtol=0, atol=1e-11)
        for name, buffer in layer.named_buffers():
            if buffer.is_floating_point():
                torch.testing.assert_close(named[f"at.{name}"][lane], buffer, rtol=0, atol=1e-11)


@pytest.mark.parametrize(
    "layer",
    [nn.PReLU(), nn.LayerNorm(6), nn.Sequential(nn.ReLU(), nn.Dropout(0.5))],
    ids=["PReLU", "LayerNorm", "Dropout in a sequence"],
)
def test_a_layer_nobody_has_stacked_is_refused_by_its_name(layer: nn.Module) -> None:
    name = type([*layer.modules()][-1]).__name__
    with pytest.raises(TypeError, match=f"there is no stacked form of {name}"):
        applied(layer, lanes_of(layer), normal(0, LANES, BATCH, 6))


@pytest.mark.parametrize(
    "layer",
    [
        nn.Conv2d(2, 4, 3, groups=2),
        nn.Conv2d(2, 4, 3, padding=1, padding_mode="reflect"),
        nn.Conv2d(2, 4, 3, padding="same"),
        nn.BatchNorm2d(2, momentum=None),
        nn.BatchNorm2d(2, affine=False),
        nn.BatchNorm2d(2, track_running_stats=False),
    ],
    ids=["groups", "reflection", "same", "cumulative", "not affine", "no statistics"],
)
def test_settings_nobody_has_stacked_are_refused_with_the_layer(layer: nn.Module) -> None:
    with pytest.raises(TypeError, match=f"there is no stacked form of {type(layer).__name__}"):
        applied(layer, lanes_of(layer), normal(0, LANES, BATCH, *MAPS))
