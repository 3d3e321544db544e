"""How long Kedro takes to know all pipelines."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.benchmarks.figure import Benchmark, Figure
from tests.end_to_end.project import Project

_REPEATS = 5


def hundred_variants() -> Iterator[Figure]:
    """Seconds of ``kedro registry list`` with 100 variant files, the median of five runs."""
    with tempfile.TemporaryDirectory() as folder:
        project = Project.create(Path(folder) / "project")
        present = len(list(project.conf.glob("base/parameters/variants/*.yml")))
        for number in range(100 - present):
            name = f"extra_{number}"
            project.write(
                f"base/parameters/variants/{name}.yml",
                {name: {"description": "One of many", "selector": {"method": "random"}}},
            )
        seconds = median(_timed(project) for _ in range(_REPEATS))
    yield Figure("registry_100_variants", seconds, "s")


def _timed(project: Project) -> float:
    start = time.perf_counter()
    listed = project.kedro("registry", "list")
    seconds = time.perf_counter() - start
    if listed.returncode or "extra_0" not in listed.stdout:
        raise RuntimeError(listed.stderr)
    return seconds


HUNDRED_VARIANTS = Benchmark(("registry_100_variants",), hundred_variants)
