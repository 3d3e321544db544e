"""Every property of predictions on three samples whose values are worked out by hand."""

from math import log, sqrt

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from leanset.training.log.predictions import SCALARS, Predictions

# the logarithms of probabilities are logits of these probabilities, whatever is added to a row
P = torch.tensor([[0.5, 0.25, 0.25], [0.7, 0.2, 0.1], [0.4, 0.4, 0.2]], dtype=torch.float64)
LOGITS = P.log() + torch.tensor([[3.0], [-1.0], [0.0]], dtype=torch.float64)
LABELS = torch.tensor([0, 1, 1])

EXPECTED = {
    "doubt": [0.5, 0.8, 0.6],
    "least_confidence": [0.5, 0.3, 0.6],
    # log 0.5 - log 0.25, log 0.2 - log 0.7, log 0.4 - log 0.4: what was added to a row cancels
    "margin": [log(2), log(2 / 7), 0.0],
    # p - y is (-.5, .25, .25), (.7, -.8, .1), (.4, -.6, .2)
    "el2n": [sqrt(0.375), sqrt(1.14), sqrt(0.56)],
    # 1/2 log 2 + 2 (1/4 log 4) = 3/2 log 2, and so on
    "entropy": [
        1.5 * log(2),
        -(0.7 * log(0.7) + 0.2 * log(0.2) + 0.1 * log(0.1)),
        -(0.8 * log(0.4) + 0.2 * log(0.2)),
    ],
    "loss": [log(2), log(5), log(2.5)],
    # the third ties with another class, so it is not told from it
    "correct": [1.0, 0.0, 0.0],
}

# what else there is one number of
OTHERS = {"second": [0.25, 0.2, 0.4], "predicted": [0, 0, 0]}


def of(logits: Tensor, labels: Tensor, name: str) -> Tensor:
    """A property of predictions whose logits ``[..., N, C]`` come classes last."""
    values: Tensor = getattr(Predictions(logits.movedim(-1, 0), labels), name)
    return values


def test_every_scalar_has_a_worked_example() -> None:
    assert list(SCALARS) == list(EXPECTED)


@pytest.mark.parametrize("name", [*SCALARS, *OTHERS])
def test_a_scalar_is_what_its_definition_says(name: str) -> None:
    expected = (EXPECTED | OTHERS)[name]
    assert of(LOGITS, LABELS, name).tolist() == pytest.approx(expected, abs=1e-12)


def test_errors_are_probabilities_minus_one_hot_labels() -> None:
    expected = [[-0.5, 0.25, 0.25], [0.7, -0.8, 0.1], [0.4, -0.6, 0.2]]
    torch.testing.assert_close(
        of(LOGITS, LABELS, "errors").T,
        torch.tensor(expected, dtype=torch.float64),
        atol=1e-12,
        rtol=0,
    )


def test_probabilities_are_the_softmax_of_logits() -> None:
    logits = torch.randn(5, 4, 3, generator=torch.Generator().manual_seed(0))
    labels = torch.tensor([0, 1, 2, 0])
    p, log_p = of(logits, labels, "p"), of(logits, labels, "log_p")
    torch.testing.assert_close(p, logits.softmax(-1).movedim(-1, 0))
    torch.testing.assert_close(log_p, logits.log_softmax(-1).movedim(-1, 0))


def test_of_classes_with_equal_logits_the_first_is_predicted() -> None:
    logits = torch.tensor([[0.0, 2, 2], [1, 1, 1], [0, 1, 2], [-5, -3, -3]])
    assert of(logits, torch.zeros(4, dtype=torch.int64), "predicted").tolist() == [1, 0, 2, 1]


@pytest.mark.parametrize("name", [*SCALARS, "second"])
def test_a_scalar_of_single_precision_is_of_single_precision_and_one_for_each_sample(
    name: str,
) -> None:
    values = of(torch.zeros(4, 3), torch.tensor([0, 1, 2, 0]), name)
    assert values.dtype == torch.float32
    assert values.shape == (4,)


@pytest.mark.parametrize("name", [*SCALARS, *OTHERS])
def test_what_several_networks_say_at_several_times_is_told_one_by_one(name: str) -> None:
    logits = torch.randn(2, 5, 4, 3, generator=torch.Generator().manual_seed(0))
    labels = torch.tensor([0, 1, 2, 0])
    together = of(logits, labels, name)
    assert together.shape == (2, 5, 4)
    for network in range(2):
        for time in range(5):
            alone = of(logits[network, time], labels, name)
            torch.testing.assert_close(together[network, time], alone)


@pytest.mark.parametrize("name", [*SCALARS, *OTHERS])
def test_a_scalar_of_enormous_logits_is_finite(name: str) -> None:
    logits = torch.tensor([[65504.0, -65504.0, 0.0], [-65504.0, 65504.0, 0.0]])
    assert of(logits, torch.tensor([0, 0]), name).isfinite().all()


@pytest.mark.parametrize("ahead", [1, 10, 30, 80])
def test_what_is_left_for_other_classes_is_not_rounded_away(ahead: int) -> None:
    # two others, each e^-ahead times as likely as the label: q = 2 e^-ahead / (1 + 2 e^-ahead)
    logits = torch.tensor([[ahead, 0.0, 0.0]])
    left = 2 * torch.tensor(-float(ahead), dtype=torch.float64).exp()
    q = float(left / (1 + left))
    for name in ("doubt", "least_confidence"):
        assert of(logits, torch.tensor([0]), name).item() == pytest.approx(q, rel=1e-5)
    loss = of(logits, torch.tensor([0]), "loss").item()
    assert loss == pytest.approx(float(left.log1p()), rel=1e-5)
    # p - y is (-q, q/2, q/2)
    el2n = of(logits, torch.tensor([0]), "el2n").item()
    assert el2n == pytest.approx(q * sqrt(1.5), rel=1e-5)


@given(st.permutations(range(3)), st.sampled_from([*SCALARS, *OTHERS]))
def test_permuting_the_samples_permutes_their_scalars(order: list[int], name: str) -> None:
    values = of(LOGITS, LABELS, name)
    assert torch.equal(of(LOGITS[order], LABELS[order], name), values[order])


@given(st.permutations(range(3)), st.sampled_from([*SCALARS, "second"]))
def test_the_numbering_of_the_classes_does_not_matter(order: list[int], name: str) -> None:
    # class order[k] is called k, so what was called c is now at argsort(order)[c]
    renamed = of(LOGITS[:, order], torch.tensor(order).argsort()[LABELS], name)
    torch.testing.assert_close(renamed, of(LOGITS, LABELS, name), atol=1e-12, rtol=1e-12)
