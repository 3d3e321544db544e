"""Copies of swept projects, which tests may change, and what lies in their folders."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.end_to_end.project import Project


def copy_of(project: Project, folder: Path) -> Project:
    """The same project in another folder, with all it has made."""
    shutil.copytree(project.folder, folder, symlinks=True)
    copied = Project(folder)
    copied.write(
        "tiny/globals.yml",
        {"raw": str(copied.raw), "root": str(copied.root), "store": str(folder / "store")},
    )
    return copied


def store_of(project: Project) -> Path:
    """The folder of the project's store."""
    return project.folder / "store"


def everything_in(project: Project) -> dict[Path, tuple[int, int]]:
    """Size and time of each file of the results and of the store, but for locks."""
    return {
        path: (path.stat().st_size, path.stat().st_mtime_ns)
        for folder in (project.root, store_of(project))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".locks" not in path.parts
    }


def record_of(project: Project, run_key: str) -> Path:
    """The folder of a run's record."""
    return store_of(project) / "run" / run_key
