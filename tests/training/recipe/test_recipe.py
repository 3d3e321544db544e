from typing import Any

import pytest
from pydantic import ValidationError

from leanset.config import SettingsError, check_settings
from leanset.models import MODELS
from leanset.training import Recipe, TrainingSettings
from leanset.training.recipe.schedules import Constant


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
    assert recipe().steps(samples, available=60_000) == steps
    assert recipe().steps_per_epoch(samples) * 5 == steps


@pytest.mark.parametrize("samples", [1, 600, 60_000, 70_000])
def test_with_equal_steps_every_subset_takes_the_steps_of_the_whole_split(samples: int) -> None:
    assert recipe(compute="equal_steps").steps(samples, available=60_000) == 5 * 938


def test_the_rate_of_a_step_is_the_optimisers_times_the_schedules_factor() -> None:
    assert recipe().learning_rate(7, 100) == 0.001
    cosine = recipe(schedule={"name": "cosine"})
    rates = [cosine.learning_rate(step, 4) for step in range(4)]
    assert rates == pytest.approx([1e-3, 0.8535534e-3, 0.5e-3, 0.1464466e-3])


def test_what_a_recipe_leaves_out_is_plain() -> None:
    plain = recipe()
    assert plain.schedule == Constant()
    assert plain.compute == "equal_epochs"
    assert plain.label_smoothing == 0
    assert not plain.augmentation.changes_anything
    spelt_out = recipe(
        schedule={"name": "constant"},
        compute="equal_epochs",
        label_smoothing=0.0,
        augmentation={"flip": False, "crop_padding": 0, "cutout": 0},
    )
    assert spelt_out == plain


def test_a_recipe_survives_being_written_down() -> None:
    everything = recipe(
        model="resnet9",
        optimizer={"name": "sgd", "learning_rate": 0.4, "momentum": 0.9, "nesterov": True},
        schedule={"name": "one_cycle", "rise": 0.25},
        compute="equal_steps",
        label_smoothing=0.2,
        augmentation={"flip": True, "crop_padding": 4, "cutout": 8},
    )
    assert Recipe.model_validate_json(everything.model_dump_json()) == everything


@pytest.mark.parametrize("model", MODELS)
def test_every_model_may_be_trained(model: str) -> None:
    assert recipe(model=model).model == model


def test_a_misspelt_model_leads_to_the_right_one() -> None:
    with pytest.raises(ValidationError, match=r"there is no model 'lenet'. Did you mean 'lenet5'"):
        recipe(model="lenet")


def test_a_misspelt_key_leads_to_the_right_one() -> None:
    with pytest.raises(ValidationError, match=r"no key 'epoch'. Did you mean 'epochs'\?"):
        recipe(epoch=5)


ADAMS = {"name": "adams", "learning_rate": 0.1}
AHEAD = {"name": "sgd", "learning_rate": 0.1, "nesterov": True}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"optimizer": ADAMS}, "'adams'. Did you mean 'adam'?"),
        ({"optimizer": AHEAD}, "nesterov needs a momentum above 0, such as 0.9"),
        ({"schedule": {"name": "onecycle"}}, "'onecycle'. Did you mean 'one_cycle'?"),
        ({"schedule": {"warmup": 0.1}}, "the key 'name' is missing."),
        ({"augmentation": {"flips": True}}, "there is no key 'flips'. Did you mean 'flip'?"),
    ],
    ids=["optimizer", "nesterov", "schedule", "no name", "augmentation"],
)
def test_the_error_in_a_settings_file_names_the_key_and_leads_to_what_is_meant(
    wrong: dict[str, Any], message: str
) -> None:
    files = ("train_images", "train_labels", "test_images", "test_labels")
    source = {"format": "idx"} | {name: {"file": f"{name}.idx"} for name in files}
    blocks = {
        "dataset": {"name": "digits", "class_names": ["zero", "one"], "source": source},
        "embeddings": {},
        "clusterings": {},
        "recipes": {"mine": recipe().model_dump() | wrong},
        "training": {"device": "cpu", "workers": "auto", "keep_models": "none"},
        "sweep": {"seed": 1, "variants": "all", "budgets": [20], "runs": 5, "recipe": "mine"},
    }
    with pytest.raises(SettingsError) as caught:
        check_settings(blocks, (), lambda _: "a.yml")
    _, problem = str(caught.value).splitlines()
    assert problem.startswith(f"  a.yml: recipes.mine.{next(iter(wrong))}: ")
    assert problem.endswith(message)


@pytest.mark.parametrize(
    "wrong",
    [{"epochs": 0}, {"batch_size": 0}, {"optimizer": {"name": "adam", "learning_rate": 0.0}}],
)
def test_nothing_is_trained_for_no_epochs_in_no_batches_or_at_no_rate(
    wrong: dict[str, Any],
) -> None:
    with pytest.raises(ValidationError, match="greater than 0"):
        recipe(**wrong)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"label_smoothing": 1.0}, "less than 1"),
        ({"label_smoothing": -0.1}, "greater than or equal to 0"),
        ({"compute": "equal_time"}, "'equal_epochs' or 'equal_steps'"),
    ],
)
def test_a_recipe_that_means_nothing_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        recipe(**wrong)


@pytest.mark.parametrize("workers", ["auto", 1, 16])
def test_workers_are_a_number_or_auto(workers: Any) -> None:
    block = {"device": "auto", "workers": workers, "keep_models": "none"}
    assert TrainingSettings.model_validate(block).workers == workers


@pytest.mark.parametrize("stack", ["auto", 1, 64])
def test_a_stack_is_a_number_or_auto_which_need_not_be_said(stack: Any) -> None:
    block = {"device": "auto", "workers": 1, "keep_models": "none"}
    assert TrainingSettings.model_validate(block).stack == "auto"
    assert TrainingSettings.model_validate(block | {"stack": stack}).stack == stack


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"workers": 0}, "greater than 0"),
        ({"stack": 0}, "greater than 0"),
        ({"device": "gpu"}, "'auto', 'cpu' or 'cuda'"),
        ({"keep_models": "best"}, "'none', 'median' or 'all'"),
    ],
)
def test_settings_that_mean_nothing_are_refused(wrong: dict[str, Any], message: str) -> None:
    block = {"device": "cpu", "workers": 1, "keep_models": "none"}
    with pytest.raises(ValidationError, match=message):
        TrainingSettings.model_validate(block | wrong)
