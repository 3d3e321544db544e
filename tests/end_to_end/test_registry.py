"""Which pipelines there are follows from the settings."""

from kedro.framework.project import pipelines

from tests.end_to_end.project import Project


def names(project: Project) -> set[str]:
    with project.session() as session:
        session.load_context()
        return set(pipelines)


def test_there_is_an_audit_only_where_the_settings_have_one(project: Project) -> None:
    assert "noise_audit" in names(project)
    (project.conf / "base/parameters/audit.yml").unlink()
    assert "noise_audit" not in names(project)
