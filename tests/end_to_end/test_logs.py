"""Training logs through Kedro, on the small project."""

import json
from pathlib import Path

import pytest
from click import ClickException
from kedro.framework.project import pipelines

from leanset.pipelines.stored import images_of
from leanset.seeds import proxy_seed
from leanset.training.log import TrainingLog
from tests.end_to_end.project import Project

LOGS = {
    "log_short": (2, 1),
    "log_ensemble": (2, 2),
    "log_dynamics": (1, 3),
    "log_gradients": (1, 2),
    "log_crossval": (2, 2),
    "log_warm": (2, 2),
}


def ingest_and_record(project: Project) -> None:
    with project.session() as session:
        session.run(pipeline_names=["ingestion", "training_log"])


def record_again(project: Project) -> None:
    """Of the images that were ingested last."""
    with project.session() as session:
        session.run(pipeline_names=["training_log"])


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose logs have been recorded by the command a person types; only to be read."""
    project = Project.create(tmp_path_factory.mktemp("recorded") / "project")
    ended = project.kedro("run", "--pipelines=ingestion,training_log")
    assert ended.returncode == 0, ended.stderr
    assert "log ensemble: 2 proxies of 2 epochs each" in ended.stdout
    return project


def log_of(project: Project, name: str) -> TrainingLog:
    (entry,) = project.load(name)
    return TrainingLog.from_arrays(entry.arrays, entry.facts)


@pytest.mark.parametrize(("name", "size"), LOGS.items())
def test_a_log_has_logits_of_every_sample_for_each_proxy_and_epoch(
    recorded: Project, name: str, size: tuple[int, int]
) -> None:
    log = log_of(recorded, name)
    assert (log.proxies, log.epochs) == size
    assert log.array("logits").shape == (*size, 1000, 10)
    assert (log.labels == images_of(recorded.load("image_set")).train.labels).all()
    assert (log.array("logits")[:, -1].argmax(axis=-1) == log.labels).mean() > 0.2
    assert (log.seconds > 0).all()


def test_proxies_are_seeded_by_the_sweep_and_their_number(recorded: Project) -> None:
    for name, (proxies, _) in LOGS.items():
        (entry,) = recorded.load(name)
        assert entry.facts["seeds"] == [proxy_seed(2025, proxy) for proxy in range(proxies)]


def test_nothing_but_entries_is_left_in_the_store(recorded: Project) -> None:
    store = recorded.folder / "store"
    assert {path.name for path in store.glob("[!.]*")} == {"images", "log"}
    assert len(list((store / "log").iterdir())) == len(LOGS)
    hidden = [path for path in store.glob(".*/**/*") if path.is_file()]
    assert {path.suffix for path in hidden} == {".lock"}


def test_a_sweep_records_no_log_that_nothing_reads(project: Project) -> None:
    with project.session() as session:
        session.load_context()
        recording = {node.name for node in pipelines["training_log"].nodes}
        assert recording == set(LOGS)
        assert recording.isdisjoint(node.name for node in pipelines["__default__"].nodes)


def test_a_log_is_recorded_once_and_again_only_if_what_makes_it_changes(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs: dict[str, dict[str, object]] = {
        name: {"proxies": 1, "epochs": 1} for name in ("ensemble", "dynamics")
    }
    logs["short"] = logs["ensemble"]
    logs["gradients"] = {"proxies": 1, "epochs": 1, "features_at": [1]}
    logs["crossval"] = {"proxies": 2, "epochs": 1}
    logs["warm"] = {"proxies": 2, "epochs": 1, "features_at": [1]}
    project.write("tiny/parameters/logs.yml", {"logs": logs})
    # of two names for one and the same log the second finds what the first made
    ingest_and_record(project)
    assert len(stored(project)) == 4
    assert keys(project, "ensemble") == keys(project, "dynamics")

    # epochs of the recipe give way to those of the log, and so do the fields of the sweep
    recipes = {"lenet5": {"epochs": 9, "compute": "equal_steps"}}
    project.write("tiny/parameters/training.yml", {"recipes": recipes})
    monkeypatch.setattr("leanset.pipelines.recording.nodes.record_log", _not_again)
    record_again(project)
    assert len(stored(project)) == 4

    recipes["lenet5"]["batch_size"] = 32
    project.write("tiny/parameters/training.yml", {"recipes": recipes})
    with pytest.raises(AssertionError, match="recorded again"):
        record_again(project)


def _not_again(*_: object) -> None:
    raise AssertionError("recorded again")


def stored(project: Project) -> list[Path]:
    return list((project.folder / "store/log").iterdir())


def keys(project: Project, name: str) -> list[dict[str, str]]:
    *_, last = sorted((project.root / f"logs/{name}.json").glob("*/*.json"))
    content: list[dict[str, str]] = json.loads(last.read_text())
    return content


def test_a_proxy_that_fails_ends_the_command_with_its_reason_and_leaves_no_entry(
    project: Project,
) -> None:
    recipes = {"lenet5": {"optimizer": {"learning_rate": 1e30}}}
    project.write("tiny/parameters/training.yml", {"recipes": recipes})
    with pytest.raises(
        ClickException,
        match=r"recipe lenet5: proxy \d of \d failed \(DivergedError: the training loss is nan",
    ):
        ingest_and_record(project)
    assert {path.name for path in (project.folder / "store").glob("[!.]*")} == {"images"}


def test_an_unknown_recipe_of_a_log_is_refused_by_file_and_key(project: Project) -> None:
    project.write("tiny/parameters/logs.yml", {"logs": {"ensemble": {"recipe": "lenet"}}})
    with pytest.raises(
        ClickException,
        match=r"conf/tiny/parameters/logs.yml: logs.ensemble.recipe: there is no recipe 'lenet'. "
        r"Did you mean 'lenet5'\?",
    ):
        ingest_and_record(project)
    assert not (project.folder / "store").exists()
