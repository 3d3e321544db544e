from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from leanset.training.stack.kind import Kind

from .plain import ADAM, job

NESTEROV = {"name": "sgd", "learning_rate": 0.1, "momentum": 0.9, "nesterov": True}


@pytest.mark.parametrize(
    "changes",
    [
        {"samples": 3},
        {"seed": 8},
        {"epochs": 9},
        {"schedule": {"name": "cosine", "warmup": 0.1}},
        {"compute": "equal_steps"},
        {"optimizer": ADAM | {"learning_rate": 0.5}},
    ],
    ids=str,
)
def test_lanes_of_one_stack_may_differ_in_data_length_and_rate(changes: dict[str, Any]) -> None:
    assert Kind.of(job(**changes)) == Kind.of(job())
    assert hash(Kind.of(job(**changes))) == hash(Kind.of(job()))


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "resnet9"},
        {"batch_size": 9},
        {"optimizer": NESTEROV},
        {"label_smoothing": 0.1},
        {"augmentation": {"flip": True}},
    ],
    ids=str,
)
def test_lanes_of_one_stack_share_everything_else(changes: dict[str, Any]) -> None:
    assert Kind.of(job(**changes)) != Kind.of(job())


def test_momentum_is_shared() -> None:
    slower = NESTEROV | {"momentum": 0.5}
    assert Kind.of(job(optimizer=slower)) != Kind.of(job(optimizer=NESTEROV))


def test_losses_with_weights_and_without_are_two_kinds() -> None:
    weighted = replace(job(), loss_weights=np.ones(20, dtype=np.float32))
    assert Kind.of(weighted) != Kind.of(job())
