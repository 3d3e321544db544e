"""A sweep with everything in an object store: whole, shared by machines, proof against faults."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import fsspec
import pandas as pd
import pytest
import yaml
from click import ClickException
from kedro.framework.project import pipelines

from leanset.planning import plan_of
from leanset.progress import RunFinished, listening
from leanset.retention import Place, old_of
from leanset.settings import CONFIG_LOADER_ARGS, SweepConfigLoader
from leanset.store import Bucket, Key, Store
from leanset.task import run_task
from tests.end_to_end.project import REPOSITORY, Project
from tests.object_store import Fault, ObjectStore
from tests.optional import only_where_all_is_required

SHIPPED = yaml.safe_load((REPOSITORY / "conf/s3/globals.yml").read_text())
RUNS = 4
ONE_EPOCH = {"recipes": {"lenet5": {"epochs": 1}}}
VERSION = re.compile(r"/(\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d\.\d{3}Z)/")


@pytest.fixture
def remote(project: Project, served: ObjectStore) -> Remote:
    """A project that has nothing in its bucket yet, with one variant of four runs."""
    project.write(
        "tiny/parameters/sweep.yml",
        {"sweep": {"variants": ["random"], "budgets": [20, 0.1], "runs": RUNS // 2}},
    )
    # a pool of workers does not outlive a fault, and one is soon there again
    project.write("tiny/parameters/training.yml", {"training": {"workers": 1}} | ONE_EPOCH)
    return Remote(project, f"{served.url}/{uuid4().hex}")


@pytest.fixture(scope="module")
def swept(served: ObjectStore, tmp_path_factory: pytest.TempPathFactory) -> Remote:
    """A project whose sweep was run in a process of its own; only to be read."""
    project = Project.create(tmp_path_factory.mktemp("swept") / "project")
    few = {"variants": ["random", "furthest_k500"], "runs": 1}
    project.write("tiny/parameters/sweep.yml", {"sweep": few})
    project.write("tiny/parameters/training.yml", {"training": {"workers": 1}} | ONE_EPOCH)
    remote = Remote(project, f"{served.url}/{uuid4().hex}")
    ended = project.kedro("run")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "Warning" not in ended.stdout
    return remote


class Remote:
    """A project as environment ``s3`` has it, in a bucket of the server."""

    def __init__(self, project: Project, url: str) -> None:
        self.project = project
        self.url = url
        self.move_to("here")

    @property
    def cache(self) -> Path:
        return self.project.folder / self.where["cache"]

    def move_to(self, machine: str) -> None:
        """Go on on a machine that has the same bucket and another disk."""
        shipped = {name: place.replace("s3://leanset", self.url) for name, place in SHIPPED.items()}
        cache = self.project.folder / machine / shipped["cache"]
        self.where = shipped | {"cache": str(cache), "raw": str(self.project.raw)}
        self.project.write("tiny/globals.yml", self.where)

    def run(self, env: str = "tiny") -> tuple[int, int]:
        """Run the sweep in this process; how many runs it had, and how many it trained."""
        events: list[RunFinished] = []
        with listening(events.append), self.project.session(env) as session:
            session.run()
        return len(events), sum(not event.from_record for event in events)

    def objects(self) -> list[str]:
        """What is in the bucket, by its name there."""
        files, root = fsspec.url_to_fs(self.url)
        files.invalidate_cache()
        return sorted(path.removeprefix(f"{root}/") for path in files.find(root))

    def versions(self) -> set[str]:
        """The versions of all results in the bucket."""
        return {version for name in self.objects() for version in VERSION.findall(name)}

    def records(self) -> int:
        return sum(bool(re.search(r"^store/run/.*/entry\.json$", name)) for name in self.objects())

    def check(self, folder: Path) -> None:
        """Whatever says that it is there can be read, by a machine that has nothing."""
        reader = Store(folder, Bucket(self.where["store"]))
        for name in self.objects():
            place, *rest = name.split("/")
            if place == "store" and rest[-1] == "entry.json":
                assert reader.get(Key(rest[0], rest[1])).arrays is not None
            elif name.endswith(".parquet"):
                rows = len(pd.read_parquet(f"{self.url}/{name}"))
                # a sweep of one variant compares nothing
                assert rows > 0 or name.startswith("results/comparisons.parquet/"), name
        ledger = self.project.load("runs")
        assert (ledger["status"] == "ok").all()


# --- the environment that is shipped


def test_all_that_is_made_lies_in_the_object_store() -> None:
    loader = SweepConfigLoader(str(REPOSITORY / "conf"), env="s3", **CONFIG_LOADER_ARGS)
    places = {name: entry.get("filepath") for name, entry in loader["catalog"].items()}
    here = {name for name, place in places.items() if place and not place.startswith("s3://")}
    assert here == {"raw_folder", "precomputed_folder"}
    assert loader["catalog"]["store"]["filepath"] == SHIPPED["store"]


def test_nothing_else_is_changed() -> None:
    files = [path for path in (REPOSITORY / "conf/s3").rglob("*") if path.is_file()]
    assert [path.name for path in files] == ["globals.yml"]
    assert set(SHIPPED) == {"root", "store", "cache"}


def test_the_cache_is_a_folder_of_the_project_wherever_it_is_run_from(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    with project.session("s3") as session:
        catalog = session.load_context().catalog
        for store in (catalog.load("store"), catalog.get("image_set")._store):
            assert store.root == REPOSITORY / SHIPPED["cache"]
            assert store.bucket.url == SHIPPED["store"]


# --- a sweep in a bucket


def test_everything_is_in_the_bucket_and_only_a_cache_is_here(swept: Remote) -> None:
    tops = {name.partition("/")[0] for name in swept.objects()}
    assert tops == {"results", "store"}
    made = {path.name for path in swept.project.folder.iterdir()}
    assert made == {".telemetry", "conf", "here", "pyproject.toml", "raw", "src"}
    assert [path.name for path in (swept.project.folder / "here").glob("*/*")] == ["cache"]


def test_all_files_of_a_sweep_carry_one_version(swept: Remote) -> None:
    results = [name for name in swept.objects() if name.startswith("results/")]
    (version,) = swept.versions()
    assert len(results) > 15
    assert all(f"/{version}/" in name for name in results)


def test_all_that_is_there_can_be_read(swept: Remote, tmp_path: Path) -> None:
    swept.check(tmp_path)


def test_another_machine_finds_everything_done(swept: Remote) -> None:
    swept.move_to("elsewhere")
    with swept.project.session() as session:
        catalog = session.load_context().catalog
        plan = plan_of(pipelines["__default__"], catalog)
    assert {artifact.missing for artifact in plan.artifacts} == {0}
    assert all(planned.done == planned.cell.runs for planned in plan.cells)
    swept.move_to("here")


def test_a_rerun_trains_nothing_here_or_on_another_machine(remote: Remote, tmp_path: Path) -> None:
    assert remote.run() == (RUNS, RUNS)
    ledger = remote.project.load("runs")
    assert remote.run() == (RUNS, 0)
    remote.move_to("elsewhere")
    assert remote.run() == (RUNS, 0)
    found = ["variant", "kept", "run", "accuracy", "run_key", "seconds_train"]
    pd.testing.assert_frame_equal(remote.project.load("runs")[found], ledger[found])
    remote.check(tmp_path / "reader")

    # and of the three versions, the older two can go
    assert len(remote.versions()) == 3
    with fsspec.open(f"{remote.url}/store/run/{'0' * 32}/predicted-0.npy", "wb") as file:
        file.write(b"of a writer that was killed")
    before = datetime.now(UTC) + timedelta(minutes=1)
    old = old_of(Place.of(remote.where, remote.project.folder), keep=1, before=before)
    old.remove()
    assert [entry.key for entry in old.entries] == [Key("run", "0" * 32)]
    assert len(remote.versions()) == 1
    assert not any("0" * 32 in name for name in remote.objects())
    assert remote.run() == (RUNS, 0)
    remote.check(tmp_path / "later")


# --- a server that fails

RECORD, TABLE = r"PUT .*/store/run/.*/entry\.json", r"PUT .*/results/runs/"


def test_writes_that_fail_a_few_times_are_tried_again(
    faulty: ObjectStore, remote: Remote, tmp_path: Path
) -> None:
    faults = [
        faulty.fail(RECORD, 500, times=2, after=1),
        faulty.fail(r"PUT .*/store/run/.*/predicted", 503, times=2),
        faulty.fail(TABLE, 503, times=2),
        faulty.fail(r"POST .*/results/history/", 500, times=2),
    ]
    assert remote.run() == (RUNS, RUNS)
    assert [fault.answered for fault in faults] == [2] * 4
    remote.check(tmp_path)
    assert remote.run() == (RUNS, 0)


@pytest.mark.parametrize(
    ("requests", "status", "after", "durable"),
    [(RECORD, 403, 2, 2), (TABLE, 500, 0, 4)],
)
def test_after_a_fault_the_same_sweep_goes_on_with_what_was_finished(
    faulty: ObjectStore,
    remote: Remote,
    tmp_path: Path,
    requests: str,
    status: int,
    after: int,
    durable: int,
) -> None:
    fault = faulty.fail(requests, status, after=after)
    with pytest.raises(ClickException, match="Look at the bucket and the credentials"):
        remote.run()
    assert fault.answered > 0
    assert remote.records() == durable
    assert not any("results/runs" in name for name in remote.objects())

    faulty.faults.clear()
    assert remote.run() == (RUNS, RUNS - durable)
    remote.check(tmp_path)


@pytest.mark.parametrize(
    "fails",
    [
        lambda store: store.fail(RECORD, 403, after=1),
        lambda store: store.fail("GET .*/results/", 403),
    ],
    ids=["a record is not taken", "a table is not given"],
)
def test_a_fault_is_told_in_a_line(
    faulty: ObjectStore, remote: Remote, fails: Callable[[ObjectStore], Fault]
) -> None:
    fails(faulty)
    ended = remote.project.kedro("run")
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f"Error: {remote.url}/")
    assert line.endswith("the same command then goes on, and finished runs are kept.")
    assert "Traceback" not in ended.stdout


def test_a_task_of_a_dag_that_a_fault_ended_goes_on_where_it_ended(
    faulty: ObjectStore, remote: Remote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEDRO_LOGGING_CONFIG", str(REPOSITORY / "src/leanset/logging.yml"))
    with remote.project.session() as session:
        session.load_context()
        groups = pipelines["prune_sweep"].group_nodes_by("namespace")
    todo = {group.name: group.nodes for group in groups}

    def run(task: str) -> list[bool]:
        """Run a task; of each run, whether it was recorded before."""
        events: list[RunFinished] = []
        with listening(events.append):
            run_task(
                project=str(remote.project.folder),
                conf_source=str(remote.project.conf),
                env="tiny",
                pipeline="prune_sweep",
                nodes=todo[task],
                version="2029-01-01T00.00.00.000Z",
            )
        return [event.from_record for event in events]

    run("ingestion")
    faulty.fail(r"PUT .*/results/evaluations/", 403)
    with pytest.raises(ClickException, match="evaluations/random"):
        run("random")
    assert any("results/runs/" in name for name in remote.objects())
    faulty.faults.clear()
    remote.move_to("another worker")
    assert run("random") == [True] * RUNS
    run("reporting")
    assert remote.versions() == {"2029-01-01T00.00.00.000Z"}
    before = remote.objects()
    assert run("random") == []
    assert remote.objects() == before
    remote.check(tmp_path / "reader")


# --- at full size


@pytest.mark.timeout(600)
def test_the_quick_sweep_runs_to_its_end_and_a_rerun_trains_nothing(
    served: ObjectStore, project: Project
) -> None:
    only_where_all_is_required("the quick sweep, in an object store")
    remote = Remote(project, f"{served.url}/{uuid4().hex}")
    raw = str(REPOSITORY / "data/01_raw/mnist")
    project.write("quick/globals.yml", remote.where | {"raw": raw})
    runs, trained = remote.run("quick")
    assert runs == trained > 0
    assert remote.run("quick") == (runs, 0)
    assert {name.partition("/")[0] for name in remote.objects()} == {"results", "store"}
