"""What a sweep ran on and with, noted beside its results."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path, PurePath
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from leanset.config import BLOCKS, Settings
from leanset.errors import LeansetError
from leanset.hardware import describe_machine
from leanset.images import ImageSet
from leanset.tables import Table

_PACKAGES = ("leanset", "torch", "numpy", "scikit-learn", "kedro")

_ABSOLUTE_PATH = re.compile(r"(?<![^=,])(?:file://|[A-Za-z]:)?[/\\](?:[^,]*[/\\])?([^/\\,]+)[/\\]*")
"""A path from the root, at the beginning of a word or of a value in it."""

_PATIENCE = 10
"""Seconds that git has to answer."""


class _Noted(BaseModel):
    """What is read back by other versions of this project, which may note more or less."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class UsedImages(_Noted):
    """The image set of a sweep.

    Attributes:
        hash: of all pixels, labels and class names.
        train: samples to select from; ``validation`` and ``test`` are numbers of samples too.
        noise: how labels were made wrong on purpose, if they were.
    """

    name: str
    hash: str
    train: int
    validation: int
    test: int
    class_names: tuple[str, ...]
    noise: dict[str, Any] | None = None


class Commit(_Noted):
    """The state of the repository that the configuration is in.

    Attributes:
        hash: of the last commit, shortened.
        with_changes: whether files differed from it.
    """

    hash: str
    with_changes: bool


class Circumstances(_Noted):
    """What a sweep ran on and with.

    Attributes:
        when: it was noted, in UTC.
        command: the words of the command line, without the folders of the machine.
        commit: None where there is no repository.
        versions: of Python and the packages that results hang on, by name.
        devices: that networks were trained on.
        concurrency: how many runs were trained at once; several numbers where it varied.
        seed: of the sweep.
        settings: all blocks of parameters, defaults included; of variants those that took part.
    """

    when: str
    command: tuple[str, ...]
    commit: Commit | None
    versions: dict[str, str]
    machine: str
    devices: tuple[str, ...]
    concurrency: tuple[int, ...]
    seed: int
    images: UsedImages
    settings: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """The same as plain JSON."""
        return self.model_dump(mode="json")

    @classmethod
    def from_json(cls, content: Any) -> Circumstances:
        """Back from JSON.

        Raises:
            LeansetError: it is something else.
        """
        try:
            return cls.model_validate(content)
        except ValidationError as error:
            wrong = ", ".join(".".join(map(str, detail["loc"])) for detail in error.errors())
            raise LeansetError(f"this is no provenance of a sweep ({wrong}).") from error


def circumstances_of(
    runs: Table,
    images: ImageSet,
    image_set_hash: str,
    parameters: Mapping[str, Any],
    command: Sequence[str],
    project: Path,
) -> Circumstances:
    """What a sweep that is being reported ran on and with.

    Args:
        runs: its ledger, at least ``device`` and ``concurrency``.
        images: what it selected from.
        image_set_hash: theirs, so that no pixel is read for it.
        parameters: all blocks by name, variants among them, as Kedro has them.
        command: the words that started it, as ``sys.argv``.
        project: a folder of the repository that its configuration may be in.
    """
    settings = settings_of(parameters)
    return Circumstances(
        when=datetime.now(UTC).isoformat(timespec="seconds"),
        command=_without_folders(command),
        commit=commit_of(project),
        versions=_versions(),
        machine=describe_machine(),
        devices=tuple(sorted(set(runs["device"]))),
        concurrency=tuple(sorted({int(count) for count in runs["concurrency"]})),
        seed=settings["sweep"]["seed"],
        images=UsedImages(
            name=images.name,
            hash=image_set_hash,
            train=len(images.train),
            validation=len(images.validation) if images.validation else 0,
            test=len(images.test),
            class_names=images.class_names,
            noise=settings["dataset"]["noise"],
        ),
        settings=settings,
    )


def settings_of(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """All blocks of parameters as plain JSON, defaults included, and the variants that take part.

    Some blocks may be typed already: Kedro does that to those that the nodes of today's run ask
    for. A folder of raw data given on the command line is a matter of the machine and left out.
    """
    shared = {name: block for name, block in parameters.items() if name in BLOCKS}
    variants = {name: block for name, block in parameters.items() if name not in BLOCKS}
    settings = Settings.model_validate({**shared, "variants": variants})
    taking_part = settings.model_copy(update={"variants": settings.active()})
    return taking_part.model_dump(mode="json", exclude={"folder"})


def commit_of(folder: Path) -> Commit | None:
    """The commit that a folder is at; None where there is no repository, or git says nothing."""

    def git(*arguments: str) -> str:
        return subprocess.run(  # noqa: S603
            ["git", "-C", str(folder), *arguments],  # noqa: S607
            check=True,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            # somebody may be committing at this moment
            env=os.environ | {"GIT_OPTIONAL_LOCKS": "0"},
        ).stdout.strip()

    try:
        return Commit(
            hash=git("rev-parse", "--short", "HEAD"),
            with_changes=bool(git("status", "--porcelain")),
        )
    except (OSError, subprocess.SubprocessError):
        return None


def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions


def _without_folders(command: Sequence[str]) -> tuple[str, ...]:
    """The words of a command line, each absolute path in them cut down to its last part."""
    if not command:
        return ()
    program = PurePath(command[0])
    name = program.parent.name if program.name == "__main__.py" else program.name
    return (name, *(_ABSOLUTE_PATH.sub(r"…/\1", word) for word in command[1:]))
