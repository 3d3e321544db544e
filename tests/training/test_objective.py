from math import log

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from leanset.training.objective import batch_loss

PROBABILITIES = torch.tensor([[0.5, 0.25, 0.25], [0.1, 0.1, 0.8]], dtype=torch.float64)
LOGITS = PROBABILITIES.log() + 3  # what is added to all logits of a sample changes nothing
LABELS = torch.tensor([0, 1])
FIRST, SECOND = -log(0.5), -log(0.1)
"""The cross-entropies of the two samples."""


def weights(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def test_without_weights_the_loss_is_the_mean_cross_entropy() -> None:
    assert float(batch_loss(LOGITS, LABELS, None, 0)) == pytest.approx((FIRST + SECOND) / 2)


def test_with_weights_the_sum_is_divided_by_the_batch_and_not_by_the_weights() -> None:
    loss = batch_loss(LOGITS, LABELS, weights(0.5, 3), 0)
    assert float(loss) == pytest.approx((0.5 * FIRST + 3 * SECOND) / 2)


def test_smoothing_moves_a_share_of_the_target_to_all_classes_alike() -> None:
    # ε = 0.3 of three classes: 0.8 on the label and 0.1 on each of the others
    first = -0.8 * log(0.5) - 0.1 * log(0.25) - 0.1 * log(0.25)
    second = -0.1 * log(0.1) - 0.8 * log(0.1) - 0.1 * log(0.8)
    loss = batch_loss(LOGITS, LABELS, None, 0.3)
    assert float(loss) == pytest.approx((first + second) / 2)
    weighted = batch_loss(LOGITS, LABELS, weights(0.5, 3), 0.3)
    assert float(weighted) == pytest.approx((0.5 * first + 3 * second) / 2)


@settings(deadline=None)
@given(st.integers(1, 20), st.integers(2, 12), st.floats(0, 0.9), st.integers(0, 100))
def test_weights_of_one_are_no_weights(
    samples: int, classes: int, smoothing: float, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(samples, classes, generator=generator)
    labels = torch.randint(classes, (samples,), generator=generator)
    plain = batch_loss(logits, labels, None, smoothing)
    weighted = batch_loss(logits, labels, torch.ones(samples), smoothing)
    assert plain.shape == weighted.shape == ()
    assert float(plain) == pytest.approx(float(weighted), rel=1e-5)


def test_a_sample_without_weight_has_no_gradient() -> None:
    logits = LOGITS.clone().requires_grad_()
    batch_loss(logits, LABELS, weights(2, 0), 0.1).backward()
    assert logits.grad is not None
    assert logits.grad[0].abs().min() > 0
    assert logits.grad[1].tolist() == [0, 0, 0]


def test_the_gradient_of_a_sample_is_its_weight_times_what_the_network_is_off_by() -> None:
    # ∂/∂zⱼ of Σ wᵢℓᵢ / B is wᵢ (pᵢⱼ - yᵢⱼ) / B
    logits = LOGITS.clone().requires_grad_()
    batch_loss(logits, LABELS, weights(0.5, 3), 0).backward()
    off = PROBABILITIES - torch.tensor([[1, 0, 0], [0, 1, 0]])
    torch.testing.assert_close(logits.grad, weights(0.5, 3)[:, None] * off / 2)
