from itertools import pairwise

import pytest
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - its usual name

from leanset.models import build_model, input_size
from leanset.models.base import Network
from leanset.models.lenet5 import LeNet5


def lenet5(seed: int = 0, channels: int = 1) -> Network:
    return build_model("lenet5", (channels, 32, 32), 10, torch.Generator().manual_seed(seed))


def drawn_layers(model: nn.Module) -> list[nn.Conv2d | nn.Linear]:
    return [layer for layer in model.modules() if isinstance(layer, nn.Conv2d | nn.Linear)]


def test_every_layer_makes_the_shape_of_the_paper() -> None:
    assert input_size("lenet5") == 32
    images = torch.zeros(2, 1, 32, 32)
    shapes = [tuple(images.shape)]
    for layer in lenet5().layers:
        images = layer(images)
        shapes.append(tuple(images.shape))
    changes = [after for before, after in pairwise(shapes) if after != before]
    assert changes == [
        (2, 6, 28, 28),  # convolution of 5×5: 32 - 4
        (2, 6, 14, 14),  # pooled
        (2, 16, 10, 10),  # convolution of 5×5: 14 - 4
        (2, 16, 5, 5),  # pooled
        (2, 400),  # 16 · 5 · 5
        (2, 120),
        (2, 84),
        (2, 10),
    ]


def test_the_network_is_convolution_batch_norm_relu_and_max_pooling_written_out() -> None:
    model = lenet5().eval()
    w = {name: value.detach() for name, value in model.state_dict().items()}
    x = torch.rand(3, 1, 32, 32, generator=torch.Generator().manual_seed(0)) * 4 - 2
    expected = x
    for convolution, norm in (("layers.0", "layers.1"), ("layers.4", "layers.5")):
        # batch statistics that differ from 0 and 1, so that leaving out the norm would show
        w[f"{norm}.running_mean"].fill_(0.3)
        w[f"{norm}.running_var"].fill_(0.25)
        maps = F.conv2d(expected, w[f"{convolution}.weight"], w[f"{convolution}.bias"])
        rectified = ((maps - 0.3) / (0.25 + 1e-5) ** 0.5).clamp(min=0)
        expected = rectified.unfold(2, 2, 2).unfold(3, 2, 2).amax(dim=(4, 5))
    expected = expected.reshape(3, 400)
    for layer in ("layers.9", "layers.11"):
        expected = (expected @ w[f"{layer}.weight"].T + w[f"{layer}.bias"]).clamp(min=0)
    expected = expected @ w["layers.13.weight"].T + w["layers.13.bias"]
    with torch.inference_mode():
        torch.testing.assert_close(model(x), expected, atol=1e-5, rtol=1e-4)


def test_the_network_has_the_number_of_parameters_counted_by_hand() -> None:
    # convolution 1 of 5×5 on 1 channel, 6 maps:    6 · 25 + 6       =    156
    # batch norm 1, scale and shift:                2 · 6            =     12
    # convolution 2 of 5×5 on 6 channels, 16 maps:  16 · 6 · 25 + 16 =  2,416
    # batch norm 2:                                 2 · 16           =     32
    # linear 400 to 120:                            400 · 120 + 120  = 48,120
    # linear 120 to 84:                             120 · 84 + 84    = 10,164
    # linear 84 to 10:                              84 · 10 + 10     =    850
    assert sum(parameter.numel() for parameter in lenet5().parameters()) == 61_750


def test_colour_images_cost_the_first_layer_two_channels_more() -> None:
    model = lenet5(channels=3)
    # 6 maps · 25 weights · 2 further channels
    assert sum(parameter.numel() for parameter in model.parameters()) == 61_750 + 300
    assert model(torch.zeros(2, 3, 32, 32)).shape == (2, 10)


def test_the_first_weights_are_the_same_in_every_release() -> None:
    # a change here changes every training that was ever reported: raise ENGINE_VERSION with it
    first = lenet5(0).state_dict()["layers.0.weight"].flatten()[:3].tolist()
    assert first == pytest.approx([-0.0014974, 0.1072887, -0.1646090], abs=1e-6)


def test_the_first_weights_are_uniform_draws_layer_by_layer_weights_before_biases() -> None:
    generator = torch.Generator().manual_seed(5)
    drawn = []
    for shape, inputs in (
        ((6, 1, 5, 5), 25),
        ((16, 6, 5, 5), 150),
        ((120, 400), 400),
        ((84, 120), 120),
        ((10, 84), 84),
    ):
        bound = inputs**-0.5
        drawn.append(torch.empty(shape).uniform_(-bound, bound, generator=generator))
        drawn.append(torch.empty(shape[0]).uniform_(-bound, bound, generator=generator))
    ours = [value for layer in drawn_layers(lenet5(5)) for value in (layer.weight, layer.bias)]
    assert all(torch.equal(a, b) for a, b in zip(ours, drawn, strict=True))


def test_first_weights_fill_the_range_of_torchs_own_defaults() -> None:
    # 1/√fan_in of 5·5, 6·5·5, 400, 120 and 84 inputs
    bounds = [0.2, 0.0816497, 0.05, 0.0912871, 0.1091089]
    seeds = range(20)
    ours = [drawn_layers(lenet5(seed)) for seed in seeds]
    with torch.random.fork_rng():
        torch.manual_seed(0)
        torchs = [drawn_layers(LeNet5((1, 32, 32), 10)) for _ in seeds]
    for kind in ("weight", "bias"):
        for position, bound in enumerate(bounds):
            for networks in (ours, torchs):
                values = torch.cat(
                    [getattr(n[position], kind).detach().flatten() for n in networks]
                )
                assert values.abs().max() <= bound * (1 + 1e-6)
                assert values.abs().max() > 0.94 * bound
                # uniform in ±b: mean 0, deviation b/√3, both within the noise of 120 values
                assert abs(values.mean()) < 0.2 * bound
                assert values.std() == pytest.approx(bound / 3**0.5, rel=0.15)


def test_batch_norm_starts_neutral() -> None:
    state = lenet5().state_dict()
    for layer in ("layers.1", "layers.5"):
        assert (state[f"{layer}.weight"] == 1).all()
        assert (state[f"{layer}.bias"] == 0).all()
        assert (state[f"{layer}.running_mean"] == 0).all()
        assert (state[f"{layer}.running_var"] == 1).all()
        assert state[f"{layer}.num_batches_tracked"] == 0
