"""``kedro leanset explain`` and ``methods``: what they say of a real project."""

import pytest
from click.testing import CliRunner, Result

from leanset import cli
from leanset.explaining import Explanation
from leanset.explaining import explained as explained_variant
from leanset.io.config_loader import SweepConfigLoader
from leanset.methods import methods
from tests.end_to_end.copies import everything_in
from tests.end_to_end.project import Project


def asked(project: Project, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Result:
    """A command, in this process; it leaves everything as it is."""
    before = everything_in(project)
    with project.session():
        monkeypatch.chdir(project.folder)
        monkeypatch.setenv("KEDRO_ENV", "tiny")
        said = CliRunner().invoke(cli.cli, ["leanset", *arguments])
    assert everything_in(project) == before
    return said


def explained(project: Project, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    said = asked(project, monkeypatch, "explain", *arguments)
    assert said.exit_code == 0, said.output
    return " ".join(said.stdout.split())


def test_after_a_sweep_a_variant_is_told_with_its_numbers_and_costs(
    swept: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = explained(swept, monkeypatch, "furthest_k500")
    for part in (
        "Method clustered: Keep an equal quota of every cluster",
        "clustering pca50_k500 keep furthest",
        "clusters: 100",
        "components: 16",
        "Nothing of it reads labels",
        "It keeps 20 and 10 % (100 samples), in 2 runs each.",
        "lenet5, adam, batches of 64, 1 epoch.",
    ):
        assert part in said
    version = max((swept.root / "runs.parquet").iterdir()).name
    assert f"Last run ({version}): selecting took " in said
    assert " at 20 and " in said
    assert said.endswith(" at 10 %.")


def test_before_any_sweep_what_is_set_is_told_and_that_nothing_was_run(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = explained(project, monkeypatch, "furthest_k500")
    assert "It keeps 20 and 10 %, in 2 runs each." in said
    assert said.endswith("Not run here yet.")


def test_a_variant_of_a_group_is_explained_with_all_behind_it(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = explained(project, monkeypatch, "d2", "--env=tiny")
    for part in ("score_el2n_warm", "embedding_features", "log_warm", "Maharana"):
        assert part in said
    assert "leaves it out; name d2 or coverage in sweep.variants." in said


def test_every_variant_that_is_shipped_can_be_explained(project: Project) -> None:
    with project.session() as session:
        session.load_context()
        settings = SweepConfigLoader.current().settings
    names = {path.stem for path in (project.conf / "base/parameters/variants").rglob("*.yml")}
    assert names == settings.variants.keys()
    for name, variant in settings.variants.items():
        told = explained_variant(name, settings)
        assert told.description == variant.description
        assert told.takes_part == (not variant.groups)
        assert bool(told.needs) == is_made_from_something(told)


def is_made_from_something(told: Explanation) -> bool:
    """Whether its method says that it needs artifacts."""
    return told.method.needs not in ("nothing else", "which labels are wrong")


def test_a_misspelt_variant_is_one_line(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    said = asked(project, monkeypatch, "explain", "furthest_k50")
    assert said.exit_code == 1
    assert said.stderr == (
        "Error: there is no variant 'furthest_k50'. Did you mean 'furthest_k500'?\n"
    )


def test_all_methods_are_listed_by_a_person_s_command(project: Project) -> None:
    said = project.kedro("leanset", "methods")
    assert said.returncode == 0, said.stderr
    assert said.stderr == ""
    beginnings = {line.split()[0] for line in said.stdout.splitlines() if line.strip()}
    assert beginnings >= {method.name for method in methods()}


def test_one_method_is_shown_with_its_settings(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = asked(project, monkeypatch, "methods", "ccs")
    assert "Zheng et al. 2023" in said.stdout
    assert "a number from 0, below 1" in said.stdout
    # a score, an embedding and a clustering
    assert asked(project, monkeypatch, "methods", "precomputed").stdout.count("precomputed, a") == 3


def test_a_misspelt_method_is_one_line(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    said = asked(project, monkeypatch, "methods", "fgt")
    assert said.exit_code == 1
    assert said.stderr.startswith("Error: there is no method 'fgt'.")
    assert "Traceback" not in said.output


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("explain", "what it keeps, what that is made from, and what it cost"),
        ("methods", "List all methods, or show one of them whole."),
        ("plan", "Times go by earlier sweeps."),
    ],
)
def test_help_is_short_and_says_what_a_command_does(
    project: Project, command: str, told: str
) -> None:
    with project.session():
        said = CliRunner().invoke(cli.cli, ["leanset", command, "--help"])
    assert told in " ".join(said.output.split())
    assert len(said.output.splitlines()) < 25
