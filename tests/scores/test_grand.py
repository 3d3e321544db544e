"""GraNd and its last-layer form: what is recorded, and that it is the gradient it is said to be."""

import numpy as np
import pytest
import torch
from tests.scores.examples import LABELS, P, log_of, scored
from torch import Tensor
from torch.nn.functional import cross_entropy

from leanset.models import build_model
from leanset.models.base import Network
from leanset.seeds import torch_generator
from leanset.training.log.measures import MEASURES, Shown

# norms of proxies A and B after epochs 1 and 3
NORMS = [[[1, 2, 3, 4, 5], [2, 4, 6, 8, 10]], [[3, 2, 1, 0, 1], [0, 0, 0, 2, 1]]]

# p - y and penultimate features of A after epochs 1 and 3; B has all errors twice as large
ERRORS = [[[0, 0, 0]] * 5, [[-0.5, 0.3, 0.2], [0, 0, 0], [0.8, 0.1, -0.9], [0, 0, 0], [-1, 1, 0]]]
FEATURES = [[[9, 9]] * 5, [[0, 0], [7, 7], [2, 2], [1, 1], [4, 8]]]


def test_grand_of_five_samples_is_the_mean_of_what_the_proxies_recorded() -> None:
    log = log_of(np.log(P), LABELS, gradient_norms=NORMS)
    # after epoch 3, the last: (2 + 0) / 2 and so on; after epoch 1: (1 + 3) / 2
    assert scored(log, "grand").tolist() == [1, 2, 3, 5, 5.5]
    assert scored(log, "grand", epoch=3).tolist() == [1, 2, 3, 5, 5.5]
    assert scored(log, "grand", epoch=1).tolist() == [2, 2, 2, 2, 3]


def test_grand_last_of_five_samples_is_the_one_worked_out() -> None:
    # sample 0: √(.25 + .09 + .04) √(0 + 1) = √.38; 1: no error; 2: √1.46 √(8 + 1) = 3 √1.46;
    # 3: no error; 4: √2 √(16 + 64 + 1) = 9 √2. B's are twice these, so the mean is 1.5 times
    errors = np.array([ERRORS, np.multiply(ERRORS, 2)])
    log = log_of(np.log(P), LABELS, errors=errors, features=[FEATURES, FEATURES])
    expected = [1.5 * 0.38**0.5, 0, 4.5 * 1.46**0.5, 0, 13.5 * 2**0.5]
    assert scored(log, "grand_last").tolist() == pytest.approx(expected, rel=1e-6)
    # after epoch 1 no sample had an error
    assert scored(log, "grand_last", epoch=1).tolist() == [0] * 5


def network(name: str, side: int) -> tuple[Network, Tensor, Tensor]:
    """A network whose batch norms have seen something, and five images with their labels."""
    generator = torch_generator(1)
    model = build_model(name, (1, side, side), 3, generator)
    pixels = torch.randn(5, 1, side, side, generator=generator)
    with torch.no_grad():
        model.train()(pixels * 2 + 1)
    return model.eval(), pixels, torch.from_numpy(LABELS)


def by_backward(model: Network, pixels: Tensor, labels: Tensor, *, last_only: bool) -> Tensor:
    """Norms of gradients by one backward pass for each sample."""
    norms = []
    for image, label in zip(pixels, labels, strict=True):
        model.zero_grad()
        cross_entropy(model(image[None]), label[None]).backward()
        parameters = (model.layers[-1] if last_only else model).parameters()
        parts = [parameter.grad for parameter in parameters if parameter.grad is not None]
        norms.append(torch.cat([part.flatten() for part in parts]).norm())
    return torch.stack(norms)


def recorded(model: Network, pixels: Tensor, labels: Tensor, *names: str) -> dict[str, np.ndarray]:
    """What a log of one proxy and one epoch holds of the network."""
    with torch.no_grad():
        shown = Shown(model, pixels, labels, model(pixels))
        return {name: MEASURES[name](shown)[None, None].numpy() for name in ("logits", *names)}


@pytest.mark.parametrize(("name", "side"), [("mlp", 6), ("lenet5", 16)])
def test_grand_equals_a_backward_pass_for_each_sample(name: str, side: int) -> None:
    model, pixels, labels = network(name, side)
    held = recorded(model, pixels, labels, "gradient_norms")
    values = scored(log_of(held.pop("logits"), LABELS, **held), "grand")
    expected = by_backward(model, pixels, labels, last_only=False)
    np.testing.assert_allclose(values, expected, rtol=1e-5)


@pytest.mark.parametrize(("name", "side"), [("mlp", 6), ("lenet5", 16), ("resnet9", 8)])
def test_grand_last_equals_a_backward_pass_to_the_last_layer_for_each_sample(
    name: str, side: int
) -> None:
    model, pixels, labels = network(name, side)
    held = recorded(model, pixels, labels, "errors", "features")
    values = scored(
        log_of(held["logits"], LABELS, **{n: held[n] for n in ("errors", "features")}), "grand_last"
    )
    expected = by_backward(model, pixels, labels, last_only=True)
    if name == "resnet9":
        # its classifier has no biases; had it some, their gradient would be p - y
        expected = torch.hypot(expected, torch.from_numpy(held["errors"][0, 0]).norm(dim=1))
    np.testing.assert_allclose(values, expected, rtol=1e-5)
