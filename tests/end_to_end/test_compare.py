"""What changed between real sweeps: of the same settings, of another recipe, of other images."""

import contextlib
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from leanset.circumstances import Circumstances
from leanset.comparing import compare
from leanset.comparison import Changes, compare_sweeps
from leanset.errors import LeansetError
from tests.end_to_end.project import Project

ALONE = {"training": {"workers": 1}}
LONGER = ALONE | {"recipes": {"lenet5": {"epochs": 2}}}
RENAMED = {"dataset": {"class_names": ["<script>alert(1)</script>", *"123456789"]}}


class Sweeps:
    """A project and the versions of four sweeps: two of a kind, a longer one, one of new names."""

    def __init__(self, project: Project) -> None:
        self.project = project
        with contextlib.redirect_stdout(io.StringIO()):
            self.versions = [
                project.run(**ALONE),
                project.run(training={"workers": 2}),
                project.run(**LONGER),
                project.run(**LONGER, **RENAMED),
            ]

    def file(self, name: str, version: str) -> str:
        return (self.project.root / name / version / name).read_text(encoding="utf-8")

    def page(self, number: int) -> str:
        return self.file("changes.html", self.versions[number])

    def changes(self, older: int, newer: int) -> Changes:
        with self.project.session() as session:
            reported: Any = session.load_context().catalog.get("earlier")
            pair = [reported.reported.sweep(self.versions[number]) for number in (older, newer)]
        return compare_sweeps(*pair)

    def compare(self, *versions: str) -> list[str]:
        """What the command prints, by line."""
        with self.project.session() as session, contextlib.redirect_stdout(io.StringIO()) as said:
            compare(session.load_context().catalog, versions)
        return said.getvalue().splitlines()


def project_of_one_variant(folder: Path) -> Project:
    project = Project.create(folder)
    project.write(
        "tiny/parameters/sweep.yml",
        {"sweep": {"variants": ["random"], "budgets": [20, 50], "runs": 3}},
    )
    project.write("tiny/parameters/variants/random.yml", {"random": {"budgets": None}})
    return project


@pytest.fixture(scope="module")
def sweeps(tmp_path_factory: pytest.TempPathFactory) -> Sweeps:
    return Sweeps(project_of_one_variant(tmp_path_factory.mktemp("sweeps") / "project"))


def headline_of(page: str) -> str:
    (headline,) = re.findall("<h1>(.*?)</h1>", page)
    return str(headline)


def test_the_first_sweep_says_that_it_is_the_first(sweeps: Sweeps) -> None:
    assert headline_of(sweeps.page(0)) == "This is the first sweep."


def test_what_a_sweep_ran_with_is_noted_without_a_folder_of_the_machine(sweeps: Sweeps) -> None:
    written = sweeps.file("provenance.json", sweeps.versions[2])
    noted = Circumstances.from_json(json.loads(written))
    assert noted.images.name == "digits"
    assert (noted.images.train, noted.images.validation, noted.images.test) == (1000, 0, 797)
    assert noted.settings["recipes"]["lenet5"]["epochs"] == 2
    assert list(noted.settings["variants"]) == ["random"]
    assert noted.seed == 2025
    assert noted.devices == ("cpu",)
    assert str(sweeps.project.folder) not in written
    assert str(Path.home()) not in written


def test_a_rerun_with_other_workers_has_the_same_runs_and_lists_the_setting(
    sweeps: Sweeps,
) -> None:
    assert headline_of(sweeps.page(1)) == "All cells have the same runs; 1 setting changed."
    (setting,) = sweeps.changes(0, 1).settings
    assert (setting.key, setting.before, setting.after) == ("training.workers", "1", "2")


def test_a_sweep_against_itself_is_unchanged(sweeps: Sweeps) -> None:
    changes = sweeps.changes(0, 0)
    assert changes.headline == "Nothing changed: the same images, settings and runs."
    assert changes.surroundings == ()


def test_another_recipe_gives_every_cell_new_runs_and_is_listed(sweeps: Sweeps) -> None:
    changes = sweeps.changes(0, 2)
    assert [(change.key, change.before, change.after) for change in changes.settings] == [
        ("recipes.lenet5.epochs", "1", "2")
    ]
    assert changes.data == ()
    assert {cell.budget for cell in changes.cells} == {"20", "50"}
    assert {cell.same_runs for cell in changes.cells} == {0}
    assert {cell.verdict for cell in changes.cells} <= {
        "moved up", "moved down", "within the noise"
    }  # fmt: skip


def test_a_class_called_like_a_script_is_shown_and_not_run(sweeps: Sweeps) -> None:
    page = sweeps.page(3)
    assert headline_of(page).endswith("; the images changed and 1 setting changed.")
    assert "<script" not in page
    assert "New classes: &lt;script&gt;alert(1)&lt;/script&gt;." in page
    assert "Classes that are gone: 0." in page


def test_the_command_compares_the_last_two_and_writes_a_page(sweeps: Sweeps) -> None:
    said = sweeps.compare()
    assert said[0] == headline_of(sweeps.page(3)).replace("&#39;", "'")
    page = sweeps.project.root / "comparison.html"
    assert said[-1] == f"The page: {page}"
    assert headline_of(page.read_text(encoding="utf-8")) == headline_of(sweeps.page(3))


def test_the_command_puts_as_many_sweeps_as_are_named_side_by_side(sweeps: Sweeps) -> None:
    sweeps.compare(*sweeps.versions[2::-1])
    page = (sweeps.project.root / "comparison.html").read_text(encoding="utf-8")
    assert re.findall("<h3>(2.*?)</h3>", page) == sweeps.versions[2::-1]
    assert "All cells have the same runs; 1 setting changed." in page


def test_a_single_named_sweep_is_held_against_the_last(sweeps: Sweeps) -> None:
    sweeps.compare(sweeps.versions[0])
    page = (sweeps.project.root / "comparison.html").read_text(encoding="utf-8")
    assert re.findall("<h3>(2.*?)</h3>", page) == [sweeps.versions[3], sweeps.versions[0]]


def test_a_misspelt_version_leads_to_the_right_one(sweeps: Sweeps) -> None:
    right = sweeps.versions[1]
    with pytest.raises(LeansetError, match=f"Did you mean '{re.escape(right)}'"):
        sweeps.compare(right.replace("Z", ""), sweeps.versions[0])


def test_where_there_is_no_sweep_the_command_says_what_to_run(tmp_path: Path) -> None:
    project = Project.create(tmp_path / "project")
    with (
        project.session() as session,
        pytest.raises(LeansetError, match="Run it again: kedro run"),
    ):
        compare(session.load_context().catalog, [])
