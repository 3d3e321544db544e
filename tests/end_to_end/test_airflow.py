"""The sweep as an Airflow DAG, run by a real Airflow."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from kedro.framework.project import pipelines
from kedro.pipeline import GroupedNodes

from leanset.task import version_of
from tests.end_to_end.airflow_home import BIN, AirflowHome, local_executor, until
from tests.end_to_end.project import REPOSITORY, Project
from tests.end_to_end.test_tasks import files
from tests.optional import only_where_all_is_required, require

READ_DAGS = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
bag = DagBag()
heavy = sorted({"kedro", "leanset", "numpy", "pandas", "torch"} & sys.modules.keys())
dags = {
    dag.dag_id: {
        "schedule": dag.schedule,
        "tasks": {
            task.task_id: {
                "upstream": sorted(task.upstream_task_ids),
                "pool": task.pool,
                "retries": task.retries,
                "timeout": task.execution_timeout and task.execution_timeout.total_seconds(),
            }
            for task in dag.tasks
        },
    }
    for dag in bag.dags.values()
}
print(json.dumps({"errors": bag.import_errors, "heavy": heavy, "dags": dags}))
"""


@pytest.fixture(scope="module", autouse=True)
def _airflow() -> None:
    require((BIN / "airflow").exists(), "apache-airflow")


@pytest.fixture
def project(project: Project) -> Project:
    """A project of two variants at one budget, whose DAG does not try a failed task again."""
    shutil.copytree(REPOSITORY / "airflow", project.folder / "airflow")
    variants = ["random", "furthest_k500"]
    project.write(
        "tiny/parameters/sweep.yml", {"sweep": {"variants": variants, "budgets": [20], "runs": 2}}
    )
    for name in variants:
        project.write(f"tiny/parameters/variants/{name}.yml", {name: {"budgets": [20]}})
    project.write("tiny/airflow.yml", {"prune_sweep": {"retries": 0}})
    return project


def versions(folder: Path) -> set[str]:
    """The versions of all files in the folder of an environment."""
    return {path.parent.name for path in folder.rglob("*") if path.is_file()}


def groups_of(project: Project, env: str) -> list[GroupedNodes]:
    with project.session(env) as session:
        session.load_context()
        return pipelines["prune_sweep"].group_nodes_by("namespace")


def trains(group: GroupedNodes) -> bool:
    return any(node.endswith((".train", ".choose")) or node[:4] == "log_" for node in group.nodes)


@pytest.mark.timeout(200)
def test_the_dags_of_two_environments_are_those_of_kedro(project: Project, tmp_path: Path) -> None:
    project.write(
        "scores/airflow.yml",
        {"prune_sweep": {"schedule": "0 3 * * *", "gpu_pool": "a100", "timeout_hours": 0.5}},
    )
    home = AirflowHome.create(tmp_path / "home")
    for env in ("tiny", "scores"):
        home.write_dag(project, env)
    read: dict[str, Any] = json.loads(home.python(READ_DAGS).splitlines()[-1])

    assert read["errors"] == {}
    assert read["heavy"] == []
    tiny, scores = (read["dags"].pop(f"leanset-prune_sweep-{env}") for env in ("tiny", "scores"))
    assert read["dags"] == {}
    assert (tiny["schedule"], scores["schedule"]) == (None, "0 3 * * *")
    for env, dag, pool in (("tiny", tiny, "gpu"), ("scores", scores, "a100")):
        groups = groups_of(project, env)
        tasks = dag["tasks"]
        assert {name: task["upstream"] for name, task in tasks.items()} == {
            group.name: sorted(group.dependencies) for group in groups
        }
        assert {name: task["pool"] for name, task in tasks.items()} == {
            group.name: pool if trains(group) else "default_pool" for group in groups
        }
    assert {(task["retries"], task["timeout"]) for task in tiny["tasks"].values()} == {(0, 86_400)}
    assert {(task["retries"], task["timeout"]) for task in scores["tasks"].values()} == {(2, 1800)}


@pytest.mark.timeout(300)
def test_a_dag_run_leaves_one_sweep_under_one_version(project: Project, tmp_path: Path) -> None:
    home = AirflowHome.create(tmp_path / "home")
    home.write_dag(project, "tiny")
    home.airflow("dags", "test", "leanset-prune_sweep-tiny", seconds=200)
    assert versions(project.root) == {version_of(home.run_after())}
    assert project.load("runs")["status"].tolist() == ["ok"] * 4


@pytest.mark.timeout(600)
def test_the_quick_sweep_of_the_repository_succeeds(project: Project, tmp_path: Path) -> None:
    only_where_all_is_required("the quick sweep under Airflow")
    data = project.folder / "data"
    data.mkdir()
    (data / "01_raw").symlink_to(REPOSITORY / "data/01_raw")
    home = AirflowHome.create(tmp_path / "home")
    home.write_dag(project, "quick")
    home.airflow("dags", "test", "leanset-prune_sweep-quick", seconds=500)
    (version,) = versions(data / "quick")
    assert version == version_of(home.run_after())
    runs = pd.read_parquet(data / "quick/runs.parquet" / version / "runs.parquet")
    assert set(runs["status"]) == {"ok"}


@pytest.mark.timeout(600)
def test_two_workers_finish_what_was_cleared_and_touch_nothing_else(
    project: Project, tmp_path: Path
) -> None:
    only_where_all_is_required("a scheduler with two workers")
    home = AirflowHome.create(tmp_path / "home", **local_executor(workers=2))
    home.write_dag(project, "tiny")
    home.airflow("pools", "set", "gpu", "1", "training")
    in_the_way = project.root / "evaluations/random.parquet"
    in_the_way.parent.mkdir(parents=True)
    in_the_way.write_text("evaluate can write its first file, and not its second")
    with home.serving():
        until_known(home)
        home.airflow("dags", "trigger", "leanset-prune_sweep-tiny")
        home.wait_for("failed")
        states = home.states()
        assert (states.pop("random"), states.pop("reporting")) == ("failed", "upstream_failed")
        assert set(states.values()) == {"success"}
        assert overlapped(home, "random", "embed_pca50")

        in_the_way.unlink()
        before = files(project)
        home.airflow("tasks", "clear", "--yes", "--only-failed", "leanset-prune_sweep-tiny")
        home.wait_for("success")
    assert set(home.states().values()) == {"success"}
    assert versions(project.root) == {version_of(home.run_after())}
    after = files(project)
    again = {path.parts[:2] for path in before if after[path] != before[path]}
    assert again == {("runs", "random.parquet")}
    (log,) = home.folder.glob("logs/**/task_id=random/attempt=2.log")
    assert "nothing was trained: 2 runs were taken from their records." in log.read_text()


def until_known(home: AirflowHome) -> None:
    """Wait until the DAG processor has read the DAG."""
    until(lambda: bool(home.rows("select 1 from serialized_dag")), seconds=100)


def overlapped(home: AirflowHome, one: str, other: str) -> bool:
    """Whether two tasks were run at the same time."""
    at = {
        task: (start, end)
        for task, start, end in home.rows("select task_id, start_date, end_date from task_instance")
    }
    return bool(at[one][0] < at[other][1] and at[other][0] < at[one][1])
