"""``kedro leanset prune-versions``: old results go, and whatever the others need stays."""

import contextlib
import io
import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from kedro.framework.project import pipelines
from kedro.io import AbstractVersionedDataset

from leanset import cli
from leanset.pipelines.pruning import drawing
from leanset.progress import RunFinished, listening
from tests.end_to_end.copies import copy_of, everything_in, store_of
from tests.end_to_end.project import Project

OLD, NEW = {"seed": 7}, {"seed": 2025}
MODELS = {"keep_models": "median"}


def sweep(project: Project, seed: dict[str, int]) -> str:
    with contextlib.redirect_stdout(io.StringIO()):
        return project.run(sweep=seed, training=MODELS)


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Two sweeps that share their images and nothing else, and are a month old."""
    project = Project.create(tmp_path_factory.mktemp("twice") / "project")
    settings = {"variants": ["random", "closest_k50"], "budgets": [20], "runs": 2}
    project.write("tiny/parameters/sweep.yml", {"sweep": settings})
    project.write("tiny/parameters/variants/random.yml", {"random": {"budgets": [20]}})
    sweep(project, OLD)
    sweep(project, NEW)
    month_ago = time.time() - 30 * 86_400
    for folder in store_of(project).glob("[!.]*/*/"):
        os.utime(folder, (month_ago, month_ago))
    return project


@pytest.fixture
def project(twice: Project, tmp_path: Path) -> Project:
    """The two sweeps, to be changed."""
    return copy_of(twice, tmp_path / "project")


def prune(project: Project, monkeypatch: pytest.MonkeyPatch, *options: str) -> Result:
    """The command, in this process."""
    with project.session():
        monkeypatch.chdir(project.folder)
        monkeypatch.setenv("KEDRO_ENV", "tiny")
        return CliRunner().invoke(cli.cli, ["leanset", "prune-versions", *options])


def versions(project: Project) -> set[str]:
    return {path.parent.name for path in project.root.rglob("*.*") if path.is_file()}


def entries(project: Project) -> dict[str, int]:
    """How many entries of each kind the store has."""
    kinds = store_of(project).glob("[!.]*/")
    counts = {kind.name: len(list(kind.iterdir())) for kind in kinds}
    return {kind: count for kind, count in counts.items() if count}


def everything_loaded(project: Project) -> dict[str, Any]:
    """Whatever the sweep has written, through its catalog; pages cannot be read."""
    with project.session() as session:
        catalog = session.load_context().catalog
        written = [
            name
            for name in sorted(pipelines["__default__"].all_outputs())
            if isinstance(catalog.get(name), AbstractVersionedDataset)
        ]
        return {name: catalog.load(name) for name in written if not name.endswith("_page")}


def test_without_delete_nothing_changes_and_it_is_told_what_would_go(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything_in(project)
    said = prune(project, monkeypatch, "--keep=1")
    assert said.exit_code == 0, said.output
    assert everything_in(project) == before
    first, second, third = said.output.splitlines()
    assert first.startswith(f"{project.root}: 1 version, ")
    # four subsets, runs and models, and two fits, of which the images know nothing
    assert second.startswith(f"{store_of(project)}: 14 entries that nothing else refers to, ")
    assert third == "Nothing was removed; with --delete this is."


def test_what_stays_loads_and_is_neither_selected_nor_trained_again(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = max(versions(project))
    before = entries(project)
    said = prune(project, monkeypatch, "--keep=1", "--delete")
    assert said.exit_code == 0, said.output
    assert said.output.splitlines()[-1] == "This is removed."
    assert versions(project) == {newest}
    assert before == {
        "images": 1, "embedding": 1, "clustering": 4, "subset": 8, "run": 8, "model": 8
    }  # fmt: skip
    assert entries(project) == {
        "images": 1, "embedding": 1, "clustering": 2, "subset": 4, "run": 4, "model": 4
    }  # fmt: skip
    loaded = everything_loaded(project)
    assert len(loaded["runs"]) == 4
    assert [len(loaded[f"models_{name}"]) for name in ("random", "closest_k50")] == [1, 1]

    def refuse(*_: object) -> None:
        raise AssertionError("selected again")

    events: list[RunFinished] = []
    monkeypatch.setattr(drawing, "draw_subset", refuse)
    with listening(events.append):
        sweep(project, NEW)
    assert [event.from_record for event in events] == [True] * 4
    assert prune(project, monkeypatch, "--keep=2").output == "There is nothing to remove.\n"


def test_with_as_many_versions_as_there_are_nothing_goes(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything_in(project)
    said = prune(project, monkeypatch, "--keep=2", "--delete")
    assert said.output == "There is nothing to remove.\n"
    assert everything_in(project) == before


def test_what_another_environment_refers_to_stays(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = (project.conf / "tiny/globals.yml").read_text()
    other = project.folder / "other"
    shutil.copytree(project.root, other)
    project.write("other/globals.yml", settings.replace(str(project.root), str(other)))
    for path in [path for path in other.rglob(f"{max(versions(project))}/*") if path.is_file()]:
        shutil.rmtree(path.parent)
    before = entries(project)
    said = prune(project, monkeypatch, "--keep=1", "--delete")
    assert said.exit_code == 0, said.output
    assert len(versions(project)) == 1
    assert entries(project) == before
    # with another store it has no say in this one
    project.write("other/globals.yml", settings.replace("store", "warehouse"))
    prune(project, monkeypatch, "--keep=1", "--delete")
    assert entries(project)["run"] == 4


def test_young_entries_stay(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    said = prune(project, monkeypatch, "--keep=1", "--days=31", "--delete")
    assert said.exit_code == 0, said.output
    assert len(versions(project)) == 1
    assert entries(project)["run"] == 8


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--keep=0"], "0 is not in the range x>=1"),
        (["--keep=1", "--days=-1"], "-1 is not in the range x>=0"),
        ([], "Missing option '--keep'"),
        (["--keep=1", "--env=tinny"], "there is no environment 'tinny'. Did you mean 'tiny'?"),
        (["--keep=1", "--conf-source=nowhere"], "Path 'nowhere' does not exist"),
    ],
)
def test_wrong_options_are_one_line_and_remove_nothing(
    project: Project, monkeypatch: pytest.MonkeyPatch, options: list[str], message: str
) -> None:
    before = everything_in(project)
    said = prune(project, monkeypatch, "--delete", *options)
    assert said.exit_code != 0
    assert f"Error: {message}" in said.output or message in said.output.splitlines()[-1]
    assert everything_in(project) == before


def test_an_environment_that_cannot_be_read_may_share_the_store_so_nothing_goes(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("other/globals.yml", "root: ${oc.env:NO_SUCH_VARIABLE}/base\n")
    before = everything_in(project)
    said = prune(project, monkeypatch, "--keep=1", "--delete")
    assert said.exit_code == 1
    assert said.output.startswith("Error: ")
    assert "conf/other/globals.yml: where its results lie cannot be told (" in said.output
    assert "Nothing was removed." in said.output
    assert everything_in(project) == before


def test_a_table_that_cannot_be_read_is_named_and_nothing_goes(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = next(project.root.glob(f"runs.parquet/{max(versions(project))}/*"))
    broken.write_bytes(broken.read_bytes()[:50])
    before = everything_in(project)
    said = prune(project, monkeypatch, "--keep=1", "--delete")
    assert said.exit_code == 1
    assert said.output.startswith(f"Error: {broken}: it cannot be read")
    assert everything_in(project) == before


def test_the_help_says_what_stays() -> None:
    said = CliRunner().invoke(cli.cli, ["leanset", "prune-versions", "--help"])
    assert "Let no sweep run meanwhile." in " ".join(said.output.split())
    assert "images, artifacts, subsets, runs, models" in " ".join(said.output.split())
