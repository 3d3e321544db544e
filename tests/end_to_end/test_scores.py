"""Scores, the selections made from them, and the choice of an end, through Kedro."""

import contextlib
import io
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from kedro.framework.project import pipelines
from numpy.typing import NDArray
from scipy.special import softmax

from leanset.images import ImageSet
from leanset.pipelines.stored import images_of
from tests.end_to_end.project import TINY, Project, write_idx

Numbers = NDArray[np.floating[Any]]

READS = {
    "full": set(),
    "random": set(),
    "el2n_hardest": {"score_el2n"},
    "forgetting_hardest": {"score_forgetting"},
    "prototype_distance_hardest": {"score_prototype_distance"},
    "dual_beta": {"score_dual", "score_dynamic_doubt"},
    "auto": {"score_el2n"},
}

# el2n: 4 proxies of 3 epochs for 2 runs, so 2 × 3 for each; what reads the long log shares it, and
# dual_beta, which reads two scores of it, has paid for it once: 2 proxies of 4 epochs
PROXY_EPOCHS = {
    "full": 0,
    "random": 0,
    "el2n_hardest": 6,
    "forgetting_hardest": 8,
    "prototype_distance_hardest": 0,
    "dual_beta": 8,
    "auto": 6,
}


def configure(project: Project) -> None:
    """Two logs that variants read, one that only a listed score reads, and both ends to try."""
    parameters = "tiny/parameters"
    project.write(
        f"{parameters}/logs.yml",
        {
            "logs": {
                "ensemble": {"proxies": 4, "epochs": 3},
                "dynamics": {"proxies": 2, "epochs": 4},
                "crossval": {"proxies": 2, "epochs": 2},
            }
        },
    )
    project.write(f"{parameters}/scores.yml", {"scores": {"dual": {"window": 2}}})
    project.write(
        f"{parameters}/sweep.yml",
        {
            "sweep": {
                "variants": list(READS),
                "budgets": [30, 0.5],
                "runs": 2,
                "scores": ["confident_learning"],
            }
        },
    )
    project.write(f"{parameters}/variants/random.yml", {"random": {"budgets": [30, 0.5]}})
    auto = {"method": "ranked", "score": "el2n", "keep": "auto"}
    project.write(
        f"{parameters}/variants/auto.yml", {"auto": {"description": "Either", "selector": auto}}
    )
    dataset = TINY["parameters/dataset.yml"]["dataset"]
    project.write(f"{parameters}/dataset.yml", {"dataset": {**dataset, "validation": 0.1}})


@dataclass(frozen=True)
class Scored:
    """A finished sweep with scores, only to be read; what it printed, and its tables."""

    project: Project
    said: str
    runs: Any
    choices: Any
    images: ImageSet

    def values(self, score: str) -> list[Numbers]:
        """The replicates of a score."""
        return [entry["values"] for entry in self.project.load(f"score_{score}")]


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Scored:
    project = Project.create(tmp_path_factory.mktemp("scored") / "project")
    configure(project)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        project.run()
    return Scored(
        project,
        " ".join(said.getvalue().split()),
        project.load("runs"),
        project.load("choices_auto"),
        images_of(project.load("image_set")),
    )


def test_each_variant_reads_exactly_the_scores_it_names(scored: Scored) -> None:
    with scored.project.session() as session:
        session.load_context()
        read = {
            name: {dataset for dataset in pipelines[name].inputs() if dataset.startswith("score_")}
            for name in READS
        }
        made = {node.name for node in pipelines["scoring"].nodes}
    assert read == READS
    assert made == {"score_confident_learning", *set().union(*READS.values())}


def test_the_ledger_tells_what_finding_each_subset_took(scored: Scored) -> None:
    for variant, rows in scored.runs.groupby("variant"):
        assert set(rows["proxy_epochs"]) == {PROXY_EPOCHS[variant]}, variant
        took_something = bool(READS[variant])
        assert ((rows["seconds_artifacts"] > 0) == took_something).all(), variant
    assert set(scored.runs["variant"]) == set(READS)


def test_a_choice_is_charged_to_the_variant_that_left_it_open(scored: Scored) -> None:
    # auto has what el2n_hardest has, and the trainings of both ends at that budget besides
    took = scored.runs.set_index(["variant", "budget", "run"])["seconds_artifacts"]
    trials = scored.choices.groupby("budget")["seconds"].sum()
    for budget in ("30", "50 %"):
        for run in range(2):
            extra = took["auto", budget, run] - took["el2n_hardest", budget, run]
            assert extra == pytest.approx(trials[budget])


def test_two_runs_of_a_score_rest_on_proxies_that_have_nothing_in_common(scored: Scored) -> None:
    (log,) = scored.project.load("log_ensemble")
    last = softmax(log["logits"][:, -1].astype(np.float64), axis=-1)  # [4, 900, 10]
    error = np.linalg.norm(last - np.eye(10)[scored.images.train.labels], axis=-1)
    for replicate, proxies in zip(scored.values("el2n"), (error[:2], error[2:]), strict=True):
        assert replicate == pytest.approx(proxies.mean(axis=0), abs=1e-4)
    assert len(set(log.facts["seeds"])) == 4


def test_a_score_that_no_variant_reads_is_made_if_the_sweep_lists_it(scored: Scored) -> None:
    table = scored.project.load("scores").set_index("score")
    scores = {name.removeprefix("score_") for name in set().union(*READS.values())}
    assert set(table.index) == scores | {"confident_learning"}
    assert table.loc["confident_learning", "kind"] == "difficulty"
    assert table["replicates"].to_dict() == {
        "confident_learning": 1,
        "dual": 1,
        "dynamic_doubt": 1,
        "el2n": 2,
        "forgetting": 1,
        "prototype_distance": 2,
    }
    assert table.loc["el2n", "proxy_epochs"] == PROXY_EPOCHS["el2n_hardest"]
    assert table.loc["prototype_distance", "proxy_epochs"] == 0
    assert "all 2 runs share it" in scored.said


