"""The fused block against torch's own four layers."""

from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor, nn

from leanset.kernels.block import fused_block
from leanset.kernels.packing import PACK, pack
from leanset.kernels.stage import Stage, run_stages

Results = dict[str, Tensor]


def block_of(
    channels: int, maps: int, size: int, seed: int = 0, *, whole: bool = False, **norm: float
) -> nn.Sequential:
    """A block with weights in all directions; whole numbers make windows full of ties."""
    layers = nn.Sequential(
        nn.Conv2d(channels, maps, size), nn.BatchNorm2d(maps, **norm), nn.ReLU(), nn.MaxPool2d(2)
    )
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in layers.parameters():
            parameter.normal_(generator=generator)
        if whole:
            layers[0].weight.sign_()
    return layers


def images_of(
    samples: int, channels: int, height: int, width: int, *, whole: bool = False
) -> Tensor:
    generator = torch.Generator().manual_seed(samples * 1000 + height)
    if whole:
        shape = (samples, channels, height, width)
        return torch.randint(-2, 3, shape, generator=generator).float()
    return torch.randn(samples, channels, height, width, generator=generator)


def fused(layers: nn.Sequential) -> Stage:
    block = fused_block(list(layers))
    assert block is not None
    return block


def on_kernels(layers: nn.Sequential, images: Tensor) -> Tensor:
    return run_stages([fused(layers)], pack(images), len(images))


def on_torch(layers: nn.Sequential, images: Tensor) -> Tensor:
    return layers(images)


def results(
    run: Callable[[nn.Sequential, Tensor], Tensor], layers: nn.Sequential, images: Tensor
) -> Results:
    """Outputs, all gradients, and the buffers after a pass there and back, in float64."""
    layers = deepcopy(layers)
    images = images.detach().clone().requires_grad_()
    outputs = run(layers, images)
    generator = torch.Generator().manual_seed(1)
    upstream = torch.randn(outputs.shape, generator=generator).to(outputs.dtype)
    (outputs * upstream).sum().backward()
    gradients = {name: parameter.grad for name, parameter in layers.named_parameters()}
    found = {"outputs": outputs.detach(), "images": images.grad, **gradients}
    return {name: value.double() for name, value in (found | dict(layers.named_buffers())).items()}


def assert_as_good_as_torch(layers: nn.Sequential, images: Tensor) -> None:
    """No result is further from the float64 one than a small multiple of torch's float32 one.

    The bias is left out in training: there its gradient is zero, but for rounding in torch.
    """
    ours, theirs = results(on_kernels, layers, images), results(on_torch, layers, images)
    exact = results(on_torch, deepcopy(layers).double(), images.double())
    assert ours.keys() == theirs.keys() == exact.keys()
    for name in exact.keys() - ({"0.bias"} if layers.training else set()):
        error, allowed = ((found[name] - exact[name]).abs().max() for found in (ours, theirs))
        scale = exact[name].abs().max()
        assert error <= 4 * allowed + 2e-6 * scale, name


@pytest.mark.parametrize("size", [3, 5])
@pytest.mark.parametrize("samples", [1, 8, 63, 64, 65, 128])
@pytest.mark.parametrize("mode", ["training", "evaluation"])
def test_outputs_gradients_and_statistics_are_as_good_as_torchs(
    size: int, samples: int, mode: str
) -> None:
    layers = block_of(2, 7, size, seed=samples).train(mode == "training")
    assert_as_good_as_torch(layers, images_of(samples, 2, 11, 12))


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    channels=st.integers(1, 4),
    maps=st.integers(1, 8),
    size=st.sampled_from([3, 5]),
    height=st.integers(1, 8),
    width=st.integers(1, 8),
    samples=st.sampled_from([1, 8, 63, 64, 65, 128]),
    training=st.booleans(),
)
def test_every_shape_is_as_good_as_torchs(
    channels: int, maps: int, size: int, height: int, width: int, samples: int, training: bool
) -> None:
    layers = block_of(channels, maps, size, seed=height, whole=True).train(training)
    images = images_of(samples, channels, size + height, size + width, whole=True)
    assert_as_good_as_torch(layers, images)


@pytest.mark.parametrize("size", [2, 7])
def test_other_kernel_sizes_work_too(size: int) -> None:
    assert_as_good_as_torch(block_of(2, 7, size), images_of(9, 2, 11, 10))


