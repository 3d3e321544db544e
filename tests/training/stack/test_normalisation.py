import pytest
import torch
from torch import Tensor, nn
from torch.nn.functional import batch_norm

from leanset.training.stack.normalisation import Presence, normalise, update_running

LANES, BATCH, CHANNELS, SIDE = 3, 5, 2, 4
EPSILON = 1e-5

PRESENT = torch.tensor([[True] * 5, [True, True, True, False, False], [False] * 5])
"""A full batch, a ragged one, an idle lane."""


def normal(seed: int, *shape: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


@pytest.fixture
def maps() -> Tensor:
    return (3 + 2 * normal(0, LANES, BATCH, CHANNELS, SIDE, SIDE)).requires_grad_()


@pytest.fixture
def weight() -> Tensor:
    return normal(1, LANES, CHANNELS).requires_grad_()


@pytest.fixture
def bias() -> Tensor:
    return normal(2, LANES, CHANNELS).requires_grad_()


def presence() -> Presence:
    return Presence.of(PRESENT, torch.float64)


def test_presence_is_a_size_and_equal_shares() -> None:
    assert presence().sizes.tolist() == [[5], [3], [0]]
    shares = [[1 / 5] * 5, [1 / 3, 1 / 3, 1 / 3, 0, 0], [0] * 5]
    torch.testing.assert_close(presence().share, torch.tensor(shares, dtype=torch.float64))


def test_those_present_are_normalised_as_if_nobody_else_were_there(
    maps: Tensor, weight: Tensor, bias: Tensor
) -> None:
    normalised, mean, variance = normalise(maps, weight, bias, presence().share, EPSILON)
    for lane in (0, 1):
        there = maps[lane, PRESENT[lane]]
        expected = batch_norm(there, None, None, weight[lane], bias[lane], True, eps=EPSILON)
        torch.testing.assert_close(normalised[lane, PRESENT[lane]], expected, rtol=0, atol=1e-12)
        torch.testing.assert_close(mean[lane], there.mean((0, 2, 3)))
        torch.testing.assert_close(variance[lane], there.var((0, 2, 3), correction=0))


def test_the_gradients_are_those_of_torch_and_the_absent_get_none(
    maps: Tensor, weight: Tensor, bias: Tensor
) -> None:
    upstream = normal(3, *maps.shape) * PRESENT[:, :, None, None, None]
    normalised, _, _ = normalise(maps, weight, bias, presence().share, EPSILON)
    ours = torch.autograd.grad((normalised * upstream).sum(), (maps, weight, bias))
    assert not ours[0][~PRESENT].any()
    for lane in (0, 1):
        there = PRESENT[lane]
        plain = batch_norm(
            maps[lane, there], None, None, weight[lane], bias[lane], True, eps=EPSILON
        )
        inputs = (maps, weight, bias)
        theirs = torch.autograd.grad((plain * upstream[lane, there]).sum(), inputs)
        for mine, its in zip(ours, theirs, strict=True):
            torch.testing.assert_close(mine[lane], its[lane], rtol=0, atol=1e-12)


def test_the_gradients_are_right_by_finite_differences(
    maps: Tensor, weight: Tensor, bias: Tensor
) -> None:
    # the variance of the idle lane is 0, which makes its slopes too steep for differences
    busy = [value[:2].detach().requires_grad_() for value in (maps, weight, bias)]
    share = presence().share[:2]
    assert torch.autograd.gradcheck(
        lambda *inputs: normalise(*inputs, share, EPSILON)[0], busy, check_undefined_grad=False
    )


def test_an_idle_lane_makes_numbers_and_has_no_statistics(
    maps: Tensor, weight: Tensor, bias: Tensor
) -> None:
    normalised, mean, variance = normalise(maps, weight, bias, presence().share, EPSILON)
    (gradient,) = torch.autograd.grad(normalised[:2].sum(), maps)
    assert normalised.isfinite().all()
    assert gradient.isfinite().all()
    assert not mean[2].any()
    assert not variance[2].any()


def test_values_far_from_zero_keep_their_variance() -> None:
    # a mean of squares less the square of the mean would leave nothing of it in single precision
    far = (1e4 + normal(4, 1, 50, 1, 3, 3)).float()
    share = torch.full((1, 50), 1 / 50)
    _, _, variance = normalise(far, torch.ones(1, 1), torch.zeros(1, 1), share, EPSILON)
    torch.testing.assert_close(variance[0], far.double().var().float()[None], rtol=0.01, atol=0)


def test_running_statistics_move_as_in_torch_and_stay_in_an_idle_lane(maps: Tensor) -> None:
    layers = [nn.BatchNorm2d(CHANNELS, momentum=0.3, dtype=torch.float64) for _ in range(LANES)]
    ones = torch.ones(LANES, CHANNELS, dtype=torch.float64)
    running = torch.zeros_like(ones), ones.clone()
    for step in range(3):
        shown = (maps * (step + 1)).detach()
        _, mean, variance = normalise(shown, ones, ones, presence().share, EPSILON)
        update_running(running, (mean, variance), presence().sizes * SIDE**2, 0.3)
        for lane in (0, 1):
            layers[lane](shown[lane, PRESENT[lane]])
    for lane, layer in enumerate(layers):
        torch.testing.assert_close(running[0][lane], layer.running_mean, rtol=0, atol=1e-12)
        torch.testing.assert_close(running[1][lane], layer.running_var, rtol=0, atol=1e-12)
    assert running[0][2].tolist() == [0, 0]
    assert running[1][2].tolist() == [1, 1]
