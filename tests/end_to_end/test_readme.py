"""What the README says is true: its commands run, its examples work, its numbers are computed."""

import re
import subprocess
import tomllib

import pytest
import yaml

from leanset.cli import commands
from leanset.config import Known, ReportSettings
from leanset.io.config_loader import SweepConfigLoader
from leanset.methods import named
from leanset.sweep import Cell, plan_sweep
from tests.end_to_end.project import REPOSITORY, Project

README = (REPOSITORY / "README.md").read_text()
WORDS = " ".join(README.split())
SHOWN = README.partition("<!-- make sweep -->")[2].partition("<!-- end -->")[0]

LOOKED_FOR_BY_KEDRO = {"__main__", "hooks", "pipeline_registry", "settings"}


def section(title: str) -> str:
    return README.partition(f"## {title}\n")[2].partition("\n## ")[0]


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
    assert {"sweep", "test", "viz", "site", "bench", "lint", "docs", "help"} <= targets
    for target in targets:
        dry = subprocess.run(
            ["make", "-n", target], cwd=REPOSITORY, capture_output=True, text=True, check=False
        )
        assert dry.returncode == 0, dry.stderr


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project of two runs; each command of the README trains what is missing."""
    project = Project.create(tmp_path_factory.mktemp("small") / "project")
    project.write("tiny/parameters/sweep.yml", {"sweep": {"variants": ["random"], "runs": 1}})
    return project


@pytest.mark.parametrize("option", ["--pipelines=prune_sweep", "--pipeline=prune_sweep"])
def test_the_sweep_has_a_name_in_either_spelling(small: Project, option: str) -> None:
    ended = small.kedro("run", option)
    assert ended.returncode == 0, ended.stderr
    assert len(small.load("runs")) == 2


def test_a_parameter_can_be_given_on_the_command_line(small: Project) -> None:
    assert "--params=sweep.runs=10" in README
    ended = small.kedro("run", "--params=sweep.runs=3")
    assert ended.returncode == 0, ended.stderr
    assert len(small.load("runs")) == 2 * 3


def test_its_table_of_environments_is_what_is_shipped() -> None:
    shipped = {path.name for path in (REPOSITORY / "conf").iterdir() if path.is_dir()}
    told = set(re.findall(r"^\| `(\w+)` \|", section("Environments"), re.MULTILINE))
    assert told == shipped - {"base", "local"}


def test_every_command_of_ours_is_in_it_and_no_other() -> None:
    told = re.findall(r"kedro leanset ([\w-]+)", section("Ask before and after"))
    assert set(told) == commands.commands.keys()


def test_the_methods_and_variants_it_asks_about_exist() -> None:
    asked = section("Ask before and after")
    for method in re.findall(r"leanset methods (\w+)", asked):
        assert named(method)
    for variant in re.findall(r"leanset explain (\w+)", asked):
        assert (REPOSITORY / f"conf/base/parameters/variants/{variant}.yml").exists()


def test_every_file_in_its_table_is_one_that_the_catalog_writes() -> None:
    catalog = "".join(file.read_text() for file in (REPOSITORY / "conf/base/catalog").glob("*.yml"))
    written = set(re.findall(r"\$\{globals:root\}/([\w/.]+)", catalog))
    rows = re.findall(r"^\| (`.*?) \|", section("What comes out"), re.MULTILINE)
    told = {file for row in rows for file in re.findall(r"`([^`]+)`", row)}
    assert {"report.html", "changes.html", "provenance.json", "findings.parquet"} <= told
    for file in told:
        assert file in written or file.endswith("/"), file
        assert any(path.startswith(file) for path in written), file


def test_the_margin_and_the_confidence_it_names_are_the_defaults() -> None:
    block = yaml.safe_load((REPOSITORY / "conf/base/parameters/report.yml").read_text())["report"]
    assert ReportSettings.model_validate(block) == ReportSettings()
    assert f"within the margin ({block['margin']:g} points)" in WORDS
    assert f"**mean, {block['confidence'] * 100:g} %**" in WORDS
    assert f"at most {(1 - block['confidence']) * 100:.0f} %" in WORDS


def test_the_parts_it_says_are_outside_the_core_are_those() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    (core,) = (
        {module.removeprefix("leanset.") for module in contract["source_modules"]}
        for contract in project["tool"]["importlinter"]["contracts"]
        if "kedro" in contract.get("forbidden_modules", [])
    )
    source = REPOSITORY / "src/leanset"
    there = {path.stem for path in source.iterdir() if path.suffix == ".py" or path.is_dir()}
    (sentence,) = re.findall(r"Of the core is everything but (.*?) and the files Kedro", WORDS)
    told = set(re.findall(r"`(\w+)`", sentence))
    assert told == there - core - LOOKED_FOR_BY_KEDRO - {"__init__", "__pycache__", "py"}


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
    plan, _ = cells(project, "base")
    for cell in plan:
        row = rf"^{cell.variant} +{cell.budget} +{cell.kept:,} +{cell.runs} "
        assert re.search(row, SHOWN, re.MULTILINE), row
    assert f"{sum(cell.runs for cell in plan)} runs on " in SHOWN


def test_the_output_it_shows_ends_with_the_report_and_has_the_columns_that_are_told() -> None:
    assert re.search(r"^variant .*median +mean, 95 % +to random +s/run$", SHOWN, re.MULTILINE)
    assert "\nWhat this shows\n" in SHOWN
    assert re.search(r"^The report: data/base/report\.html/.*\n```$", SHOWN, re.MULTILINE)