@pytest.mark.parametrize("mode", ["training", "evaluation"])
def test_a_convolution_without_bias_and_an_average_over_all_batches_work(mode: str) -> None:
    layers = block_of(2, 3, 3, momentum=None).train(mode == "training")
    layers[0].bias = None
    assert_as_good_as_torch(layers, images_of(9, 2, 8, 8))
    running = deepcopy(layers), deepcopy(layers)
    for samples in (5, 6, 7):
        for run, copy in zip((on_kernels, on_torch), running, strict=True):
            run(copy, images_of(samples, 2, 8, 8))
    for ours, theirs in zip(*(copy.buffers() for copy in running), strict=True):
        torch.testing.assert_close(ours, theirs, atol=1e-5, rtol=1e-5)


def test_the_bias_before_a_batch_norm_has_no_gradient_in_training() -> None:
    gradients = results(on_kernels, block_of(2, 3, 3), images_of(9, 2, 8, 8))
    assert (gradients["0.bias"] == 0).all()


def test_a_norm_that_scales_by_zero_gives_its_shift_and_learns_on() -> None:
    layers = block_of(1, 3, 3)
    with torch.no_grad():
        layers[1].weight[1] = 0
    assert_as_good_as_torch(layers, images_of(9, 1, 8, 8, whole=True))


def test_constant_images_are_ties_everywhere() -> None:
    # every value equals its mean, so the scale 1 / sqrt(eps) enlarges nothing but exact zeros
    layers = block_of(1, 4, 3, whole=True)
    images = torch.full((8, 1, 7, 7), 2.0)
    ours, theirs = results(on_kernels, layers, images), results(on_torch, layers, images)
    for name in ("outputs", "1.weight", "1.bias", "images"):
        torch.testing.assert_close(ours[name], theirs[name], atol=1e-3, rtol=1e-4)


