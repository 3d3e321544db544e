"""``kedro leanset plan``: what it says of a sweep, and that the sweep then does just that."""

import contextlib
import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from kedro.framework.project import pipelines

from leanset import cli
from leanset.coverage.demand import Demand
from leanset.planning import Plan, plan_of
from leanset.progress import RunFinished, listening
from leanset.selectors import FacilityLocation
from tests.end_to_end.copies import copy_of, everything_in, record_of, store_of
from tests.end_to_end.project import TINY, Project

MEDIAN = {"training": {"keep_models": "median"}}
FEW = {"variants": ["random", "closest_k50"]}


def plan(project: Project, **runtime_params: Any) -> Plan:
    """The plan of a sweep, which leaves everything as it is."""
    before = everything_in(project)
    with project.session(**runtime_params) as session:
        catalog = session.load_context().catalog
        planned = plan_of(pipelines["__default__"], catalog)
    assert everything_in(project) == before
    return planned


def left(planned: Plan) -> dict[tuple[str, int], int]:
    """Runs that are to be trained, of the cells that have any."""
    undone = {
        (planned.cell.variant, planned.cell.kept): planned.cell.runs - planned.done
        for planned in planned.cells
    }
    return {cell: runs for cell, runs in undone.items() if runs}


def missing(planned: Plan) -> dict[str, int | None]:
    """What is to be made, of the artifacts that lack anything."""
    lacking = {artifact.name: artifact.missing for artifact in planned.artifacts}
    return {name: count for name, count in lacking.items() if count != 0}


def trained(project: Project, **runtime_params: Any) -> dict[tuple[str, int], int]:
    """Run the sweep: how many runs of each cell were trained, of the cells that had any."""
    events: list[RunFinished] = []
    with listening(events.append), contextlib.redirect_stdout(io.StringIO()):
        project.run(**runtime_params)
    cells = [(event.variant, event.kept) for event in events if not event.from_record]
    return {cell: cells.count(cell) for cell in dict.fromkeys(cells)}


def run_key(project: Project, *cell_and_run: str | int) -> str:
    """The key of a run of the last sweep."""
    runs = project.load("runs").set_index(["variant", "kept", "run"])
    return str(runs.loc[cell_and_run, "run_key"])


def damage(record: Path) -> None:
    (record / "predicted.npy").write_bytes(b"no array")


def change(project: Project) -> None:
    """Let a variant keep other samples."""
    selector = {"method": "clustered", "clustering": "pca50_k50", "keep": "furthest"}
    content = {"closest_k50": {"selector": selector}}
    project.write("tiny/parameters/variants/closest_k50.yml", content)


@pytest.fixture
def done(swept: Project, tmp_path: Path) -> Project:
    """A swept project to be changed."""
    return copy_of(swept, tmp_path / "done")


def test_where_nothing_was_done_everything_is_to_be_done(project: Project) -> None:
    planned = plan(project)
    assert sum(left(planned).values()) == 22
    assert [(artifact.there, artifact.missing) for artifact in planned.artifacts] == [(0, None)] * 3
    assert not store_of(project).exists()
    # 20 and 100 samples for five variants and 1,000 for one, twice, in one epoch
    assert sum(cell.images for cell in planned.cells) == 2 * (5 * 120 + 1000)


def test_after_the_sweep_nothing_is_left(swept: Project) -> None:
    planned = plan(swept, **MEDIAN)
    assert (left(planned), missing(planned)) == ({}, {})
    assert sum(cell.done for cell in planned.cells) == 22
    assert sum(cell.images for cell in planned.cells) == 0
    artifacts = {artifact.name: artifact.there for artifact in planned.artifacts}
    # each clustering is fitted for two runs
    assert artifacts == {
        "embedding_pca50": 1,
        "clustering_pca50_k50": 2,
        "clustering_pca50_k500": 2,
    }


def test_with_more_runs_only_those_are_left(swept: Project) -> None:
    planned = plan(swept, sweep={**FEW, "runs": 3})
    assert left(planned) == {
        ("random", 20): 1, ("random", 100): 1, ("closest_k50", 20): 1, ("closest_k50", 100): 1
    }  # fmt: skip
    assert missing(planned) == {"clustering_pca50_k50": 1}


def test_of_a_variant_that_was_changed_all_runs_are_left_and_of_others_none(done: Project) -> None:
    change(done)
    planned = plan(done)
    assert left(planned) == {("closest_k50", 20): 2, ("closest_k50", 100): 2}
    assert missing(planned) == {}


def test_a_record_that_is_gone_is_the_only_run_left(done: Project) -> None:
    shutil.rmtree(record_of(done, run_key(done, "random", 100, 1)))
    planned = plan(done)
    assert left(planned) == {("random", 100): 1}
    assert sum(cell.images for cell in planned.cells) == 100


