"""Rules of coverage and of gradients through Kedro: all of them in one sweep."""

import contextlib
import io
import re
import shutil
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from click import ClickException
from numpy.typing import NDArray

from leanset.config import VariantSettings
from leanset.io.config_loader import SweepConfigLoader
from leanset.selectors.grouped import Grouped
from tests.end_to_end.project import TINY, Project
from tests.end_to_end.rules import COVERING

Numbers = NDArray[np.floating[Any]]

EPOCHS = 5
BUDGETS = {"20": 20, "20 %": 180}
WEIGHTED = {"craig_loss": "loss", "craig_sampler": "sampler", "gradmatch_loss": "loss"}
MATCHED = {
    "cal", "contextual_diversity", "craig", "craig_loss", "craig_sampler", "craig_untrained",
    "glister", "gradmatch", "gradmatch_loss",
}  # fmt: skip
SUBSETS = ["variant", "budget", "run", "kept", "subset_hash"]


def configure(project: Project, **sweep: object) -> None:
    """Every variant of coverage, two proxies for two runs, and a validation split of a tenth."""
    parameters = "tiny/parameters"
    dataset = TINY["parameters/dataset.yml"]["dataset"]
    project.write(f"{parameters}/dataset.yml", {"dataset": {**dataset, "validation": 0.1}})
    warm = {"proxies": 2, "epochs": EPOCHS, "features_at": [0, EPOCHS]}
    project.write(f"{parameters}/logs.yml", {"logs": {"warm": warm}})
    project.write(
        f"{parameters}/clusterings.yml", {"clusterings": {"features_k50": {"clusters": 10}}}
    )
    untrained = {"method": "craig", "log": "warm", "epoch": 0}
    project.write(
        f"{parameters}/variants/craig_untrained.yml",
        {"craig_untrained": {"description": "u", "groups": ["coverage"], "selector": untrained}},
    )
    variants = ["random", "coverage", "validation"]
    settings = {"variants": variants, "budgets": [20, 0.2], "runs": 2, **sweep}
    project.write(f"{parameters}/sweep.yml", {"sweep": settings})
    project.write(f"{parameters}/variants/random.yml", {"random": {"budgets": [20, 0.2]}})


def active(project: Project) -> dict[str, VariantSettings]:
    with project.session() as session:
        session.load_context()
        return SweepConfigLoader.current().settings.active()


@dataclass(frozen=True)
class Covered:
    """A finished sweep of coverage, only to be read; what it printed, and its tables."""

    project: Project
    said: str
    variants: dict[str, VariantSettings]
    runs: Any
    matches: Any
    subsets: dict[str, Any]


def subsets_of(project: Project, variant: str) -> Any:
    """The subsets of a variant, by budget and run."""
    return project.load(f"subsets_{variant}").set_index(["budget", "run"])


@pytest.fixture(scope="module")
def covered(tmp_path_factory: pytest.TempPathFactory) -> Covered:
    project = Project.create(tmp_path_factory.mktemp("covered") / "project")
    configure(project)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        project.run()
    variants = active(project)
    return Covered(
        project,
        " ".join(said.getvalue().split()),
        variants,
        project.load("runs"),
        project.load("gradient_match"),
        {name: subsets_of(project, name) for name in variants},
    )


@pytest.fixture
def recorded(covered: Covered, project: Project) -> Project:
    """A project in which all that the sweep stored is there but what it selected."""
    unselected = shutil.ignore_patterns("subset")
    shutil.copytree(covered.project.folder / "store", project.folder / "store", ignore=unselected)
    return project


def test_every_rule_of_coverage_takes_part(covered: Covered) -> None:
    methods = {variant.selector.method for variant in covered.variants.values()}
    assert methods == {"random", *COVERING}
    assert set(covered.runs["variant"]) == covered.variants.keys()
    assert (covered.runs["status"] == "ok").all()


def test_every_budget_is_exact(covered: Covered) -> None:
    assert (covered.runs["kept"] == covered.runs["budget"].map(BUDGETS)).all()
    for name in covered.variants:
        subsets = covered.subsets[name]
        assert len(subsets) == 4
        for (budget, _), indices in subsets["indices"].items():
            assert len(set(indices)) == len(indices) == BUDGETS[budget]
            assert 0 <= min(indices) <= max(indices) < 900


