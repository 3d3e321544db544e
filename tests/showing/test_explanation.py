"""What is said of a variant."""

from typing import Any

import pytest

from leanset.explaining import explained
from leanset.past import Bill
from leanset.showing import print_explanation
from leanset.sweep import Cell
from tests.config.examples import blocks, parsed, ranked

BILL = Bill(95.0, 5, {"10 %": 0.31, "20": 12.0}, failed=0)


def said(
    capsys: pytest.CaptureFixture[str],
    name: str = "near",
    *changes: tuple[str, Any],
    bill: Bill | None = None,
    plan: tuple[Cell, ...] = (),
) -> str:
    explanation = explained(name, parsed(blocks(*changes)), plan)
    print_explanation(explanation, bill, "2026-01-01")
    return " ".join(capsys.readouterr().out.split())


def test_a_variant_is_told_from_its_description_to_its_recipe(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = said(capsys)
    for part in (
        "near: Close to a centroid Method clustered: Keep an equal quota of every cluster",
        "Source: bitsofchris",
        "clustering pca50_k50 keep closest",
        "clustering_pca50_k50 Mini-batch k-means (Sculley 2010)",
        "embedding_pca50 The first principal components",
        "Nothing of it reads labels",
        "It keeps 30, in 5 runs each.",
        "Trained by the recipe lenet5: lenet5, adam, batches of 64, 5 epochs.",
        "It takes part in the sweep of this environment. Not run here yet.",
    ):
        assert part in text


def test_a_log_is_told_with_what_it_is_set_to(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "mine", ("mine", ranked("el2n")))
    assert "log_ensemble What proxies said of every sample. recipe: lenet5, proxies: 10" in text


def test_a_rule_without_settings_has_no_empty_tables(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "random")
    assert "Settings here" not in text
    assert "Made from" not in text


def test_what_it_cost_is_told_by_budget(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, bill=BILL)
    assert text.endswith(
        "Last run (2026-01-01): selecting took 1 min 35 s a run, 5 epochs of proxies among it, "
        "a training 0.3 s at 10 % and 12 s at 20."
    )


def test_failed_runs_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, bill=Bill(0.2, 0, {}, failed=3))
    assert text.endswith("selecting took 0.2 s a run, no training finished; 3 runs failed.")


def test_budgets_have_the_numbers_that_are_known(capsys: pytest.CaptureFixture[str]) -> None:
    last = Cell("random", "lenet5", "10 %", 6_000, 5, ())
    assert "It keeps 10 % (6,000 samples) and 20, in 1 run each." in said(
        capsys, "random", ("random.runs", 1), plan=(last,)
    )
    assert "It keeps 10 % and 20, in 5 runs each." in said(capsys, "random")


def test_a_variant_that_is_left_out_is_told_how_to_be_called(
    capsys: pytest.CaptureFixture[str],
) -> None:
    changes = (("sweep.variants", ["near"]), ("random.groups", ["arms"]))
    text = said(capsys, "random", *changes)
    assert "leaves it out; name random or arms in sweep.variants." in text


def test_a_training_by_steps_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "near", ("recipes.lenet5.compute", "equal_steps"))
    assert "5 epochs of all samples, in steps." in text


def test_a_description_is_not_taken_for_markup(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "near", ("near.description", "the [red]near[/red] ones"))
    assert "near: the [red]near[/red] ones" in text
