"""Where the environments of a project lie."""

from pathlib import Path

import pytest

from leanset.environments import context_of, ledgers_beside, place_of
from leanset.errors import LeansetError
from tests.end_to_end.project import Project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project that this process is in."""
    project = Project.create(tmp_path / "project")
    with project.session():
        monkeypatch.chdir(project.folder)
        monkeypatch.setenv("KEDRO_ENV", "tiny")
        return project


def beside(project: Project) -> set[str]:
    ledgers = {Path(ledger) for ledger in ledgers_beside(None, None)}
    return {str(ledger.relative_to(project.folder)) for ledger in ledgers}


def test_the_context_is_of_the_environment_that_is_asked_for(project: Project) -> None:
    catalog = context_of("tiny", None).catalog
    assert str(project.root) in str(catalog.get("runs"))


def test_settings_can_be_given_for_once(project: Project) -> None:
    assert project.folder == Path.cwd()
    context = context_of("tiny", None, {"sweep": {"runs": 9}})
    assert context.params["sweep"].runs == 9


def test_the_place_of_an_environment_holds_those_that_share_its_store(project: Project) -> None:
    project.write("other/globals.yml", {"root": "other", "store": "store"})
    place = place_of(None, None)
    assert place.store == str(project.folder / "store")
    assert place.roots == {str(project.root), str(project.folder / "other")}


def test_a_misspelt_environment_leads_to_the_right_one(project: Project) -> None:
    assert project.folder == Path.cwd()
    with pytest.raises(LeansetError, match=r"no environment 'tny'\. Did you mean 'tiny'\?"):
        place_of("tny", None)


def test_the_ledgers_of_all_other_environments_are_found(project: Project) -> None:
    found = beside(project)
    assert {"data/base/runs.parquet", "data/quick/runs.parquet"} <= found
    assert "tiny/runs.parquet" not in found


def test_they_lie_where_the_catalog_has_them(project: Project) -> None:
    (ours,) = {Path(ledger).name for ledger in ledgers_beside(None, None)}
    assert str(project.root / ours) in str(context_of("tiny", None).catalog.get("runs"))


def test_what_lies_elsewhere_or_cannot_be_read_is_passed_over(project: Project) -> None:
    before = beside(project)
    project.write("away/globals.yml", {"root": "s3://bucket/results"})
    project.write("broken/globals.yml", "root: [")
    assert beside(project) == before


def test_without_a_folder_of_configuration_there_are_none_beside(project: Project) -> None:
    assert list(ledgers_beside(None, str(project.folder / "nowhere"))) == []
    with pytest.raises(LeansetError, match="has to be a folder"):
        place_of(None, str(project.folder / "nowhere"))
