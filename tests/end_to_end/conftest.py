from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.browser import chromium
from tests.end_to_end.copies import everything_in
from tests.end_to_end.project import Project

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project nothing has been run in."""
    return Project.create(tmp_path / "project")


@pytest.fixture(scope="session")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project whose sweep has been run once, with the median models kept; only to be read.

    Which tests share it depends on who runs them, so one that writes into it is found out here.
    """
    project = Project.create(tmp_path_factory.mktemp("swept") / "project")
    project.run(training={"keep_models": "median"})
    made = everything_in(project)
    yield project
    assert everything_in(project) == made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for all tests of a file."""
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = os.environ.get("LEANSET_SCREENSHOTS")
    chosen = Path(folder) if folder else tmp_path_factory.mktemp("screenshots")
    chosen.mkdir(parents=True, exist_ok=True)
    return chosen
