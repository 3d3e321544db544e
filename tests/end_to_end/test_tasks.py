"""The tasks of a DAG, run one by one as a worker runs them, but without Airflow."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from kedro.framework.project import pipelines
from kedro.io import AbstractVersionedDataset
from kedro.pipeline import Pipeline

from leanset.errors import LeansetError
from leanset.progress import RunFinished, listening
from leanset.task import run_task
from tests.end_to_end.project import REPOSITORY, Project

FIRST, SECOND = "2029-01-01T00.00.00.000Z", "2030-01-01T00.00.00.000Z"


@pytest.fixture
def project(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with one variant at one budget; its tasks are run in this process."""
    monkeypatch.setenv("KEDRO_LOGGING_CONFIG", str(REPOSITORY / "src/leanset/logging.yml"))
    keep(project, 20)
    return project


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project nothing is run in."""
    return Project.create(tmp_path_factory.mktemp("shipped") / "project")


def keep(project: Project, budget: int) -> None:
    project.write(
        "tiny/parameters/sweep.yml",
        {"sweep": {"variants": ["random"], "budgets": [budget], "runs": 2}},
    )
    project.write("tiny/parameters/variants/random.yml", {"random": {"budgets": [budget]}})


def groups(pipeline: Pipeline) -> dict[str, list[str]]:
    return {group.name: group.nodes for group in pipeline.group_nodes_by("namespace")}


def tasks(project: Project) -> dict[str, list[str]]:
    """The nodes of every task of the sweep, in an order in which they can be run."""
    with project.session() as session:
        session.load_context()
        return groups(pipelines["prune_sweep"])


def run(project: Project, nodes: list[str], version: str) -> list[RunFinished]:
    """Run one task; the trainings it asked for."""
    events: list[RunFinished] = []
    with listening(events.append):
        run_task(
            project=str(project.folder),
            conf_source=str(project.conf),
            env="tiny",
            pipeline="prune_sweep",
            nodes=nodes,
            version=version,
        )
    return events


def files(project: Project) -> dict[Path, int]:
    """Every file of the environment, and when it was written."""
    return {
        path.relative_to(project.root): path.stat().st_mtime_ns
        for path in project.root.rglob("*")
        if path.is_file()
    }


def table(project: Project, name: str, version: str) -> pd.DataFrame:
    return pd.read_parquet(project.root / name / version / Path(name).name)


def test_a_task_that_ended_half_way_goes_on_where_it_ended(project: Project) -> None:
    todo = tasks(project)
    run(project, todo["ingestion"], FIRST)
    in_the_way = project.root / "evaluations"
    in_the_way.write_text("the second of the three files that evaluate writes cannot be written")
    with pytest.raises(Exception, match="evaluations"):
        run(project, todo["random"], FIRST)
    assert (project.root / "runs/random.parquet" / FIRST).exists()

    in_the_way.unlink()
    before = files(project)
    events = run(project, todo["random"], FIRST)
    assert [event.from_record for event in events] == [True, True]
    after = files(project)
    written_again = {path for path in before if after[path] != before[path]}
    assert written_again == {Path("runs/random.parquet", FIRST, "random.parquet")}

    run(project, todo["reporting"], FIRST)
    assert {path.parent.name for path in files(project)} == {FIRST}
    assert table(project, "runs.parquet", FIRST)["status"].tolist() == ["ok", "ok"]

    finished = files(project)
    for nodes in todo.values():
        assert run(project, nodes, FIRST) == []
    assert files(project) == finished


def test_a_failed_run_fails_its_task_which_saves_nothing_of_its_runs(project: Project) -> None:
    todo = tasks(project)
    run(project, todo["ingestion"], FIRST)
    absurd = {"name": "sgd", "learning_rate": 1e30}
    project.write("tiny/parameters/training.yml", {"recipes": {"lenet5": {"optimizer": absurd}}})
    with pytest.raises(Exception, match="2 of 2 runs"):
        run(project, todo["random"], FIRST)
    saved = {path.parts[0] for path in files(project)}
    assert saved == {"image_set.json", "plan.parquet", "subsets"}

    project.write("tiny/parameters/training.yml", {"recipes": {"lenet5": {"epochs": 1}}})
    events = run(project, todo["random"], FIRST)
    assert [event.failure for event in events] == [None, None]


def test_two_runs_of_a_dag_do_not_read_each_others_files(project: Project) -> None:
    todo = tasks(project)
    run(project, todo["ingestion"], FIRST)
    keep(project, 30)
    run(project, todo["ingestion"], SECOND)
    for task in ("random", "reporting"):
        for version in (FIRST, SECOND):
            run(project, todo[task], version)
    # the first asked for 20 samples, whatever is newer
    assert table(project, "runs.parquet", FIRST)["kept"].tolist() == [20, 20]
    assert table(project, "runs.parquet", SECOND)["kept"].tolist() == [30, 30]


def test_a_task_of_which_the_settings_know_no_more_says_so(project: Project) -> None:
    with pytest.raises(LeansetError, match=r"no node gone\.train; .* Write the DAG again"):
        run(project, ["ingestion.read_images", "gone.train"], FIRST)


def crossing(pipeline: Pipeline) -> set[str]:
    """The datasets that one task writes and another reads."""
    task_of = {node: task for task, nodes in groups(pipeline).items() for node in nodes}
    made_in = {name: task_of[node.name] for node in pipeline.nodes for name in node.outputs}
    return {
        name
        for node in pipeline.nodes
        for name in node.inputs
        if name in made_in and made_in[name] != task_of[node.name]
    }


@pytest.mark.parametrize("env", ["base", "coverage", "noise_symmetric", "scores"])
def test_whatever_crosses_tasks_is_a_file_with_a_version(shipped: Project, env: str) -> None:
    with shipped.session(env) as session:
        catalog = session.load_context().catalog
        for pipeline in dict(pipelines).values():
            for name in crossing(pipeline):
                dataset = catalog.get(name)
                assert isinstance(dataset, AbstractVersionedDataset), name
                assert dataset._version, name
        assert {"image_set", "plan", "runs_random"} <= crossing(pipelines["prune_sweep"])
