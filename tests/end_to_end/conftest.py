from pathlib import Path

import pytest

from tests.end_to_end.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project nothing has been run in."""
    return Project.create(tmp_path / "project")


@pytest.fixture(scope="session")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose sweep has been run once, with the median models kept; only to be read."""
    project = Project.create(tmp_path_factory.mktemp("swept") / "project")
    project.run(training={"keep_models": "median"})
    return project