def test_a_damaged_record_counts_as_gone_and_stays_where_it_is(done: Project) -> None:
    damage(record_of(done, run_key(done, "random", 20, 0)))
    assert left(plan(done)) == {("random", 20): 1}


def test_a_sweep_trains_just_what_is_left(done: Project) -> None:
    damage(record_of(done, run_key(done, "random", 20, 0)))
    shutil.rmtree(record_of(done, run_key(done, "random", 100, 1)))
    change(done)
    more = {"sweep": {"variants": ["random", "rs2", "closest_k50"], "runs": 3}}
    planned = plan(done, **more)
    assert left(planned) == {
        ("random", 20): 2, ("random", 100): 2, ("rs2", 20): 1, ("rs2", 100): 1,
        ("closest_k50", 20): 3, ("closest_k50", 100): 3,
    }  # fmt: skip
    assert trained(done, **more) == left(planned)
    assert left(plan(done, **more)) == {}


def test_what_hangs_on_an_artifact_that_is_gone_is_told_apart(done: Project) -> None:
    shutil.rmtree(store_of(done) / "embedding")
    planned = plan(done)
    # which clusterings follow is told by the embedding's key, and they are there
    assert missing(planned)["embedding_pca50"] is None
    assert {variant for variant, _ in left(planned)} == {"closest_k50", "furthest_k500"}


def test_runs_whose_models_are_asked_for_later_are_left(done: Project) -> None:
    shutil.rmtree(store_of(done) / "model")
    assert left(plan(done, sweep={"variants": ["random"]})) == {}
    planned = plan(done, sweep={"variants": ["random"]}, training={"keep_models": "all"})
    assert left(planned) == {("random", 20): 2, ("random", 100): 2}


