"""The environments of the project that a command is given in: their contexts, where they lie."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro.framework.project import settings
from kedro.framework.session import KedroSession
from kedro.utils import find_kedro_project

from leanset.errors import LeansetError, nearest

if TYPE_CHECKING:
    from kedro.framework.context import KedroContext

    from leanset.retention import Place

_LEDGER = "runs.parquet"
"""Where the catalog has it in the root of an environment."""


def context_of(
    env: str | None, conf_source: str | None, params: dict[str, Any] | None = None
) -> KedroContext:
    """The context of an environment, as ``kedro run`` would have it."""
    session = KedroSession.create(
        _project(), env=env, conf_source=conf_source, runtime_params=params or {}
    )
    return session.load_context()


def place_of(env: str | None, conf_source: str | None) -> Place:
    """The store of an environment, with the results of all environments that share it.

    Raises:
        LeansetError: there is no such environment, or where the results of one lie cannot be told.
    """
    conf = Path(conf_source or _project() / settings.CONF_SOURCE)
    if not conf.is_dir():
        raise LeansetError("the configuration has to be a folder here.", where=str(conf))
    names, chosen = _names(conf), _chosen(env)
    if chosen not in names:
        raise LeansetError(
            f"there is no environment '{chosen}'.", where=str(conf), remedy=nearest(chosen, names)
        )
    places = {name: _place_of(conf, name) for name in names}
    return places[chosen].joined(places.values())


def ledgers_beside(env: str | None, conf_source: str | None) -> Iterator[str]:
    """The ledgers of all other environments on this machine, as far as that can be told."""
    conf = Path(conf_source or _project() / settings.CONF_SOURCE)
    for name in _names(conf) if conf.is_dir() else ():
        if name == _chosen(env):
            continue
        try:
            root = str(_loader(conf, name)["globals"]["root"])
        except Exception:  # noqa: S112 - of another environment, whatever is wrong with it
            continue
        if "://" not in root:
            yield str(_project() / root / _LEDGER)


def _project() -> Path:
    return find_kedro_project(Path.cwd()) or Path.cwd()


def _names(conf: Path) -> list[str]:
    return [path.name for path in sorted(conf.glob("[!.]*/"))]


def _chosen(env: str | None) -> str:
    default: str = settings.CONFIG_LOADER_ARGS["default_run_env"]
    return env or os.environ.get("KEDRO_ENV") or default


def _loader(conf: Path, env: str) -> Any:
    return settings.CONFIG_LOADER_CLASS(str(conf), env=env, **settings.CONFIG_LOADER_ARGS)


def _place_of(conf: Path, env: str) -> Place:
    """The store and the results of one environment.

    Raises:
        LeansetError: they cannot be told.
    """
    from leanset.retention import Place

    try:
        return Place.of(_loader(conf, env)["globals"], _project())
    except Exception as error:
        # of YAML, of OmegaConf, of Kedro: whatever it is, its results may share the store
        raise LeansetError(
            f"where its results lie cannot be told ({' '.join(str(error).split())}).",
            where=str(conf / env / "globals.yml"),
            remedy="Nothing was removed. Mend it, then try again.",
        ) from error
