"""Every scalar on three samples whose values are worked out by hand."""

from math import log, sqrt

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from leanset.training.log.scalars import SCALARS, errors

# the logarithms of probabilities are logits of these probabilities, whatever is added to a row
P = torch.tensor([[0.5, 0.25, 0.25], [0.7, 0.2, 0.1], [0.4, 0.4, 0.2]], dtype=torch.float64)
LOGITS = P.log() + torch.tensor([[3.0], [-1.0], [0.0]], dtype=torch.float64)
LABELS = torch.tensor([0, 1, 1])

EXPECTED = {
    "p_true": [0.5, 0.2, 0.4],
    "confidence": [0.5, 0.7, 0.4],
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


def test_every_scalar_has_a_worked_example() -> None:
    assert SCALARS.keys() == EXPECTED.keys()


@pytest.mark.parametrize("name", SCALARS)
def test_a_scalar_is_what_its_definition_says(name: str) -> None:
    assert SCALARS[name](LOGITS, LABELS).tolist() == pytest.approx(EXPECTED[name], abs=1e-12)


def test_errors_are_probabilities_minus_one_hot_labels() -> None:
    expected = [[-0.5, 0.25, 0.25], [0.7, -0.8, 0.1], [0.4, -0.6, 0.2]]
    torch.testing.assert_close(
        errors(LOGITS, LABELS), torch.tensor(expected, dtype=torch.float64), atol=1e-12, rtol=0
    )


@pytest.mark.parametrize("name", SCALARS)
def test_a_scalar_of_single_precision_is_of_single_precision_and_one_for_each_sample(
    name: str,
) -> None:
    values = SCALARS[name](torch.zeros(4, 3), torch.tensor([0, 1, 2, 0]))
    assert values.dtype == torch.float32
    assert values.shape == (4,)


@pytest.mark.parametrize("name", SCALARS)
def test_a_scalar_of_enormous_logits_is_finite(name: str) -> None:
    logits = torch.tensor([[65504.0, -65504.0, 0.0], [-65504.0, 65504.0, 0.0]])
    assert SCALARS[name](logits, torch.tensor([0, 0])).isfinite().all()


@given(st.permutations(range(3)), st.sampled_from(sorted(SCALARS)))
def test_permuting_the_samples_permutes_their_scalars(order: list[int], name: str) -> None:
    values = SCALARS[name](LOGITS, LABELS)
    assert torch.equal(SCALARS[name](LOGITS[order], LABELS[order]), values[order])


@given(st.permutations(range(3)), st.sampled_from(sorted(SCALARS)))
def test_the_numbering_of_the_classes_does_not_matter(order: list[int], name: str) -> None:
    # class order[k] is called k, so what was called c is now at argsort(order)[c]
    renamed = SCALARS[name](LOGITS[:, order], torch.tensor(order).argsort()[LABELS])
    torch.testing.assert_close(renamed, SCALARS[name](LOGITS, LABELS), atol=1e-12, rtol=1e-12)
