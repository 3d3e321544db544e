"""One task of the Airflow DAG: some nodes of a pipeline, at the version of the DAG run."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from types import ModuleType
from typing import TYPE_CHECKING, Any

from leanset.errors import LeansetError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem
    from kedro.io import CatalogProtocol
    from kedro.pipeline import Pipeline


def version_of(run_after: datetime) -> str:
    """The moment a DAG run was due, in UTC, as Kedro writes its versions: to the millisecond."""
    moment = run_after.astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H.%M.%S}.{moment.microsecond // 1000:03d}Z"


def run_task(
    *,
    project: str,
    conf_source: str,
    env: str,
    pipeline: str,
    nodes: Sequence[str],
    version: str,
) -> None:
    """Run some nodes of a pipeline so that all tasks of a DAG run together make one sweep.

    Whatever the pipeline writes, in this task or another, is read and written at ``version`` and
    no other. What is there at this version is not made again, so a cleared task goes on where it
    ended. A failed run fails the task.

    Raises:
        LeansetError: the settings of today give a pipeline without some of the nodes.
    """
    # Kedro reads this once, when it is first imported
    os.environ.setdefault("KEDRO_LOGGING_CONFIG", str(Path(__file__).with_name("logging.yml")))
    from kedro.framework.project import configure_project, pipelines
    from kedro.framework.session import KedroServiceSession

    configure_project("leanset")
    session = KedroServiceSession.create(project_path=project, env=env, conf_source=conf_source)
    # the pipelines follow the settings that were read last
    catalog = session.load_context().catalog
    whole = pipelines[pipeline]
    _discard_unfinished(_part(whole, nodes, pipeline), catalog, version)
    with _nameless_main():
        session.run(
            run_id=version,
            pipeline_names=[pipeline],
            node_names=nodes,
            only_missing_outputs=True,
            load_versions=dict.fromkeys(whole.all_outputs(), version),
            runtime_params={"sweep": {"on_failure": "raise"}},
        )


@contextmanager
def _nameless_main() -> Iterator[None]:
    """Have processes that are spawned not begin with the main module of this one.

    In a task that module is Airflow's, which looks for its database and is denied it there.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _part(whole: Pipeline, nodes: Sequence[str], name: str) -> Pipeline:
    missing = sorted(set(nodes) - {node.name for node in whole.nodes})
    if missing:
        raise LeansetError(
            f"there is no node {', '.join(missing)}; the DAG was written for other settings.",
            where=f"pipeline {name}",
            remedy="Write the DAG again: make airflow.",
        )
    return whole.only_nodes(*nodes)


def _discard_unfinished(part: Pipeline, catalog: CatalogProtocol[Any, Any], version: str) -> None:
    """Remove what nodes wrote at this version that ended before they had written all outputs.

    They will be run again, and Kedro never writes over a version.
    """
    from kedro.io import AbstractVersionedDataset

    for node in part.nodes:
        versioned: list[Any] = [
            dataset
            for dataset in map(catalog.get, node.outputs)
            if isinstance(dataset, AbstractVersionedDataset)
        ]
        files: dict[PurePosixPath, AbstractFileSystem] = {
            dataset._get_versioned_path(version): dataset._fs for dataset in versioned
        }
        there = [path for path, system in files.items() if system.exists(str(path))]
        if len(there) < len(files):
            for path in there:
                files[path].rm(str(path.parent), recursive=True)
