from typing import Any

import pytest
import torch
from pydantic import TypeAdapter, ValidationError

from leanset.training.recipe.optimizers import Adam, AdamW, Optimizer, Sgd

PARSED: TypeAdapter[Optimizer] = TypeAdapter(Optimizer)


def walked(settings: Optimizer, gradients: list[float], start: float = 2.0) -> list[float]:
    """Where one parameter is after each step."""
    parameter = torch.nn.Parameter(torch.tensor([start], dtype=torch.float64))
    optimizer = settings.build([parameter])
    places = []
    for gradient in gradients:
        parameter.grad = torch.tensor([gradient], dtype=torch.float64)
        optimizer.step()
        places.append(float(parameter.detach()))
    return places


def test_plain_sgd_goes_down_the_gradient() -> None:
    assert walked(Sgd(name="sgd", learning_rate=0.1), [1, 1, -4]) == pytest.approx([1.9, 1.8, 2.2])


def test_momentum_adds_what_is_left_of_the_last_step() -> None:
    # velocities 1, 0.5 + 1, 0.75 + 0
    sgd = Sgd(name="sgd", learning_rate=0.1, momentum=0.5)
    assert walked(sgd, [1, 1, 0]) == pytest.approx([1.9, 1.75, 1.675])


def test_nesterov_looks_ahead_along_the_velocity() -> None:
    # velocities 1, 1.5, 0.75; steps 1 + 0.5, 1 + 0.75, 0 + 0.375
    sgd = Sgd(name="sgd", learning_rate=0.1, momentum=0.5, nesterov=True)
    assert walked(sgd, [1, 1, 0]) == pytest.approx([1.85, 1.675, 1.6375])


def test_the_weight_decay_of_sgd_is_a_part_of_the_gradient() -> None:
    # 2 - 0.1 (1 + 0.5 · 2), then 1.8 - 0.1 (0 + 0.5 · 1.8)
    sgd = Sgd(name="sgd", learning_rate=0.1, weight_decay=0.5)
    assert walked(sgd, [1, 0]) == pytest.approx([1.8, 1.71])


def test_the_first_step_of_adam_is_as_long_as_its_rate() -> None:
    assert walked(Adam(name="adam", learning_rate=0.1), [30]) == pytest.approx([1.9])
    assert walked(Adam(name="adam", learning_rate=0.1), [-0.01]) == pytest.approx([2.1])


def test_adam_is_as_the_paper_writes_it() -> None:
    place, first, second, places = 2.0, 0.0, 0.0, []
    gradients = [1.0, -3.0, 0.5]
    for step, gradient in enumerate(gradients, start=1):
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        spread = (second / (1 - 0.999**step)) ** 0.5
        place -= 0.1 * first / (1 - 0.9**step) / (spread + 1e-8)
        places.append(place)
    assert walked(Adam(name="adam", learning_rate=0.1), gradients) == pytest.approx(places)


def test_the_weight_decay_of_adamw_stays_out_of_the_moments() -> None:
    # 2 (1 - 0.1 · 0.5) - 0.1, where Adam with decay in the gradient would only take 0.1
    adamw = AdamW(name="adamw", learning_rate=0.1, weight_decay=0.5)
    assert walked(adamw, [30]) == pytest.approx([1.8])


@pytest.mark.parametrize(
    ("block", "kind", "expected"),
    [
        (
            {"name": "sgd", "learning_rate": 0.2},
            torch.optim.SGD,
            {"lr": 0.2, "momentum": 0.0, "nesterov": False, "weight_decay": 0.0},
        ),
        (
            {"name": "sgd", "learning_rate": 0.2, "momentum": 0.9, "nesterov": True,
             "weight_decay": 5e-4},
            torch.optim.SGD,
            {"lr": 0.2, "momentum": 0.9, "nesterov": True, "weight_decay": 5e-4},
        ),
        (
            {"name": "adam", "learning_rate": 0.001},
            torch.optim.Adam,
            {"lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0},
        ),
        (
            {"name": "adamw", "learning_rate": 0.001},
            torch.optim.AdamW,
            {"lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.01},
        ),
        (
            {"name": "adamw", "learning_rate": 0.001, "weight_decay": 0.0},
            torch.optim.AdamW,
            {"lr": 0.001, "weight_decay": 0.0},
        ),
    ],
)  # fmt: skip
def test_what_is_built_is_what_the_settings_say(
    block: dict[str, Any], kind: type[torch.optim.Optimizer], expected: dict[str, Any]
) -> None:
    optimizer = PARSED.validate_python(block).build([torch.nn.Parameter(torch.zeros(3))])
    assert type(optimizer) is kind
    (group,) = optimizer.param_groups
    assert {key: group[key] for key in expected} == expected
    assert group["fused"]


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"name": "sgd", "learning_rate": 0.1, "nesterov": True}, "nesterov needs a momentum"),
        ({"name": "sgd", "learning_rate": 0.1, "momentum": 1.0}, "less than 1"),
        ({"name": "sgd", "learning_rate": 0.1, "momentum": -0.1}, "greater than or equal to 0"),
        ({"name": "sgd", "learning_rate": 0.1, "weight_decay": -1.0}, "greater than or equal to 0"),
        ({"name": "sgd", "learning_rate": 0.1, "momentums": 0.9}, "Did you mean 'momentum'"),
        ({"name": "adam", "learning_rate": 0.1, "weight_decay": 0.1}, "no key 'weight_decay'"),
        ({"name": "adam", "learning_rate": 0.0}, "greater than 0"),
        ({"name": "adam", "learning_rate": float("nan")}, "greater than 0"),
        ({"name": "adam"}, "Field required"),
        ({"name": "rmsprop", "learning_rate": 0.1}, "'sgd', 'adam', 'adamw'"),
    ],
)
def test_settings_that_mean_nothing_are_refused(block: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        PARSED.validate_python(block)