def test_a_rule_that_goes_class_by_class_keeps_every_class(covered: Covered) -> None:
    by_class = {
        name
        for name, variant in covered.variants.items()
        if isinstance(variant.selector, Grouped) and variant.selector.balance != "none"
    }
    assert {"craig", "d2", "facility_location", "gradmatch", "graph_cut", "herding"} <= by_class
    counts = covered.runs[covered.runs["variant"].isin(by_class)]
    assert (counts["least_class_count"] >= counts["kept"] // 20).all()


def test_the_ledger_says_what_weights_come_to_of_weighted_runs_and_of_no_others(
    covered: Covered,
) -> None:
    runs = covered.runs.set_index(["variant", "budget", "run"])
    weighted = runs["weighting"].dropna()
    assert weighted.groupby("variant").unique().map(list).to_dict() == {
        name: [weighting] for name, weighting in WEIGHTED.items()
    }
    assert len(weighted) == 4 * len(WEIGHTED)
    for column in ("effective_samples", "greatest_weight"):
        assert set(runs[column].dropna().index) == set(weighted.index)
    for name in WEIGHTED:
        for (budget, run), weights in covered.subsets[name]["weights"].items():
            row = runs.loc[name, budget, run]
            assert len(weights) == row["kept"]
            assert np.mean(weights) == pytest.approx(1, abs=1e-5)
            assert min(weights) >= 0
            assert row["greatest_weight"] == pytest.approx(max(weights))
            effective = np.sum(weights) ** 2 / np.sum(np.square(weights))
            assert row["effective_samples"] == pytest.approx(effective, rel=1e-5)
    for name in covered.variants.keys() - WEIGHTED.keys():
        assert covered.subsets[name]["weights"].isna().all()


def test_weights_change_the_training_and_not_what_is_kept(covered: Covered) -> None:
    arms = [covered.subsets[name] for name in ("craig", "craig_loss", "craig_sampler")]
    for cell in arms[0].index:
        kept = [arm.loc[cell, "indices"].tolist() for arm in arms]
        assert kept[0] == kept[1] == kept[2]
        assert len({arm.loc[cell, "subset_hash"] for arm in arms}) == 3
    assert len(set(covered.runs.loc[covered.runs["variant"].isin(WEIGHTED), "run_key"])) == 12


def test_the_gradient_of_every_subset_is_held_against_that_of_all(covered: Covered) -> None:
    matches = covered.matches
    assert set(matches["variant"]) == MATCHED
    assert len(matches) == 4 * len(MATCHED)
    assert set(matches["log"]) == {"warm"}
    errors = matches[["error_here", "error_elsewhere", "random_here", "random_elsewhere"]]
    assert np.isfinite(errors).all(axis=None)
    assert (errors > 0).all(axis=None)
    # the same random subset of each run, whatever it is held against
    trained = matches[matches["variant"] != "craig_untrained"]
    assert (trained.groupby(["budget", "run"])["random_here"].nunique() == 1).all()


def test_weighted_gradients_match_three_times_better_where_they_were_chosen(
    covered: Covered,
) -> None:
    for name in WEIGHTED:
        rows = covered.matches[covered.matches["variant"] == name]
        assert (rows["error_here"] < rows["random_here"] / 3).all(), name


def test_what_selecting_will_take_is_said_before_it(covered: Covered) -> None:
    for name in covered.variants.keys() - {"random"}:
        for budget in BUDGETS:
            cell = re.escape(f"{name} at {budget}: ")
            sentence = rf"\b{cell}about .{{3,40}} for each of 2 runs\."
            (expected,) = re.finditer(sentence, covered.said)
            later = re.search(rf"\b{cell}(\d of 2 subsets have no|median)", covered.said)
            assert later is not None
            assert expected.end() <= later.start()
    assert "random at 20: about" not in covered.said


def test_that_an_untrained_proxy_tells_little_is_said(covered: Covered) -> None:
    assert "craig_untrained: the gradients of a class differ by" in covered.said
    assert "craig: the gradients of a class differ by" not in covered.said


def test_how_well_gradients_match_is_printed_at_the_end(covered: Covered) -> None:
    after = covered.said.partition("What selecting took")[2]
    table = after.partition("How well subsets match the gradient of all samples")[2]
    assert all(f" {name} 20 " in table for name in MATCHED)
    median = covered.matches.groupby(["variant", "budget"])["error_here"].median()
    assert f"craig_loss 20 % loss {median['craig_loss', '20 %']:.2f} " in table


def test_what_is_read_from_the_log_is_charged_to_every_rule_once(covered: Covered) -> None:
    # a run has one proxy of its own, however many features, scores and gradients it reads of it
    drawn = covered.runs["variant"] == "random"
    charged = covered.runs.loc[~drawn, ["proxy_epochs", "seconds_artifacts"]]
    assert set(charged["proxy_epochs"]) == {EPOCHS}
    assert (charged["seconds_artifacts"] > 0).all()
    assert (covered.runs.loc[drawn, charged.columns] == 0).all(axis=None)


def test_a_second_sweep_trains_nothing_and_finds_the_same(
    covered: Covered, recorded: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(recorded)
    monkeypatch.setattr("leanset.training.engine.train_on_workers", _never_again)
    recorded.run()
    found = [*SUBSETS, "run_key", "accuracy", "weighting", "effective_samples", "proxy_epochs"]
    assert recorded.load("runs")[found].equals(covered.runs[found])
    assert recorded.load("gradient_match").equals(covered.matches)


def _never_again(*_: object) -> None:
    raise AssertionError("trained again")


def test_a_sweep_from_scratch_selects_the_same(covered: Covered, project: Project) -> None:
    configure(project)
    with project.session() as session:
        session.run(to_outputs=[f"subsets_{name}" for name in covered.variants])
    for name in covered.variants:
        again = subsets_of(project, name)["subset_hash"]
        assert again.equals(covered.subsets[name]["subset_hash"]), name


def refused(project: Project, message: str) -> None:
    """What is asked for ends with a message, and nothing is selected or trained."""
    with pytest.raises(ClickException, match=message):
        project.run()
    assert not list(project.root.glob("subsets/*"))


def test_what_would_take_too_much_memory_is_refused_before_any_selection(
    recorded: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leanset.pipelines.pruning.drawing.draw_subset", _never_again)
    configure(recorded, variants=["cal"], memory_limit="1MB")
    refused(
        recorded,
        r"variant cal at 20: selecting would take about \d+ MB of memory, and may take 1 MB\. "
        r"Lower neighbours, .* or raise sweep\.memory_limit\.",
    )


def test_d2_refuses_a_score_that_is_negative_somewhere(recorded: Project) -> None:
    configure(recorded, variants=["d2"])
    recorded.write("tiny/parameters/scores.yml", {"scores": {"aum": {"log": "warm"}}})
    recorded.write("tiny/parameters/variants/d2.yml", {"d2": {"selector": {"score": "aum"}}})
    refused(
        recorded,
        r"score aum: method d2 adds scores up, and \d+ of them are negative, the first that of "
        r"sample \d+\. Set ranks: true, or name a score that is not negative\.",
    )
