"""``kedro leanset``: what a sweep would still do, and what of old results may go."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from kedro.framework.cli.project import run
from kedro.framework.cli.utils import _split_params, validate_conf_source
from kedro.framework.project import pipelines, settings
from kedro.framework.session import KedroSession
from kedro.utils import find_kedro_project

from leanset.errors import LeansetError, nearest
from leanset.hooks import speak

if TYPE_CHECKING:
    from kedro.framework.context import KedroContext

    from leanset.retention import Place

__all__ = ["cli", "run"]

_Command = Callable[..., None]


@click.group(name="leanset")
def cli() -> None:
    """Commands of this project."""


@cli.group(name="leanset")
def commands() -> None:
    """See what a sweep would still do, or remove old results."""


def _of_an_environment(command: _Command) -> _Command:
    """The options of ``kedro run`` that say which sweep is meant."""
    for option in (
        click.option(
            "--conf-source", callback=validate_conf_source, help="The folder of configuration."
        ),
        click.option("--env", "-e", help="The environment; without it, that of kedro run."),
    ):
        command = option(command)
    return command


@commands.command()
@_of_an_environment
@click.option(
    "--params", default="", callback=_split_params,
    help="Settings for this once, as of kedro run: sweep.runs=10,rerun=all.",
)  # fmt: skip
def plan(env: str | None, conf_source: str | None, params: dict[str, Any]) -> None:
    """Show what a sweep would still do.

    Nothing is built, trained or written. What depends on something that is not built yet counts as
    to be done, so a sweep may do less than is said, never more.
    """
    from leanset.planning import plan_of
    from leanset.showing import print_plan

    with _plainly():
        context = _context(env, conf_source, params)
        with _quietly():
            planned = plan_of(pipelines["__default__"], context.catalog)
        print_plan(planned)


@commands.command()
@_of_an_environment
@click.option(
    "--keep", type=click.IntRange(1), required=True, help="How many versions of everything stay."
)
@click.option(
    "--days", type=click.IntRange(0), default=7, show_default=True,
    help="What is younger stays in the store: an interrupted sweep may go on with it.",
)  # fmt: skip
@click.option("--delete", is_flag=True, help="Remove it. Without this it is only told.")
def prune_versions(
    env: str | None, conf_source: str | None, keep: int, days: int, *, delete: bool
) -> None:
    """Remove old versions of results, and what only they use of the store.

    This goes for the environment and all others that share its store. Of each the newest versions
    stay, each as a whole, with all that they refer to: images, artifacts, subsets, runs, models.
    Let no sweep run meanwhile.
    """
    from leanset.retention import old_of
    from leanset.showing import print_old

    before = datetime.now(UTC) - timedelta(days=days)
    with _plainly():
        old = old_of(_place(env, conf_source), keep, before)
        print_old(old, deleted=delete)
        if delete:
            old.remove()


@contextmanager
def _plainly() -> Iterator[None]:
    """Let what a person can mend be the last words of the command."""
    try:
        yield
    except Exception as error:
        speak(error)
        raise


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep back what nodes say while they build: they are only walked through."""
    ours = logging.getLogger("leanset")
    level = ours.level
    ours.setLevel(logging.WARNING)
    try:
        yield
    finally:
        ours.setLevel(level)


def _project() -> Path:
    return find_kedro_project(Path.cwd()) or Path.cwd()


def _context(env: str | None, conf_source: str | None, params: dict[str, Any]) -> KedroContext:
    session = KedroSession.create(
        _project(), env=env, conf_source=conf_source, runtime_params=params
    )
    return session.load_context()


def _place(env: str | None, conf_source: str | None) -> Place:
    """The store of an environment, with the results of all environments that share it."""
    conf = Path(conf_source or _project() / settings.CONF_SOURCE)
    if not conf.is_dir():
        raise LeansetError("the configuration has to be a folder here.", where=str(conf))
    names = [path.name for path in sorted(conf.glob("[!.]*/"))]
    chosen = env or os.environ.get("KEDRO_ENV") or settings.CONFIG_LOADER_ARGS["default_run_env"]
    if chosen not in names:
        raise LeansetError(
            f"there is no environment '{chosen}'.", where=str(conf), remedy=nearest(chosen, names)
        )
    places = {name: _place_of(conf, name) for name in names}
    return places[chosen].joined(places.values())


def _place_of(conf: Path, env: str) -> Place:
    """The store and the results of one environment.

    Raises:
        LeansetError: they cannot be told.
    """
    from leanset.retention import Place

    try:
        loader = settings.CONFIG_LOADER_CLASS(str(conf), env=env, **settings.CONFIG_LOADER_ARGS)
        return Place.of(loader["globals"], _project())
    except Exception as error:
        # of YAML, of OmegaConf, of Kedro: whatever it is, its results may share the store
        raise LeansetError(
            f"where its results lie cannot be told ({' '.join(str(error).split())}).",
            where=str(conf / env / "globals.yml"),
            remedy="Nothing was removed. Mend it, then try again.",
        ) from error
