"""What docs/scaling.md says is true: its tables follow from each other, its examples work."""

import ast
import json
import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest
from kedro.framework.project import pipelines
from pyarrow.dataset import write_dataset

from leanset.precomputed import GivenFile
from tests.benchmarks import scaling
from tests.benchmarks.scaling import Machine, hours, measured, room
from tests.benchmarks.scaling_units import CLUSTERS, COMPONENTS
from tests.end_to_end.project import REPOSITORY, Project
from tests.optional import require

PAGE = (REPOSITORY / "docs/scaling.md").read_text()
TEXT = " ".join(PAGE.split())
SHOWN = dict(re.findall(r"<!-- python -m ([^>]*?) -->\n(.*?)<!-- end -->", PAGE, re.DOTALL))
FIGURES = re.findall(
    r"^\| `(scaling_\w+)` \| ([^|]*?) \|",
    SHOWN["tests.benchmarks.scaling: unit costs"],
    re.MULTILINE,
)
COSTS = measured([f"bench {name} {value}" for name, value in FIGURES])
LINES = {name: text.strip().splitlines() for name, text in SHOWN.items()}

CODE = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
SETTINGS = re.findall(r"^\| `\[(\w+)\] (\w+)` \| ([^|]*?) \|", PAGE, re.MULTILINE)
OF_A_PROVIDER = {"visibility_timeout"}
"""Defaults that stand in the code of a provider, not among Airflow's settings."""

READ_SETTINGS = """
import json, sys
from airflow.configuration import conf
asked = json.loads(sys.argv[1])
print(json.dumps([conf.get(section, key, fallback=None) for section, key in asked]))
"""


def test_every_unit_cost_is_on_it() -> None:
    assert tuple(name for name, _ in FIGURES) == scaling.NAMES


def test_its_hours_and_its_room_follow_from_the_unit_costs_it_shows() -> None:
    assert LINES["tests.benchmarks.scaling: hours"] == hours(COSTS)
    (has,) = re.findall(
        r"machine of ([\d,]+) GB of memory and ([\d,]+) GB", SHOWN["tests.benchmarks.scaling: room"]
    )
    memory, disk = (float(size.replace(",", "")) for size in has)
    assert LINES["tests.benchmarks.scaling: room"] == room(COSTS, Machine(memory, disk))


def test_the_sweep_it_describes_is_the_one_that_is_reckoned_with() -> None:
    assert f"{COMPONENTS} principal components" in TEXT
    assert f"{scaling.PASSES} passes for each of {scaling.RUNS} runs" in TEXT
    assert f"{scaling.PROXIES} proxies and {scaling.PROXY_EPOCHS} epochs" in TEXT
    assert f"and {scaling.SCORES} scores from it" in TEXT
    assert f"{scaling.VARIANTS} cells that keep a tenth" in TEXT
    assert f"{scaling.RUNS} runs of {scaling.EPOCHS} epochs each" in TEXT
    assert f"within {scaling.CLASSES} classes" in TEXT
    assert scaling.SHARE == 0.1
    assert f"k-means, {CLUSTERS} clusters" in SHOWN["tests.benchmarks.scaling: hours"]


def test_the_pipelines_of_several_gpus_are_all_that_a_sweep_has(project: Project) -> None:
    with project.session() as session:
        session.load_context()
        known = set(pipelines) - {"prune_sweep", "noise_audit", "__default__"}
    named = re.findall(r"kedro run --pipelines=([\w,]+)", PAGE)
    assert sorted(",".join(named).split(",")) == sorted(known)


def test_a_policy_sends_training_to_the_workers_that_have_a_gpu() -> None:
    celery, kubernetes, _ = CODE
    names: dict[str, object] = {}
    exec(celery, names)  # noqa: S102 - the code of our own page
    tasks = [SimpleNamespace(pool=pool, queue="default") for pool in ("gpu", "default_pool")]
    for task in tasks:
        names["task_policy"](task)  # type: ignore[operator]
    assert [task.queue for task in tasks] == ["gpu", "default"]
    assert "nvidia.com/gpu" in ast.dump(ast.parse(kubernetes))


def test_what_nemo_curator_writes_becomes_a_file_of_clusters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    clusters = np.array([2, 0, 1, 1, 0, 2], dtype=np.int32)
    order = np.array([4, 1, 0, 5, 3, 2])
    rows = pa.table({"id": order, "centroid": clusters[order], "l2_dist_to_cent": order / 7})
    write_dataset(
        rows, "kmeans_results", format="parquet", partitioning=["centroid"],
        partitioning_flavor="hive",
    )  # fmt: skip
    folder = tmp_path / "data/02_precomputed"
    folder.mkdir(parents=True)
    exec(CODE[2], {})  # noqa: S102 - the code of our own page
    assert GivenFile(file="clusters.parquet").read(folder).tolist() == clusters.tolist()


def test_its_settings_of_airflow_have_the_defaults_it_says(tmp_path: Path) -> None:
    # the folder of our template is no Airflow, though Python takes it for a package of that name
    found = find_spec("airflow")
    require(found is not None and found.origin is not None, "apache-airflow")
    assert len(SETTINGS) >= 9
    asked = [(section, key) for section, key, _ in SETTINGS]
    ended = subprocess.run(
        [sys.executable, "-c", READ_SETTINGS, json.dumps(asked)],
        env={**os.environ, "AIRFLOW_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    defaults = json.loads(ended.stdout.splitlines()[-1])
    for (section, key, said), default in zip(SETTINGS, defaults, strict=True):
        if key not in OF_A_PROVIDER:
            assert default is not None, f"[{section}] {key}"
            assert said in {default, default.removesuffix(".0")}, f"[{section}] {key}"


@pytest.mark.parametrize("setting", ["task_queued_timeout", "parallelism", "worker_concurrency"])
def test_it_says_what_limits_how_many_tasks_run(setting: str) -> None:
    assert setting in {key for _, key, _ in SETTINGS}
