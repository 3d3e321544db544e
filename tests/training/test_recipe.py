from typing import Any

import pytest
from pydantic import ValidationError

from leanset.training import Recipe, TrainingSettings


def recipe(**changes: Any) -> Recipe:
    adam = {"name": "adam", "learning_rate": 0.001}
    block = {"model": "lenet5", "optimizer": adam, "batch_size": 64, "epochs": 5}
    return Recipe.model_validate(block | changes)


@pytest.mark.parametrize(
    ("samples", "steps"),
    [(60_000, 5 * 938), (640, 5 * 10), (641, 5 * 11), (64, 5), (1, 5)],
    ids=["mnist", "whole batches", "one more", "one batch", "one sample"],
)
def test_an_epoch_takes_a_step_for_every_batch_the_last_short_one_too(
    samples: int, steps: int
) -> None:
    assert recipe().steps(samples) == steps


def test_a_misspelt_model_leads_to_the_right_one() -> None:
    with pytest.raises(ValidationError, match=r"there is no model 'lenet'. Did you mean 'lenet5'"):
        recipe(model="lenet")


def test_a_misspelt_key_leads_to_the_right_one() -> None:
    with pytest.raises(ValidationError, match=r"no key 'epoch'. Did you mean 'epochs'\?"):
        recipe(epoch=5)


@pytest.mark.parametrize(
    "wrong",
    [{"epochs": 0}, {"batch_size": 0}, {"optimizer": {"name": "adam", "learning_rate": 0.0}}],
)
def test_nothing_is_trained_for_no_epochs_in_no_batches_or_at_no_rate(
    wrong: dict[str, Any],
) -> None:
    with pytest.raises(ValidationError, match="greater than 0"):
        recipe(**wrong)


@pytest.mark.parametrize("workers", ["auto", 1, 16])
def test_workers_are_a_number_or_auto(workers: Any) -> None:
    block = {"device": "auto", "workers": workers, "keep_models": "none"}
    assert TrainingSettings.model_validate(block).workers == workers


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"workers": 0}, "greater than 0"),
        ({"device": "gpu"}, "'auto', 'cpu' or 'cuda'"),
        ({"keep_models": "best"}, "'none', 'median' or 'all'"),
    ],
)
def test_settings_that_mean_nothing_are_refused(wrong: dict[str, Any], message: str) -> None:
    block = {"device": "cpu", "workers": 1, "keep_models": "none"}
    with pytest.raises(ValidationError, match=message):
        TrainingSettings.model_validate(block | wrong)
