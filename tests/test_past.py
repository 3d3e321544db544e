"""What earlier sweeps took, out of small tables whose figures are worked out by hand."""

from typing import Any

import pandas as pd
import pytest

from leanset.past import Bill, Past, bill_of, past_of


def run(**changes: Any) -> dict[str, Any]:
    return {
        "variant": "near", "recipe": "lenet5", "budget": "10 %", "kept": 100, "run": 0,
        "status": "ok", "samples_seen": 500, "seconds_train": 10.0, "concurrency": 2,
        "seconds_select": 1.0, "seconds_artifacts": 4.0, "proxy_epochs": 0, "device": "cpu",
    } | changes  # fmt: skip


def cost(stage: str, name: str, seconds: float, device: str = "cpu") -> dict[str, Any]:
    return {"stage": stage, "name": name, "seconds": seconds, "device": device}


FAILED = {"status": "failed", "seconds_train": float("nan"), "samples_seen": 0}


def test_an_image_takes_its_share_of_the_clock_and_not_of_the_processes() -> None:
    runs = pd.DataFrame([run(), run(seconds_train=20.0, samples_seen=1_000), run(**FAILED)])
    # 10 and 20 seconds, two at a time, on 1,500 images
    assert past_of(runs).per_image == {"lenet5": pytest.approx(15 / 1_500)}


def test_each_recipe_has_its_own_pace_and_one_that_never_finished_has_none() -> None:
    runs = pd.DataFrame([run(), run(recipe="mlp", concurrency=1), run(recipe="other", **FAILED)])
    assert past_of(runs).per_image == {"lenet5": pytest.approx(0.01), "mlp": pytest.approx(0.02)}


def test_what_was_trained_on_another_device_is_no_measure() -> None:
    runs = pd.DataFrame([run(), run(device="cuda", seconds_train=1.0)])
    assert past_of(runs, device="cuda").per_image == {"lenet5": pytest.approx(1 / 2 / 500)}
    assert past_of(runs, device="tpu").per_image == {}


def test_a_selection_takes_what_the_middle_run_took() -> None:
    runs = pd.DataFrame([run(seconds_select=took) for took in (1.0, 9.0, 2.0)])
    assert past_of(runs).selecting == {("near", "10 %"): 2.0}


def test_artifacts_are_timed_by_replicate_and_networks_by_the_clock() -> None:
    costs = pd.DataFrame(
        [
            cost("clustering", "clustering_k50", 3.0),
            cost("clustering", "clustering_k50", 5.0),
            # of two processes side by side
            cost("log", "log_long", 60.0),
            cost("choose", "auto at 10 %, hardest", 8.0),
            cost("choose", "auto at 20 %, hardest", 4.0),
            cost("train", "near at 10 %", 7.0),
        ]
    )
    assert past_of(pd.DataFrame([run()]), costs).making == {
        "clustering_k50": [3.0, 5.0],
        "log_long": [30.0],
        "choices_auto": [4.0, 2.0],
    }


def test_a_log_of_another_device_is_no_measure() -> None:
    costs = pd.DataFrame([cost("log", "log_long", 60.0, "cuda"), cost("score", "score_a", 1.0)])
    assert past_of(pd.DataFrame([run()]), costs, "cpu").making == {"score_a": [1.0]}


def test_where_nothing_was_run_nothing_is_known() -> None:
    assert past_of(None) == Past()


def test_others_fill_in_only_what_was_never_timed_here_the_first_of_them_first() -> None:
    here = Past(per_image={"lenet5": 1.0}, selecting={("a", "1"): 1.0})
    others = [Past(per_image={"lenet5": 9.0, "mlp": 2.0}), Past(per_image={"mlp": 8.0, "r": 3.0})]
    joined = here.timed_also_by(others)
    assert joined.per_image == {"lenet5": 1.0, "mlp": 2.0, "r": 3.0}
    assert joined.selecting == here.selecting


def test_a_bill_holds_selections_with_all_behind_them_and_each_training() -> None:
    runs = pd.DataFrame(
        [
            run(run=0, seconds_train=10.0, seconds_select=1.0, proxy_epochs=5),
            run(run=1, seconds_train=30.0, seconds_select=3.0, proxy_epochs=5),
            run(budget="5 %", kept=50, seconds_select=2.0, seconds_train=2.0, proxy_epochs=5),
            run(budget="20 %", kept=200, **FAILED),
            run(variant="far"),
        ]
    )
    # selections of 5, 7, 6 and 5 seconds: 5.5 in the middle
    bill = bill_of(runs, "near")
    assert bill == Bill(5.5, 5, {"5 %": 2.0, "10 %": 20.0}, failed=1)
    assert list(bill.trainings) == ["5 %", "10 %"]


def test_a_variant_that_was_not_run_has_no_bill() -> None:
    assert bill_of(pd.DataFrame([run()]), "far") is None
