"""``kedro leanset``: what there is, what a sweep would still do, what of old results may go."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import click
from kedro.framework.cli.project import run
from kedro.framework.cli.utils import _split_params, validate_conf_source
from kedro.framework.project import pipelines

from leanset.environments import context_of, ledgers_beside, place_of
from leanset.hooks import speak

__all__ = ["cli", "run"]

_Command = Callable[..., None]


@click.group(name="leanset")
def cli() -> None:
    """Commands of this project."""


@cli.group(name="leanset")
def commands() -> None:
    """See what methods and variants do, what a sweep would still do; remove old results."""


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
    """Show what a sweep would still do, and about how long it takes.

    Nothing is built, trained or written. What depends on something that is not built yet counts as
    to be done, so a sweep may do less than is said, never more. Times go by earlier sweeps.
    """
    from leanset.ledgers import past_for
    from leanset.planning import forecast_of, plan_of
    from leanset.showing import print_plan

    with _plainly():
        context = context_of(env, conf_source, params)
        with _quietly():
            planned = plan_of(pipelines["__default__"], context.catalog)
        recipes = {undone.cell.recipe for undone in planned.cells if undone.left}
        past = past_for(recipes, context.catalog, lambda: ledgers_beside(env, conf_source))
        print_plan(planned, forecast_of(planned, past))


@commands.command()
@_of_an_environment
@click.argument("variant")
def explain(variant: str, env: str | None, conf_source: str | None) -> None:
    """Explain a variant: what it keeps, what that is made from, and what it cost.

    VARIANT is the name of its file. What it cost is what it took in the environment's last sweep.
    """
    from leanset.explaining import explained
    from leanset.io.config_loader import SweepConfigLoader
    from leanset.ledgers import newest
    from leanset.past import bill_of
    from leanset.showing import print_explanation
    from leanset.sweep import cells_of

    with _plainly():
        catalog = context_of(env, conf_source).catalog
        plan, runs = newest(catalog, "plan"), newest(catalog, "runs")
        cells = cells_of(plan.table) if plan else []
        explanation = explained(variant, SweepConfigLoader.current().settings, cells)
        bill = bill_of(runs.table, variant) if runs else None
        print_explanation(explanation, bill, runs.version if runs else "")


@commands.command()
@click.argument("name", required=False)
def methods(name: str | None) -> None:
    """List all methods, or show one of them whole.

    NAME is what a block of parameters says after method.
    """
    from leanset.methods import named
    from leanset.showing import print_method, print_methods

    with _plainly():
        if name is None:
            print_methods()
        else:
            for method in named(name):
                print_method(method)


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
        old = old_of(place_of(env, conf_source), keep, before)
        print_old(old, deleted=delete)
        if delete:
            old.remove()


@commands.command(name="compare")
@click.argument("versions", nargs=-1, metavar="[VERSION]...")
@_of_an_environment
def compare_versions(versions: tuple[str, ...], env: str | None, conf_source: str | None) -> None:
    """Show what changed between sweeps: data, settings and accuracies.

    Without versions, between the last two; with one, between that and the last. With more, what is
    printed is of the last two of them, and the page that is written has all.
    """
    from leanset.comparing import compare

    with _plainly():
        compare(context_of(env, conf_source).catalog, versions)


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