def test_all_is_to_be_done_again_where_that_is_asked_for(swept: Project) -> None:
    planned = plan(swept, rerun="all")
    assert sum(left(planned).values()) == 22
    assert all(artifact.there == 0 for artifact in planned.artifacts)


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A sweep of noisy labels with a log, a score, a choice and a rule that reads the log."""
    project = Project.create(tmp_path_factory.mktemp("decided") / "project")
    parameters = "tiny/parameters"
    dataset = {**TINY["parameters/dataset.yml"]["dataset"], "validation": 0.1}
    dataset["noise"] = {"kind": "symmetric", "rate": 0.1}
    project.write(f"{parameters}/dataset.yml", {"dataset": dataset})
    selectors = {
        "auto": {"method": "ranked", "score": "el2n", "keep": "auto"},
        "hard": {"method": "ranked", "score": "el2n", "keep": "hardest"},
    }
    for name, selector in selectors.items():
        content = {name: {"description": name, "selector": selector}}
        project.write(f"{parameters}/variants/{name}.yml", content)
    sweep = {"variants": ["auto", "hard", "random"], "budgets": [30], "runs": 2}
    project.write(f"{parameters}/sweep.yml", {"sweep": sweep})
    project.write(f"{parameters}/variants/random.yml", {"random": {"budgets": [30]}})
    planned = plan(project)
    assert left(planned) == {("auto", 30): 2, ("hard", 30): 2, ("random", 30): 2}
    assert missing(planned) == dict.fromkeys(["log_ensemble", "score_el2n", "choices_auto"])
    project.run()
    return project


def test_a_choice_that_was_made_tells_which_runs_are_done(decided: Project) -> None:
    planned = plan(decided)
    assert (left(planned), missing(planned)) == ({}, {})
    # both ends were tried at one budget
    assert {artifact.name: artifact.there for artifact in planned.artifacts} == {
        "log_ensemble": 1,
        "score_el2n": 2,
        "choices_auto": 2,
    }


def test_a_choice_that_lacks_a_training_leaves_its_runs_open(
    decided: Project, tmp_path: Path
) -> None:
    project = copy_of(decided, tmp_path / "copy")
    trial = project.load("choices_auto")["run_key"][0]
    shutil.rmtree(record_of(project, trial))
    planned = plan(project)
    assert missing(planned) == {"choices_auto": None}
    assert left(planned) == {("auto", 30): 2}
    # it comes out the same way, so that the runs that follow are taken from their records
    assert trained(project) == {}


def asked(project: Project, monkeypatch: pytest.MonkeyPatch, *options: str) -> Result:
    """The command, in this process."""
    with project.session():
        monkeypatch.chdir(project.folder)
        return CliRunner().invoke(cli.cli, ["leanset", "plan", "--env=tiny", *options])


def test_raw_files_that_are_not_there_are_one_line(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project.raw / "t10k-labels-idx1-ubyte.gz").unlink()
    said = asked(project, monkeypatch)
    assert said.exit_code == 1
    assert said.stderr.startswith("Error: ")
    assert "t10k-labels-idx1-ubyte.gz" in said.stderr
    assert "Traceback" not in said.output


def test_wrong_settings_are_told_as_by_the_sweep(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = asked(project, monkeypatch, "--params=sweep.recipe=lenet")
    assert said.exit_code == 1
    assert "sweep.recipe: there is no recipe 'lenet'. Did you mean 'lenet5'?" in said.stderr


def test_the_command_prints_cells_and_what_is_left(done: Project) -> None:
    said = done.kedro("leanset", "plan", "--env=tiny", "--params=sweep.runs=3")
    assert said.returncode == 0, said.stderr
    assert said.stderr == ""
    lines = [line.split() for line in said.stdout.splitlines()]
    assert ["clustering_pca50_k50", "2", "1", "under", "1", "s"] in lines
    (line,) = (line for line in lines if line[:3] == ["random", "10", "%"])
    assert line[3:7] == ["100", "3", "2", "1"]
    # one more of each: 120 samples for five variants and 1,000 for one
    assert "22 of 33 runs are done; 11 are to be trained, on 1,600 images: about " in said.stdout
    assert said.stdout.endswith(" on this machine, going by earlier sweeps.\n")
    assert not (done.folder / "data").exists()


def test_before_any_sweep_the_command_says_that_nothing_was_timed(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = asked(project, monkeypatch)
    assert said.exit_code == 0, said.output
    # so says the table of every training
    assert said.stdout.count("not timed yet") >= 11
    assert said.stdout.endswith("how long that takes has not been timed yet.\n")
    assert not store_of(project).exists()


def test_what_another_environment_has_timed_serves_where_nothing_was_run(
    done: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    done.write("fresh/globals.yml", {"raw": str(done.raw), "root": "fresh", "store": "new"})
    for file, content in TINY.items():
        if file != "globals.yml":
            done.write(f"fresh/{file}", content)
    said = asked(done, monkeypatch, "--env=fresh")
    assert "0 of 22 runs are done; 22 are to be trained, on 3,200 images: about " in said.stdout
    assert "going by earlier sweeps, without what has not been timed yet." in said.stdout
    assert not (done.folder / "new").exists()


def covering(project: Project, **sweep: Any) -> None:
    """Let the sweep be of one rule, which takes memory."""
    selector = {"method": "facility_location", "embedding": "pca50", "balance": "none"}
    content = {"covering": {"description": "d", "selector": selector, "budgets": [100]}}
    project.write("tiny/parameters/variants/covering.yml", content)
    settings = {"variants": ["covering"], "budgets": [100], "runs": 2, **sweep}
    project.write("tiny/parameters/sweep.yml", {"sweep": settings})


def test_what_selecting_takes_is_told_once_what_it_selects_from_is_there(done: Project) -> None:
    covering(done)
    (cell,) = plan(done).cells
    assert (cell.selecting.runs, cell.selecting.refusal) == (2, "")
    # of a thousand samples all similarities, at most a few times
    assert cell.selecting.memory is not None
    assert 4 * 1_000**2 <= cell.selecting.memory < 100 * 1_000**2
    assert cell.selecting.seconds is not None
    shutil.rmtree(store_of(done) / "embedding")
    (cell,) = plan(done).cells
    assert (cell.selecting.runs, cell.selecting.memory, cell.selecting.seconds) == (2, None, None)


def test_what_the_sweep_would_refuse_is_said_beforehand(
    done: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    demand = Demand(memory=5_000_000, remedy="Set balance: proportional.")
    monkeypatch.setattr(FacilityLocation, "demand", lambda *_: demand)
    covering(done, memory_limit="1MB")
    (said,) = re.findall("This would be refused: (.*)", asked(done, monkeypatch).stdout)
    assert said == (
        "variant covering at 100: selecting would take about 5 MB of memory, and may take 1 MB. "
        "Set balance: proportional, or raise sweep.memory_limit."
    )


def test_of_a_sweep_that_is_done_nothing_is_left_to_select(swept: Project) -> None:
    assert {cell.selecting.runs for cell in plan(swept, **MEDIAN).cells} == {0}


def test_by_equal_steps_more_images_are_shown(project: Project) -> None:
    steps = {"recipes": {"lenet5": {"compute": "equal_steps"}}}
    planned = plan(project, sweep={"variants": ["random"]}, **steps)
    # one epoch of 1,000 samples is 16 batches of 64, which is 16 of 20 and 8 of 100 samples
    assert [cell.images for cell in planned.cells] == [2 * 16 * 20, 2 * 8 * 100]


def test_the_help_says_that_nothing_is_done(project: Project) -> None:
    with project.session():
        said = CliRunner().invoke(cli.cli, ["leanset", "plan", "--help"])
    assert "Nothing is built, trained or written." in said.output
    assert "sweep.runs=10,rerun=all" in said.output
