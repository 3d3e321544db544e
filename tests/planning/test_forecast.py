"""How long a plan takes: each figure worked out by hand."""

import pytest

from leanset.past import Past
from leanset.planning import (
    Plan,
    PlannedArtifact,
    PlannedCell,
    Selecting,
    forecast_of,
)
from leanset.planning.forecast import memory_of
from leanset.sweep import Cell

PAST = Past(
    per_image={"lenet5": 0.01},
    selecting={("craig", "600"): 2.0},
    making={"log_long": [30.0], "clustering_k50": [1.0, 2.0, 3.0]},
)


def cell(variant: str = "craig", recipe: str = "lenet5", budget: str = "600") -> Cell:
    return Cell(variant, recipe, budget, 600, 5, ())


def planned(images: int = 0, selecting: Selecting | None = None, **named: str) -> PlannedCell:
    return PlannedCell(cell(**named), 0, images, selecting or Selecting(0))


@pytest.mark.parametrize(
    ("artifact", "seconds"),
    [
        (PlannedArtifact("log_long", 1, 0), 0.0),
        # all of one, and of three of 1, 2 and 3 seconds
        (PlannedArtifact("log_long", 0, None), 30.0),
        (PlannedArtifact("clustering_k50", 0, None), 6.0),
        # two more, of two seconds each in the mean
        (PlannedArtifact("clustering_k50", 3, 2), 4.0),
        (PlannedArtifact("clustering_k9", 0, 2), None),
    ],
)
def test_an_artifact_takes_what_its_replicates_took(
    artifact: PlannedArtifact, seconds: float | None
) -> None:
    assert forecast_of(Plan((artifact,), ()), PAST).making == (seconds,)


@pytest.mark.parametrize(
    ("undone", "seconds"),
    [
        # 1,000 images of a hundredth of a second
        (planned(1_000), 10.0),
        (planned(0, recipe="mlp"), 0.0),
        (planned(1_000, recipe="mlp"), None),
    ],
)
def test_training_goes_by_the_images_that_are_shown(
    undone: PlannedCell, seconds: float | None
) -> None:
    assert forecast_of(Plan((), (undone,)), PAST).training == (seconds,)


@pytest.mark.parametrize(
    ("selecting", "budget", "seconds"),
    [
        (Selecting(3, 10**6, 4.0), "600", 12.0),
        # not told by what there is, so by what it took: three times two seconds
        (Selecting(3, None, None), "600", 6.0),
        (Selecting(3, None, None), "900", None),
        (Selecting(0), "900", 0.0),
    ],
)
def test_selecting_goes_by_its_own_estimate_or_else_by_the_last_sweep(
    selecting: Selecting, budget: str, seconds: float | None
) -> None:
    plan = Plan((), (planned(0, selecting, budget=budget),))
    assert forecast_of(plan, PAST).selecting == (seconds,)


def test_all_that_was_timed_is_added_up() -> None:
    plan = Plan(
        (PlannedArtifact("log_long", 0, 1),),
        (planned(1_000, Selecting(2, 5, 1.0)), planned(500, recipe="mlp")),
    )
    forecast = forecast_of(plan, PAST)
    assert forecast.seconds == 30 + 10 + 2
    assert not forecast.is_whole
    assert not forecast.is_of_nothing
    assert forecast_of(Plan(plan.artifacts, plan.cells[:1]), PAST).is_whole


def test_without_a_past_a_plan_that_has_something_left_is_of_nothing() -> None:
    assert forecast_of(Plan((), (planned(1_000, Selecting(5)),)), Past()).is_of_nothing
    assert not forecast_of(Plan((), (planned(0),)), Past()).is_of_nothing


def test_the_most_memory_is_that_of_what_is_still_to_be_selected() -> None:
    plan = Plan(
        (),
        (
            planned(0, Selecting(0, 900, 1.0)),
            planned(0, Selecting(1, 500, 1.0)),
            planned(0, Selecting(5, 300, 1.0)),
            planned(0, Selecting(5, None, None)),
        ),
    )
    assert memory_of(plan) == 500
    assert memory_of(Plan((), ())) == 0