def windows(maps: NDArray[np.float64]) -> Iterator[tuple[tuple[int, int], list[tuple[int, int]]]]:
    """Every pooled place and the four places under it, in scan order."""
    for y, x in product(range(maps.shape[0] // 2), range(maps.shape[1] // 2)):
        yield (y, x), [(2 * y + i, 2 * x + j) for i, j in product(range(2), range(2))]


def test_gradients_are_those_of_loops_written_out() -> None:
    layers = block_of(1, 1, 2, seed=3, whole=True)
    images = images_of(2, 1, 6, 6, whole=True)
    weight = layers[0].weight[0, 0].detach().double().numpy()
    scale, shift = layers[1].weight.item(), layers[1].bias.item()
    x = images[:, 0].double().numpy()
    convolved = np.zeros((2, 5, 5))
    for n, y, z, i, j in product(range(2), range(5), range(5), range(2), range(2)):
        convolved[n, y, z] += weight[i, j] * x[n, y + i, z + j]
    deviation = np.sqrt(convolved.var() + 1e-5)
    normalised = (convolved - convolved.mean()) / deviation
    values = scale * normalised + shift
    upstream = np.arange(8.0).reshape(2, 2, 2)

    outputs, at_values = np.zeros((2, 2, 2)), np.zeros((2, 5, 5))
    for n in range(2):
        for place, window in windows(values[n]):
            winner = max(window, key=lambda at: values[n][at])
            outputs[n][place] = max(values[n][winner], 0)
            if values[n][winner] > 0:
                at_values[n][winner] += upstream[n][place]
    at_normalised = at_values * scale
    at_convolved = (
        at_normalised - at_normalised.mean() - normalised * (at_normalised * normalised).mean()
    ) / deviation
    by_weight, by_image = np.zeros((2, 2)), np.zeros((2, 6, 6))
    for n, y, z, i, j in product(range(2), range(5), range(5), range(2), range(2)):
        by_weight[i, j] += at_convolved[n, y, z] * x[n, y + i, z + j]
        by_image[n, y + i, z + j] += at_convolved[n, y, z] * weight[i, j]

    leaf = images.clone().requires_grad_()
    ours = on_kernels(layers, leaf)
    ours.backward(torch.from_numpy(upstream)[:, None].float())
    expected: Sequence[tuple[Tensor, NDArray[np.float64] | float]] = [
        (ours[:, 0], outputs),
        (layers[0].weight.grad[0, 0], by_weight),
        (leaf.grad[:, 0], by_image),
        (layers[1].weight.grad, (at_values * normalised).sum()),
        (layers[1].bias.grad, at_values.sum()),
    ]
    for found, value in expected:
        np.testing.assert_allclose(found.detach().numpy(), value, atol=2e-5)


@pytest.mark.parametrize("mode", ["training", "evaluation"])
@pytest.mark.parametrize("graph", [True, False])
def test_a_nan_in_one_image_comes_out(mode: str, graph: bool) -> None:
    layers = block_of(1, 3, 3).train(mode == "training")
    images = images_of(70, 1, 8, 8)
    images[66, 0, 4, 4] = float("nan")
    with torch.set_grad_enabled(graph):
        outputs = on_kernels(layers, images)
    assert outputs[66].isnan().any()
    if mode == "evaluation":
        assert not outputs[:66].isnan().any()


@pytest.mark.parametrize("samples", [1, 63, 65])
def test_nothing_leaks_into_the_columns_that_fill_a_pack(samples: int) -> None:
    block = fused(block_of(2, 3, 3))
    maps = pack(images_of(samples, 2, 9, 9))
    filling = slice((samples - 1) % PACK + 1, None)
    with torch.no_grad():
        passed = block.forward(maps, samples, keep=True)
        # even if somebody hands down a gradient there
        upstream = torch.randn(passed.outputs.shape, generator=torch.Generator().manual_seed(0))
        gradient, *of_parameters = block.backward(upstream, maps, passed, need_maps=True)
        upstream[-1, ..., filling] = 0
        assert gradient is not None
        _, *expected = block.backward(upstream, maps, passed, need_maps=True)
    assert (passed.outputs[-1, ..., filling] == 0).all()
    assert (gradient[-1, ..., filling] == 0).all()
    for ours, theirs in zip(of_parameters, expected, strict=True):
        assert ours is not None
        assert theirs is not None
        assert torch.equal(ours, theirs)


def test_the_same_pass_gives_the_same_bits() -> None:
    layers, images = block_of(2, 7, 5), images_of(65, 2, 12, 12)
    first, second = (results(on_kernels, layers, images) for _ in range(2))
    for name, value in first.items():
        assert torch.equal(value, second[name]), name


def test_passes_with_and_without_a_graph_give_the_same_bits() -> None:
    for mode in (True, False):
        layers, images = block_of(2, 7, 5).train(mode), images_of(65, 2, 12, 12)
        with torch.inference_mode():
            without = on_kernels(deepcopy(layers), images)
        assert torch.equal(without, on_kernels(deepcopy(layers), images))


def test_parameters_may_move_to_other_memory() -> None:
    layers, images = block_of(2, 3, 3), images_of(9, 2, 8, 8)
    stage = fused(layers)
    run_stages([stage], pack(images), 9)
    for parameter in layers.parameters():
        parameter.data = parameter.data * 2
    ours = run_stages([stage], pack(images), 9)
    torch.testing.assert_close(ours, layers(images), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(
    "shape",
    [(4, 1, 8, 8), (4, 2, 3, 8), (4, 2, 8, 3), (0, 2, 8, 8)],
    ids=["other channels", "too low", "too narrow", "none"],
)
def test_images_that_do_not_fit_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"packs of|has no outputs for maps of"):
        on_kernels(block_of(2, 3, 3), torch.zeros(shape))


def test_packs_for_another_number_of_samples_are_refused() -> None:
    maps = pack(images_of(65, 2, 8, 8))
    for samples in (64, 129):
        with pytest.raises(ValueError, match=f"{samples} samples do not come in 2 packs of 64"):
            run_stages([fused(block_of(2, 3, 3))], maps, samples)


PARTS: list[tuple[int, nn.Module]] = [
    (0, nn.Conv2d(2, 3, 3, padding=1)),
    (0, nn.Conv2d(2, 3, 3, stride=2)),
    (0, nn.Conv2d(2, 3, 3, dilation=2)),
    (0, nn.Conv2d(2, 2, 3, groups=2)),
    (0, nn.Conv2d(2, 3, (3, 5))),
    (0, nn.Conv2d(2, 3, 9)),
    (0, nn.Conv2d(2, 3, 3, dtype=torch.float64)),
    (0, nn.Conv2d(2, 3, 3, device="meta")),
    (0, nn.LazyConv2d(3, 3)),
    (1, nn.BatchNorm2d(3, affine=False)),
    (1, nn.BatchNorm2d(3, track_running_stats=False)),
    (1, nn.GroupNorm(1, 3)),
    (2, nn.GELU()),
    (3, nn.MaxPool2d(3)),
    (3, nn.MaxPool2d(2, stride=1)),
    (3, nn.MaxPool2d(2, padding=1)),
    (3, nn.MaxPool2d(2, dilation=2)),
    (3, nn.MaxPool2d(2, ceil_mode=True)),
    (3, nn.MaxPool2d(2, return_indices=True)),
    (3, nn.AvgPool2d(2)),
]


@pytest.mark.parametrize(("place", "layer"), PARTS, ids=[repr(layer) for _, layer in PARTS])
def test_what_has_no_kernels_is_no_block(place: int, layer: nn.Module) -> None:
    layers = list(block_of(2, 3, 3))
    assert fused_block(layers) is not None
    layers[place] = layer
    assert fused_block(layers) is None


def test_part_of_a_block_is_no_block() -> None:
    layers = list(block_of(2, 3, 3))
    assert fused_block(layers[:3]) is None
    assert fused_block([]) is None
