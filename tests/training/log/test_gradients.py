"""Per-sample gradient norms against backward passes of one sample at a time."""

import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from leanset.models import build_model
from leanset.models.base import Network
from leanset.seeds import torch_generator
from leanset.training.log import gradients
from leanset.training.log.gradients import gradient_norms

SAMPLES = 7


def by_backward(model: Network, pixels: Tensor, labels: Tensor) -> Tensor:
    norms = []
    for image, label in zip(pixels, labels, strict=True):
        model.zero_grad()
        cross_entropy(model(image[None]), label[None]).backward()
        parts = [parameter.grad for parameter in model.parameters()]
        norms.append(torch.cat([part.flatten() for part in parts if part is not None]).norm())
    return torch.stack(norms)


def network(
    name: str, side: int, precision: torch.dtype = torch.float32
) -> tuple[Network, Tensor, Tensor]:
    """A network whose batch norms have seen something, and a batch."""
    generator = torch_generator(1)
    model = build_model(name, (1, side, side), 3, generator).to(precision)
    pixels = torch.randn(SAMPLES, 1, side, side, generator=generator).to(precision)
    with torch.no_grad():
        model.train()(pixels * 2 + 1)
    return model.eval(), pixels, torch.randint(3, (SAMPLES,), generator=generator)


@pytest.mark.parametrize(
    ("name", "side", "samples", "precision", "tolerance"),
    [
        ("mlp", 6, 7, torch.float32, 1e-5),
        ("lenet5", 16, 7, torch.float32, 1e-5),
        # in single precision two algorithms of so many convolutions differ by more
        ("resnet9", 8, 2, torch.float64, 1e-9),
    ],
)
def test_norms_equal_those_of_one_backward_pass_for_each_sample(
    name: str, side: int, samples: int, precision: torch.dtype, tolerance: float
) -> None:
    model, pixels, labels = network(name, side, precision)
    pixels, labels = pixels[:samples], labels[:samples]
    expected = by_backward(model, pixels, labels)
    norms = gradient_norms(model, pixels, labels)
    torch.testing.assert_close(norms, expected, rtol=tolerance, atol=0)


def test_the_norm_of_a_linear_layer_on_one_pixel_is_the_one_worked_out() -> None:
    # an mlp whose hidden units all give s(0) = 1/2 and whose classifier is zero: p = (1/2, 1/2),
    # p - y = (-1/2, 1/2), the classifier's weights get ±1/4 each (2 × 100 of them), its biases
    # ±1/2, and nothing flows on through the zero weights: 200/16 + 2/4 = 13
    model = build_model("mlp", (1, 1, 1), 2, torch_generator(0)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    norms = gradient_norms(model, torch.ones(1, 1, 1, 1), torch.tensor([0]))
    assert norms.item() == pytest.approx(13**0.5, rel=1e-6)


def test_neither_the_chunks_nor_the_company_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    model, pixels, labels = network("lenet5", 16)
    together = gradient_norms(model, pixels, labels)
    monkeypatch.setattr(gradients, "_MOST_BYTES", 1)
    torch.testing.assert_close(gradient_norms(model, pixels, labels), together)
    torch.testing.assert_close(gradient_norms(model, pixels[2:3], labels[2:3]), together[2:3])


def test_the_model_is_left_as_it_was() -> None:
    model, pixels, labels = network("lenet5", 16)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    gradient_norms(model, pixels, labels)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())
