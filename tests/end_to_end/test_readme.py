"""What the README says is true: its commands run, its examples work, its numbers are computed."""

import re
import subprocess

import pytest
import yaml

from leanset.config import Known
from leanset.io.config_loader import SweepConfigLoader
from leanset.selectors import METHODS
from leanset.sweep import Cell, plan_sweep
from tests.end_to_end.project import REPOSITORY, Project

README = (REPOSITORY / "README.md").read_text()


def cells(project: Project, env: str) -> tuple[list[Cell], int]:
    """The cells of an environment on all of MNIST, and the passes of its recipe."""
    with project.session(env) as session:
        session.load_context()
        settings = SweepConfigLoader.current().settings
    known = Known(settings.clusterings, settings.scores, settings.embeddings)
    plan = plan_sweep(settings.sweep, settings.active(), known, 60_000)
    return plan, settings.recipes["lenet5"].epochs


def test_every_make_target_it_names_exists() -> None:
    targets = set(re.findall(r"\bmake (\w+)", README)) - {"and"}
    assert {"sweep", "test", "viz", "bench", "lint", "docs"} <= targets
    for target in targets:
        dry = subprocess.run(
            ["make", "-n", target], cwd=REPOSITORY, capture_output=True, text=True, check=False
        )
        assert dry.returncode == 0, dry.stderr


@pytest.mark.parametrize("option", ["--pipelines=prune_sweep", "--pipeline=prune_sweep"])
def test_the_sweep_has_a_name_in_either_spelling(project: Project, option: str) -> None:
    project.write("tiny/parameters/sweep.yml", {"sweep": {"variants": ["random"], "runs": 1}})
    ended = project.kedro("run", option)
    assert ended.returncode == 0, ended.stderr
    assert len(project.load("runs")) == 2


def test_a_parameter_can_be_given_on_the_command_line(project: Project) -> None:
    assert "--params=sweep.runs=10" in README
    project.write("tiny/parameters/sweep.yml", {"sweep": {"variants": ["random"], "runs": 1}})
    ended = project.kedro("run", "--params=sweep.runs=3")
    assert ended.returncode == 0, ended.stderr
    assert len(project.load("runs")) == 2 * 3


def test_its_table_of_environments_is_what_is_shipped() -> None:
    shipped = {path.name for path in (REPOSITORY / "conf").iterdir() if path.is_dir()}
    section = README.partition("## Environments")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == shipped - {"base", "local"}


def test_its_table_of_methods_is_complete() -> None:
    section = README.partition("## Try a rule of your own")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == set(METHODS)


def test_its_example_of_a_variant_works_as_written(project: Project) -> None:
    (example,) = re.findall(r"```yaml\n# (\S+)\n(.*?)```", README, re.DOTALL)
    file, content = example
    project.write(file.removeprefix("conf/"), content)
    (name,) = yaml.safe_load(content)
    plan, _ = cells(project, "base")
    assert [cell.kept for cell in plan if cell.variant == name] == [600, 3000]


def test_its_numbers_are_those_of_the_default_sweep(project: Project) -> None:
    plan, epochs = cells(project, "base")
    runs = sum(cell.runs for cell in plan)
    images = sum(cell.runs * cell.kept for cell in plan) * epochs
    assert f"trains LeNet-5 {runs} times, on {images:,} images in all" in README
    study, _ = cells(project, "kmeans_study")
    assert f"{sum(cell.runs for cell in study):,} trainings" in README


def test_the_output_it_shows_is_that_of_a_whole_default_sweep(project: Project) -> None:
    shown = README.partition("<!-- make sweep -->")[2].partition("<!-- end -->")[0]
    plan, _ = cells(project, "base")
    for cell in plan:
        row = rf"^{cell.variant} +{cell.budget} +{cell.kept:,} +{cell.runs} "
        assert re.search(row, shown, re.MULTILINE), row
    assert f"{sum(cell.runs for cell in plan)} runs on " in shown
