from copy import deepcopy

import pytest
import torch
from torch import Tensor, nn

from leanset.kernels.dense import Dense
from leanset.kernels.packing import pack
from leanset.kernels.stage import run_stages


def linear(features: int, outputs: int, *, bias: bool = True) -> nn.Linear:
    layer = nn.Linear(features, outputs, bias=bias)
    generator = torch.Generator().manual_seed(features)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.normal_(generator=generator)
    return layer


def gone_through(layers: nn.Sequential, maps: Tensor, *, stages: bool) -> list[Tensor]:
    """Outputs and gradients."""
    layers, maps = deepcopy(layers), maps.clone().requires_grad_()
    if stages:
        dense = [Dense(layers[1], rectified=True), Dense(layers[3], rectified=False)]
        outputs = run_stages(dense, pack(maps), len(maps))
    else:
        outputs = layers(maps)
    upstream = torch.randn(outputs.shape, generator=torch.Generator().manual_seed(5))
    (outputs * upstream).sum().backward()
    gradients = [parameter.grad for parameter in (maps, *layers.parameters())]
    assert all(gradient is not None for gradient in gradients)
    return [outputs.detach(), *gradients]  # type: ignore[list-item]


@pytest.mark.parametrize("samples", [1, 63, 64, 65, 200])
@pytest.mark.parametrize("bias", [True, False])
def test_outputs_and_gradients_are_torchs(samples: int, bias: bool) -> None:
    layers = nn.Sequential(
        nn.Flatten(), linear(12, 7, bias=bias), nn.ReLU(), linear(7, 3, bias=bias)
    )
    maps = torch.randn(samples, 3, 2, 2, generator=torch.Generator().manual_seed(samples))
    ours, theirs = (gone_through(layers, maps, stages=stages) for stages in (True, False))
    for found, expected in zip(ours, theirs, strict=True):
        torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-5)


def test_a_nan_comes_out() -> None:
    maps = torch.zeros(3, 4)
    maps[1, 2] = float("nan")
    outputs = run_stages([Dense(linear(4, 5), rectified=True)], pack(maps), 3)
    assert outputs.isnan().any(1).tolist() == [False, True, False]
