"""What holds for every network: its shapes, its features, its first weights, that it learns."""

import subprocess
import sys
from collections.abc import Callable

import pytest
import torch
from torch import nn

from leanset.errors import LeansetError
from leanset.models import MODELS, build_model, input_size, stackable
from leanset.models.base import Network, initialise

every_model = pytest.mark.parametrize("name", MODELS)

LEAST = {"lenet5": 16, "mlp": 1, "resnet9": 8, "resnet18": 1}
"""The least height and width of an image."""

FEATURES = {"lenet5": 84, "mlp": 100, "resnet9": 512, "resnet18": 512}
"""The width of the layer before the classifier."""

LAYERS = {
    "Conv2d", "BatchNorm2d", "ReLU", "Sigmoid", "MaxPool2d", "AdaptiveAvgPool2d",
    "AdaptiveMaxPool2d", "Flatten", "Linear", "Residual", "Scale",
}  # fmt: skip
"""The kinds of layer that a stack of networks has a form of."""


def build(
    name: str, shape: tuple[int, int, int] = (1, 16, 16), classes: int = 10, seed: int = 0
) -> Network:
    return build_model(name, shape, classes, torch.Generator().manual_seed(seed))


def noise(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(0))


def weights(model: nn.Module) -> torch.Tensor:
    return torch.cat([value.flatten().double() for value in model.state_dict().values()])


def test_the_names_of_the_networks_are_known_without_importing_torch() -> None:
    script = "import sys, leanset.models; print(*leanset.models.MODELS, 'torch' in sys.modules)"
    said = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == ["lenet5", "mlp", "resnet9", "resnet18", "False"]


def test_only_lenet5_wants_images_of_one_size() -> None:
    assert {name: input_size(name) for name in MODELS} == {
        "lenet5": 32,
        "mlp": None,
        "resnet9": None,
        "resnet18": None,
    }


def test_only_the_small_networks_are_trained_side_by_side() -> None:
    assert {name for name in MODELS if stackable(name)} == {"lenet5", "mlp"}


@pytest.mark.parametrize("classes", [7, 10])
@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 32), (2, 20, 27)], ids=str)
@every_model
def test_every_shape_of_image_gives_one_logit_for_each_class(
    name: str, shape: tuple[int, int, int], classes: int
) -> None:
    model = build(name, shape, classes).eval()
    with torch.inference_mode():
        assert model(noise(2, *shape)).shape == (2, classes)


@every_model
def test_the_last_layer_turns_the_features_into_the_logits(name: str) -> None:
    model = build(name, classes=7).eval()
    classifier = model.layers[-1]
    assert isinstance(classifier, nn.Linear)
    images = noise(3, 1, 16, 16)
    with torch.inference_mode():
        features = model.features(images)
        logits = features @ classifier.weight.T
        if classifier.bias is not None:
            logits += classifier.bias
        assert features.shape == (3, FEATURES[name])
        torch.testing.assert_close(model(images), logits)


@every_model
def test_a_network_is_made_of_the_layers_that_can_be_stacked(name: str) -> None:
    kinds = {type(layer).__name__ for layer in build(name).layers.modules()}
    assert kinds <= LAYERS | {"Sequential"}


@every_model
def test_one_seed_gives_one_network_and_another_seed_another(name: str) -> None:
    first = weights(build(name, seed=1))
    assert torch.equal(first, weights(build(name, seed=1)))
    assert not torch.equal(first, weights(build(name, seed=2)))


@every_model
def test_building_neither_reads_nor_moves_the_global_random_state(name: str) -> None:
    with torch.random.fork_rng():
        networks = []
        for global_seed in (1, 2):
            torch.manual_seed(global_seed)
            before = torch.get_rng_state()
            networks.append(weights(build(name, seed=3)))
            assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(networks[0], networks[1])


@every_model
def test_weights_are_uniform_draws_in_the_order_of_the_layers_and_norms_start_neutral(
    name: str,
) -> None:
    model = build(name, seed=5)
    generator = torch.Generator().manual_seed(5)
    bound = 0.0
    for path, parameter in model.named_parameters():
        layer, _, kind = path.rpartition(".")
        if isinstance(model.get_submodule(layer), nn.BatchNorm2d):
            expected = torch.full(parameter.shape, 1.0 if kind == "weight" else 0.0)
        else:
            if kind == "weight":  # the bias that follows has the same bound
                bound = parameter.shape[1:].numel() ** -0.5
            expected = torch.empty(parameter.shape).uniform_(-bound, bound, generator=generator)
        assert torch.equal(parameter, expected), path
    for path, buffer in model.named_buffers():
        assert (buffer == (1 if path.endswith("running_var") else 0)).all(), path


@pytest.mark.parametrize(
    "layer",
    [lambda: nn.Conv2d(3, 64, 3, bias=False), lambda: nn.Linear(147, 100)],
    ids=["convolution without bias", "linear"],
)
def test_the_bounds_are_those_of_torchs_own_defaults(layer: Callable[[], nn.Module]) -> None:
    class OneLayer(Network):
        least_size = 1

        @staticmethod
        def build(shape: tuple[int, int, int], classes: int) -> nn.Sequential:  # noqa: ARG004
            return nn.Sequential(layer())

    ours = initialise(OneLayer, (1, 1, 1), 2, torch.Generator().manual_seed(0))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        torchs = layer()
    for mine, theirs in zip(ours.parameters(), torchs.parameters(), strict=True):
        # uniform in ±b both: largest value b, deviation b/√3, within the noise of 100 values
        for measure in (lambda values: values.abs().max(), torch.std):
            torch.testing.assert_close(measure(mine), measure(theirs), rtol=0.15, atol=0)


def test_a_layer_whose_first_weights_nobody_defined_is_refused() -> None:
    class Strange(Network):
        least_size = 1

        @staticmethod
        def build(shape: tuple[int, int, int], classes: int) -> nn.Sequential:  # noqa: ARG004
            return nn.Sequential(nn.PReLU(), nn.Flatten(), nn.Linear(1, classes))

    with pytest.raises(TypeError, match="no initial weights are defined for PReLU"):
        initialise(Strange, (1, 1, 1), 2, torch.Generator())


@every_model
def test_images_of_the_least_size_are_taken(name: str) -> None:
    side = LEAST[name]
    model = build(name, (1, side, side))
    # two images, for a batch norm of a single value has no deviation
    assert model(noise(2, 1, side, side)).shape == (2, 10)


@pytest.mark.parametrize("name", [name for name, least in LEAST.items() if least > 1])
def test_an_image_too_small_in_one_direction_is_refused_with_the_least_size(name: str) -> None:
    least = LEAST[name]
    for height, width in ((least - 1, 99), (99, least - 1)):
        with pytest.raises(LeansetError) as refused:
            build(name, (1, height, width))
        said = str(refused.value)
        assert f"at least {least}×{least} pixels, these are {height}×{width}." in said
        assert name in said.lower()


@every_model
def test_the_loss_falls_in_a_few_steps_and_every_parameter_learns(name: str) -> None:
    model = build(name, classes=3)
    images, labels = noise(6, 1, 16, 16), torch.arange(6) % 3
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    losses = []
    for _ in range(4):
        loss = nn.functional.cross_entropy(model(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.9 * losses[0]
    for path, parameter in model.named_parameters():
        assert parameter.grad is not None, path
        # what comes before a batch norm is shifted back by it, so LeNet's biases there stay
        shifted_back = name == "lenet5" and path in {"layers.0.bias", "layers.4.bias"}
        assert parameter.grad.abs().max() > 0 or shifted_back, path