def test_both_ends_are_tried_at_each_budget_and_the_better_one_is_chosen(scored: Scored) -> None:
    trials = scored.choices
    assert list(trials["alternative"]) == ["hardest", "easiest"] * 2
    assert list(trials["budget"]) == ["30", "30", "50 %", "50 %"]
    for budget, both in trials.groupby("budget"):
        (chosen,) = both[both["chosen"]].to_dict("records")
        assert chosen["accuracy"] == both["accuracy"].max()
        rows = scored.runs[(scored.runs["variant"] == "auto") & (scored.runs["budget"] == budget)]
        assert set(rows["chosen"]) == {chosen["alternative"]}
        assert f"auto at {budget}: {chosen['alternative']}" in scored.said
    others = scored.runs[scored.runs["variant"] != "auto"]
    assert others["chosen"].isna().all()


def test_what_is_trained_on_is_the_chosen_end_of_the_ranking_of_each_run(scored: Scored) -> None:
    chosen = scored.choices[scored.choices["chosen"]].set_index("budget")["alternative"]
    for row in scored.project.load("subsets_auto").itertuples():
        values = np.array(scored.values("el2n")[row.run])
        kept = np.zeros(len(values), dtype=bool)
        kept[row.indices] = True
        if chosen[row.budget] == "hardest":
            assert values[kept].min() >= values[~kept].max()
        else:
            assert values[kept].max() <= values[~kept].min()


def test_a_choice_is_made_on_the_validation_split_alone(scored: Scored) -> None:
    validation = scored.images.validation
    assert validation is not None
    assert (scored.choices["validation_samples"] == len(validation)).all()
    assert (len(scored.images.train), len(validation), len(scored.images.test)) == (900, 100, 797)
    records = (scored.project.folder / "store/run").iterdir()
    predicted = [np.load(record / "predicted.npy") for record in records]
    of_trials = [labels for labels in predicted if len(labels) == len(validation)]
    of_runs = [labels for labels in predicted if len(labels) == len(scored.images.test)]
    # a run of auto is one of el2n_hardest where that end was chosen
    assert (len(of_trials), len(of_runs)) == (4, scored.runs["run_key"].nunique())
    accuracies = sorted((labels == validation.labels).mean() for labels in of_trials)
    assert accuracies == pytest.approx(sorted(scored.choices["accuracy"]))


def test_another_test_split_leads_to_the_same_choice(scored: Scored, project: Project) -> None:
    configure(project)
    labels = scored.images.test.labels[::-1].astype(np.uint8)
    write_idx(project.raw / "t10k-labels-idx1-ubyte.gz", labels)
    with project.session() as session:
        session.run(to_outputs=["choices_auto"])
    columns = ["budget", "alternative", "accuracy", "chosen"]
    assert project.load("choices_auto")[columns].equals(scored.choices[columns])


def test_a_second_sweep_trains_nothing_not_even_for_the_choice_or_the_logs_and_says_so(
    scored: Scored, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(project)
    shutil.copytree(scored.project.folder / "store", project.folder / "store")
    before = entries(project.folder / "store")
    monkeypatch.setattr("leanset.training.engine.train_on_workers", _never_again)
    with contextlib.redirect_stdout(io.StringIO()) as said:
        project.run()
    runs = len(scored.runs)
    assert f"nothing was trained: {runs} runs were taken from their records." in said.getvalue()
    assert entries(project.folder / "store") == before
    found = ["variant", "kept", "run", "accuracy", "run_key", "chosen", "proxy_epochs"]
    assert project.load("runs")[found].equals(scored.runs[found])
    assert project.load("choices_auto").equals(scored.choices)


def _never_again(*_: object) -> None:
    raise AssertionError("trained again")


def entries(store: Path) -> set[str]:
    return {str(path.relative_to(store)) for path in store.glob("*/*")}


def test_the_report_says_how_far_scores_agree(scored: Scored) -> None:
    table = scored.project.load("agreement").set_index(["score", "other", "kept"])
    assert set(table.index.get_level_values("kept")) == {30, 450}  # 900 leave nothing to compare
    stability = table.loc[("el2n", "el2n", 450)]
    assert stability["pairs"] == 1
    first, second = (set(np.argsort(values)[-450:]) for values in scored.values("el2n"))
    assert stability["overlap_median"] == pytest.approx(len(first & second) / 450)
    assert ("forgetting", "forgetting", 30) not in table.index  # one replicate, nothing to compare
    figure = scored.project.load("agreement_figure")
    assert "el2n" in figure.to_json()


def test_logs_scores_and_choices_are_timed_beside_the_runs(scored: Scored) -> None:
    costs = scored.project.load("costs")
    assert set(costs["stage"]) == {
        "embedding", "clustering", "log", "score", "choose", "select", "train", "evaluate",
    }  # fmt: skip
    assert (costs["seconds"] > 0).all()
    logs = costs[costs["stage"] == "log"]
    assert sorted(logs["name"]) == ["log_crossval", "log_dynamics", "log_ensemble"]
    scores = costs[costs["stage"] == "score"].groupby("name").size()
    assert scores["score_el2n"] == 2
    trials = costs[costs["stage"] == "choose"]
    assert sorted(trials["seconds"]) == pytest.approx(sorted(scored.choices["seconds"]))
