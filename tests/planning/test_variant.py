"""What one training is shown, by epochs and by steps."""

import pytest

from leanset.planning.variant import images_shown
from leanset.training import Recipe


def recipe(**changes: object) -> Recipe:
    block = {"model": "lenet5", "optimizer": {"name": "adam", "learning_rate": 0.1}}
    return Recipe.model_validate(block | {"batch_size": 10, "epochs": 3} | changes)


def test_by_equal_epochs_each_sample_is_shown_in_each_epoch() -> None:
    assert images_shown(recipe(), 25, 1_000) == 75


@pytest.mark.parametrize(
    ("shown", "available", "images"),
    [
        # 3 epochs of 100 batches; an epoch of 25 is 3 batches, so 100 whole epochs
        (25, 1_000, 2_500),
        # 3 epochs of 10 batches; an epoch of 40 is 4 batches: 7 epochs and 2 batches more
        (40, 100, 7 * 40 + 2 * 10),
        (100, 100, 300),
    ],
)
def test_by_equal_steps_a_small_subset_is_shown_as_often_as_the_steps_allow(
    shown: int, available: int, images: int
) -> None:
    assert images_shown(recipe(compute="equal_steps"), shown, available) == images
