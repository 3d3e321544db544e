from collections.abc import Callable
from copy import deepcopy

import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from leanset.kernels.block import fused_block
from leanset.kernels.network import Accelerated, accelerated
from leanset.kernels.packing import pack
from leanset.kernels.stage import run_stages

Call = Callable[[Tensor], Tensor]


def lenet5(channels: int = 1) -> nn.Sequential:
    """The layers of LeNet-5, with torch's usual first weights from a seed."""
    layers = nn.Sequential(
        nn.Conv2d(channels, 6, 5), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10),
    )  # fmt: skip
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for layer in layers:
            if isinstance(layer, nn.Conv2d | nn.Linear):
                bound = layer.weight[0].numel() ** -0.5
                layer.weight.uniform_(-bound, bound, generator=generator)
                layer.bias.uniform_(-bound, bound, generator=generator)
    return layers


def images(samples: int, channels: int = 1, size: int = 32) -> Tensor:
    generator = torch.Generator().manual_seed(samples)
    return torch.randn(samples, channels, size, size, generator=generator)


def fast(layers: nn.Sequential) -> Accelerated:
    network = accelerated(layers)
    assert network is not None
    return network


def block(channels: int, maps: int) -> list[nn.Module]:
    return [nn.Conv2d(channels, maps, 3), nn.BatchNorm2d(maps), nn.ReLU(), nn.MaxPool2d(2)]


def losses(
    layers: nn.Sequential, call: Call, optimizer: torch.optim.Optimizer, dtype: torch.dtype
) -> list[float]:
    """The loss before each of ten steps, the last one on a ragged batch."""
    layers.train()
    found = []
    for samples in (64,) * 9 + (37,):
        loss = cross_entropy(call(images(samples).to(dtype)), torch.arange(samples) * 7 % 10)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        found.append(loss.item())
    return found


@pytest.mark.parametrize("name", ["adam", "sgd"])
def test_ten_training_steps_stay_within_float32_of_torchs_in_float64(name: str) -> None:
    runs = []
    for dtype in (torch.float32, torch.float64):
        layers = lenet5().to(dtype)
        network = accelerated(layers) or layers
        assert isinstance(network, Accelerated) == (dtype == torch.float32)
        optimizer: torch.optim.Optimizer = (
            torch.optim.Adam(layers.parameters(), lr=1e-3)
            if name == "adam"
            else torch.optim.SGD(layers.parameters(), lr=0.05, momentum=0.9, weight_decay=1e-3)
        )
        found = losses(layers, network, optimizer, dtype)
        runs.append((found, layers.eval()(images(50).to(dtype)).detach().double()))
    (our_losses, our_logits), (their_losses, their_logits) = runs
    assert our_losses == pytest.approx(their_losses, rel=1e-5)
    torch.testing.assert_close(our_logits, their_logits, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("samples", [1, 63, 64, 65, 200])
@pytest.mark.parametrize("mode", ["training", "evaluation"])
def test_logits_are_torchs_for_every_batch_size(samples: int, mode: str) -> None:
    layers = lenet5(channels=3).train(mode == "training")
    expected = deepcopy(layers)(images(samples, 3))
    logits = fast(layers)(images(samples, 3))
    assert logits.shape == (samples, 10)
    torch.testing.assert_close(logits, expected, atol=2e-5, rtol=1e-4)


def test_parameters_and_buffers_are_shared_and_the_mode_is_followed() -> None:
    layers = lenet5()
    network = fast(layers)
    network(images(64)).sum().backward()
    assert all(parameter.grad is not None for parameter in layers.parameters())
    assert layers[1].num_batches_tracked == 1
    layers.eval()
    with torch.no_grad():
        before = network(images(64))
        for parameter in layers.parameters():
            parameter.mul_(1.5)
        after = network(images(64))
        torch.testing.assert_close(after, layers(images(64)), atol=2e-5, rtol=1e-4)
    assert layers[1].num_batches_tracked == 1
    assert not torch.allclose(before, after)


def test_any_number_of_blocks_and_other_layers_after_them() -> None:
    tails: list[list[nn.Module]] = [
        [],
        [nn.Flatten()],
        [nn.Flatten(), nn.ReLU()],
        [nn.Flatten(2), nn.Linear(4, 3)],
        [nn.Flatten(), nn.Linear(16, 5), nn.Sigmoid(), nn.Linear(5, 2)],
        [nn.Flatten(), nn.Linear(16, 5), nn.ReLU(), nn.ReLU(), nn.Linear(5, 2, bias=False)],
        [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)],
    ]
    for tail in tails:
        layers = nn.Sequential(*block(2, 5), *block(5, 3), *block(3, 4), *tail)
        batch = images(70, 2, 30)
        expected = deepcopy(layers)(batch)
        torch.testing.assert_close(fast(layers)(batch), expected, atol=2e-5, rtol=1e-4)


def test_a_slice_of_a_network_gives_its_features() -> None:
    layers = lenet5().eval()
    features = fast(layers[:-1])(images(9))
    assert features.shape == (9, 84)
    torch.testing.assert_close(layers[-1](features), layers(images(9)), atol=2e-5, rtol=1e-4)


@pytest.mark.parametrize(
    "layers",
    [
        nn.Sequential(),
        nn.Sequential(nn.Flatten(), nn.Linear(4, 2)),
        nn.Sequential(nn.Identity(), *block(1, 2)),
        lenet5().double(),
    ],
    ids=["no layers", "no block", "a block that is not first", "float64"],
)
def test_what_cannot_be_accelerated_is_left_alone(layers: nn.Sequential) -> None:
    assert accelerated(layers) is None


def test_packs_need_not_be_contiguous() -> None:
    stage, packed = fused_block(list(lenet5().eval())[:4]), pack(images(64))
    assert stage is not None
    scattered = packed.mT.contiguous().mT
    assert not scattered.is_contiguous()
    with torch.no_grad():
        assert torch.equal(run_stages([stage], scattered, 64), run_stages([stage], packed, 64))


def test_images_that_do_not_fit_are_refused() -> None:
    network = fast(lenet5())
    with pytest.raises(ValueError, match="a block of 5×5 on 1 channels has no outputs"):
        network(images(4, channels=3))
    with pytest.raises(ValueError, match="0 samples do not come in 0 packs"):
        network(images(4)[:0])
