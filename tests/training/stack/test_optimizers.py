from typing import Any

import pytest
import torch
from pydantic import TypeAdapter
from torch import Tensor

from leanset.training.recipe.optimizers import Optimizer
from leanset.training.stack.optimizers import STACKED, StackedOptimizer

PARSED: TypeAdapter[Optimizer] = TypeAdapter(Optimizer)

RATE = {"learning_rate": 1.0}
EVERY = {
    "sgd": {"name": "sgd"},
    "sgd with decay": {"name": "sgd", "weight_decay": 0.1},
    "momentum": {"name": "sgd", "momentum": 0.9},
    "momentum and decay": {"name": "sgd", "momentum": 0.9, "weight_decay": 0.1},
    "nesterov": {"name": "sgd", "momentum": 0.9, "nesterov": True, "weight_decay": 0.1},
    "adam": {"name": "adam"},
    "adamw": {"name": "adamw", "weight_decay": 0.1},
    "adamw without decay": {"name": "adamw", "weight_decay": 0.0},
}

LANES, PARAMETERS, STEPS = 3, 5, 7

every_optimizer = pytest.mark.parametrize("block", EVERY.values(), ids=EVERY)


def normal(seed: int, *shape: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


START = normal(0, LANES, PARAMETERS)
GRADIENTS = normal(1, STEPS, LANES, PARAMETERS)
RATES = normal(2, STEPS, LANES, 1).abs() / 10


def stacked(block: dict[str, Any], parameters: Tensor) -> StackedOptimizer:
    settings = PARSED.validate_python(block | RATE)
    return STACKED[type(settings)](parameters, settings)


def count(step: int) -> Tensor:
    return torch.full((LANES, 1), step)


def of_torch(block: dict[str, Any], lane: int) -> list[Tensor]:
    """Where one lane is after each step, by torch's own optimiser without its fused form."""
    parameter = torch.nn.Parameter(START[lane].clone())
    optimizer = PARSED.validate_python(block | RATE).build([parameter])
    (group,) = optimizer.param_groups
    group["fused"] = False
    places = []
    for gradient, rate in zip(GRADIENTS[:, lane], RATES[:, lane, 0], strict=True):
        parameter.grad = gradient.clone()
        group["lr"] = float(rate)
        optimizer.step()
        places.append(parameter.detach().clone())
    return places


@every_optimizer
def test_every_lane_goes_where_torch_goes_at_its_own_rate(block: dict[str, Any]) -> None:
    parameters = START.clone()
    optimizer = stacked(block, parameters)
    expected = [of_torch(block, lane) for lane in range(LANES)]
    for step in range(STEPS):
        optimizer.step(GRADIENTS[step].clone(), RATES[step], count(step + 1))
        for lane in range(LANES):
            torch.testing.assert_close(parameters[lane], expected[lane][step], rtol=0, atol=1e-12)


@every_optimizer
def test_a_lane_begun_anew_forgets_and_the_others_go_on(block: dict[str, Any]) -> None:
    parameters = START.clone()
    optimizer = stacked(block, parameters)
    late = 4
    for step in range(STEPS):
        if step == late:
            optimizer.forget(1)
            parameters[1] = START[1]
        steps = torch.tensor([[step + 1], [step % late + 1], [step + 1]])
        gradients, rates = GRADIENTS[step].clone(), RATES[step].clone()
        gradients[1], rates[1] = GRADIENTS[step % late, 1], RATES[step % late, 1]
        optimizer.step(gradients, rates, steps)
    torch.testing.assert_close(parameters[0], of_torch(block, 0)[-1], rtol=0, atol=1e-12)
    expected = of_torch(block, 1)[STEPS - 1 - late]
    torch.testing.assert_close(parameters[1], expected, rtol=0, atol=1e-12)


@every_optimizer
def test_a_lane_at_rate_zero_stays_where_it_is(block: dict[str, Any]) -> None:
    parameters = START.clone()
    optimizer = stacked(block, parameters)
    rates = torch.tensor([[0.1], [0.0], [0.1]], dtype=torch.float64)
    for step in range(3):
        gradients = GRADIENTS[step].clone()
        gradients[1] = 0
        optimizer.step(gradients, rates, count(step + 1))
    assert torch.equal(parameters[1], START[1])
    assert not torch.equal(parameters[0], START[0])


@every_optimizer
def test_a_lane_that_is_no_number_any_more_spoils_no_other(block: dict[str, Any]) -> None:
    parameters, clean = START.clone(), START.clone()
    spoilt, unspoilt = stacked(block, parameters), stacked(block, clean)
    for step in range(3):
        gradients = GRADIENTS[step].clone()
        unspoilt.step(gradients.clone(), RATES[step], count(step + 1))
        gradients[2] = float("nan")
        spoilt.step(gradients, RATES[step], count(step + 1))
    assert torch.equal(parameters[:2], clean[:2])
    assert parameters[2].isnan().all()


def test_the_parameters_stay_in_single_precision_though_rates_are_double() -> None:
    for block in EVERY.values():
        parameters = START.float()
        stacked(block, parameters).step(GRADIENTS[0].float(), RATES[0], count(1))
        expected = torch.stack([of_torch(block, lane)[0] for lane in range(LANES)])
        torch.testing.assert_close(parameters, expected.float(), rtol=1e-6, atol=1e-6)
