from collections.abc import Callable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from torch.optim.lr_scheduler import CosineAnnealingLR, LRScheduler, OneCycleLR

from leanset.training.recipe.schedules import Constant, Cosine, OneCycle, Schedule

PARSED: TypeAdapter[Schedule] = TypeAdapter(Schedule)

SHARE = st.floats(0, 1, exclude_max=True)
SCHEDULES = st.one_of(
    st.just(Constant()),
    SHARE.map(lambda warmup: Cosine(name="cosine", warmup=warmup)),
    SHARE.filter(bool).map(lambda rise: OneCycle(name="one_cycle", rise=rise)),
)


def factors(schedule: Schedule, steps: int) -> list[float]:
    return [schedule.factor(step, steps) for step in range(steps)]


def of_torch(scheduler: Callable[[torch.optim.Optimizer], LRScheduler], steps: int) -> list[float]:
    """The rates that a scheduler of torch gives an optimiser whose own rate is 1."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    schedule = scheduler(optimizer)
    rates = []
    for step in range(steps):
        rates.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        if step < steps - 1:  # beyond the last one torch's OneCycleLR raises
            schedule.step()
    return rates


def test_a_constant_schedule_keeps_the_rate() -> None:
    assert factors(Constant(), 5) == [1.0] * 5


@pytest.mark.parametrize("steps", [1, 2, 7, 100])
def test_a_cosine_falls_as_in_torch(steps: int) -> None:
    expected = of_torch(lambda optimizer: CosineAnnealingLR(optimizer, T_max=steps), steps)
    assert factors(Cosine(name="cosine"), steps) == pytest.approx(expected, abs=1e-12)


def test_a_cosine_is_a_worked_example() -> None:
    # (1 + cos 0°, 45°, 90°, 135°) / 2
    assert factors(Cosine(name="cosine"), 4) == pytest.approx([1, 0.8535534, 0.5, 0.1464466])


def test_a_warm_up_rises_in_equal_steps_and_the_cosine_falls_over_what_is_left() -> None:
    warm = factors(Cosine(name="cosine", warmup=0.4), 10)
    assert warm[:4] == pytest.approx([0.2, 0.4, 0.6, 0.8])
    assert warm[4:] == factors(Cosine(name="cosine"), 6)


@pytest.mark.parametrize("rise", [0.25, 0.3, 0.9])
@pytest.mark.parametrize("steps", [2, 10, 37, 100])
def test_one_cycle_rises_and_falls_as_in_torch(rise: float, steps: int) -> None:
    expected = of_torch(
        lambda optimizer: OneCycleLR(
            optimizer,
            max_lr=1.0,
            total_steps=steps,
            pct_start=rise,
            anneal_strategy="cos",
            cycle_momentum=False,
            div_factor=25,
            final_div_factor=1e4,
        ),
        steps,
    )
    assert factors(OneCycle(name="one_cycle", rise=rise), steps) == pytest.approx(expected)


def test_one_cycle_starts_at_a_25th_and_ends_at_a_250000th() -> None:
    cycle = factors(OneCycle(name="one_cycle"), 100)
    assert cycle[0] == pytest.approx(1 / 25)
    assert cycle[29] == pytest.approx(1)
    assert cycle[-1] == pytest.approx(1 / 250_000)
    assert cycle[:30] == sorted(cycle[:30])
    assert cycle[29:] == sorted(cycle[29:], reverse=True)


@given(SCHEDULES, st.integers(1, 50))
def test_a_factor_is_above_zero_and_at_most_one(schedule: Schedule, steps: int) -> None:
    for factor in factors(schedule, steps):
        assert 0 < factor <= 1


@given(st.integers(1, 20), st.integers(1, 20))
def test_a_longer_training_stretches_a_cosine(steps: int, times: int) -> None:
    stretched = factors(Cosine(name="cosine"), steps * times)[::times]
    assert stretched == pytest.approx(factors(Cosine(name="cosine"), steps))


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ({"name": "constant"}, Constant()),
        ({"name": "cosine"}, Cosine(name="cosine", warmup=0.0)),
        ({"name": "cosine", "warmup": 0.1}, Cosine(name="cosine", warmup=0.1)),
        ({"name": "one_cycle"}, OneCycle(name="one_cycle", rise=0.3)),
    ],
)
def test_a_schedule_is_chosen_by_its_name(block: dict[str, Any], expected: Schedule) -> None:
    assert PARSED.validate_python(block) == expected


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"name": "step"}, "'constant', 'cosine', 'one_cycle'"),
        ({"name": "cosine", "warm_up": 0.1}, "no key 'warm_up'. Did you mean 'warmup'"),
        ({"name": "constant", "warmup": 0.1}, "no key 'warmup'"),
        ({"name": "cosine", "warmup": 1.0}, "less than 1"),
        ({"name": "cosine", "warmup": -0.1}, "greater than or equal to 0"),
        ({"name": "one_cycle", "rise": 0.0}, "greater than 0"),
        ({"name": "one_cycle", "rise": 1.0}, "less than 1"),
    ],
)
def test_a_schedule_that_means_nothing_is_refused(block: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        PARSED.validate_python(block)
