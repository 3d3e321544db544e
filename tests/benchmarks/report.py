"""How long the report of the default sweep takes, and how large it is."""

import time
from collections.abc import Iterator

from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.io import DatasetError

from tests.benchmarks.figure import Benchmark, Figure
from tests.benchmarks.workload import REPOSITORY

_NAMES = ("report_seconds", "report_size")


def written_report() -> Iterator[Figure]:
    """Seconds of writing the report of the newest default sweep, from loaded inputs to the page."""
    bootstrap_project(REPOSITORY)
    with KedroSession.create(REPOSITORY) as session:
        catalog = session.load_context().catalog
        (write,) = pipelines["reporting"].only_nodes("reporting.write_report").nodes
        try:
            inputs = {name: catalog.load(name) for name in write.inputs if name != "changes"}
        except DatasetError:
            yield from (Figure(name, None, "", "there is no default sweep") for name in _NAMES)
            return
        start = time.perf_counter()
        page = write.run(inputs | {"changes": []})["report"]
        seconds = time.perf_counter() - start
    yield Figure("report_seconds", seconds, "s", f"{len(inputs['runs'])} runs")
    yield Figure("report_size", len(page.encode()) / 1e6, "MB")


REPORT = Benchmark(_NAMES, written_report)
