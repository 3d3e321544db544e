"""What a sweep of N images takes, by the unit costs of this machine and arithmetic.

``python -m tests.benchmarks.scaling > data/scaling.log`` measures and prints both; with ``--small``
it only shows that it works, and with ``--memory GB`` and ``--disk GB`` it is said what a machine of
another size holds.
"""

import argparse
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.benchmarks.figure import Benchmark
from tests.benchmarks.scaling_units import CLUSTERS, SMALL, Sizes, unit_costs

COUNTS = (60_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000)
"""Numbers of training images."""

CLASSES = 10
SHARE = 0.1
RUNS, EPOCHS, VARIANTS = 5, 5, 10
PROXIES, PROXY_EPOCHS, SCORES, PASSES = 10, 10, 3, 20
TASKS = VARIANTS + SCORES + 6
"""The sweep that is reckoned with, as docs/scaling.md says.

Besides those of variants and scores there are the tasks of ingestion, embedding, clustering, log,
``full`` and reporting.
"""

Costs = Mapping[str, float]
"""The unit costs, by name without ``scaling_``."""


@dataclass(frozen=True)
class Machine:
    """What a machine has, in gigabytes."""

    memory: float = 128.0
    disk: float = 4_000.0


def measured(lines: Sequence[str]) -> dict[str, float]:
    """The unit costs out of the lines that were printed, as exact as they stand there."""
    costs = {}
    for line in lines:
        words = line.split()
        if words[:1] == ["bench"] and words[1].startswith("scaling_") and words[2] != "not":
            costs[words[1].removeprefix("scaling_")] = float(words[2])
    return costs


def _coverage(costs: Costs, images: float) -> float:
    """Seconds of facility location, which keeps a tenth of them."""
    times = images / costs["facility_location_samples"]
    return costs["facility_location"] * float(times ** costs["facility_location_growth"])


def _before_work(costs: Costs, images: int) -> float:
    """Seconds that all tasks need to start and to check what they read: the images and the log."""
    of_images = TASKS * costs["images_disk"] * images
    of_log = SCORES * PROXIES * PROXY_EPOCHS * costs["log_disk"] * images
    return TASKS * costs["start_up"] + 1e-6 * (of_images + of_log) / costs["store_check"]


SECONDS: dict[str, Callable[[Costs, int], float]] = {
    "read, hash, store": lambda c, n: 1e-6 * c["ingest"] * n,
    "PCA": lambda c, n: 1e-6 * c["pca"] * n,
    f"k-means, {CLUSTERS} clusters × {RUNS} fits": lambda c, n: (
        1e-9 * c["k_means"] * n * CLUSTERS * (PASSES + 1) * RUNS
    ),
    f"log, {PROXIES} proxies × {PROXY_EPOCHS} epochs": lambda c, n: (
        1e-6 * c["proxy_epoch"] * n * PROXIES * PROXY_EPOCHS
    ),
    f"{SCORES} scores": lambda c, n: 1e-9 * c["score"] * n * PROXIES * PROXY_EPOCHS * SCORES,
    f"ranked selection × {RUNS} runs": lambda c, n: 1e-9 * c["ranked"] * n * RUNS,
    f"facility location by class × {RUNS} runs": lambda c, n: (
        CLASSES * _coverage(c, n / CLASSES) * RUNS
    ),
    f"training of {VARIANTS} cells × {RUNS} runs": lambda c, n: (
        1e-6 * c["training"] * SHARE * n * EPOCHS * RUNS * VARIANTS
    ),
    f"training of `full` × {RUNS} runs": lambda c, n: 1e-6 * c["training"] * n * EPOCHS * RUNS,
    f"{TASKS} tasks, before they work": _before_work,
}
"""Seconds of each stage of the sweep for N images."""

TOO_MUCH = "facility location over all classes, 1 run"
"""What is not reckoned with, because it grows with the pairs of images."""

MEMORY = {
    "read, hash, store": "ingest_memory",
    "PCA": "pca_memory",
    "k-means": "k_means_memory",
    "training": "training_memory",
}
"""Which unit cost says how many bytes a stage needs for each image."""

DISK: dict[str, Callable[[Costs], float]] = {
    "images": lambda c: c["images_disk"],
    "embedding": lambda c: c["embedding_disk"],
    f"{RUNS} clusterings": lambda c: RUNS * c["clustering_disk"],
    f"log of {PROXIES} × {PROXY_EPOCHS}": lambda c: PROXIES * PROXY_EPOCHS * c["log_disk"],
    f"{SCORES} scores × {RUNS} runs": lambda c: SCORES * RUNS * c["score_disk"],
}
"""Bytes in the store for each image."""


def hours(costs: Costs) -> list[str]:
    """Hours of each stage, as a table in Markdown."""
    rows = ["| hours | " + " | ".join(f"{count:,}" for count in COUNTS) + " |"]
    rows.append("|---|" + "---:|" * len(COUNTS))
    stages: dict[str, Callable[[Costs, int], float]] = {
        **SECONDS,
        "**all of it**": lambda c, n: sum(seconds(c, n) for seconds in SECONDS.values()),
        TOO_MUCH: _coverage,
    }
    for stage, seconds in stages.items():
        cells = [_short(seconds(costs, count) / 3600) for count in COUNTS]
        rows.append(f"| {stage} | {' | '.join(cells)} |")
    return rows


def room(costs: Costs, machine: Machine) -> list[str]:
    """Gigabytes of memory and disk, and how many images the machine holds, in Markdown."""
    rows = ["| GB | " + " | ".join(f"{count:,}" for count in COUNTS) + " | images that fit |"]
    rows.append("|---|" + "---:|" * (len(COUNTS) + 1))
    memory = {f"memory: {stage}": costs[name] for stage, name in MEMORY.items()}
    disk = {f"disk: {kept}": size(costs) for kept, size in DISK.items()}
    disk["disk: all of it"] = sum(disk.values())
    for needs, has in ((memory, machine.memory), (disk, machine.disk)):
        for name, size in needs.items():
            cells = [_marked(1e-9 * size * count, has) for count in COUNTS]
            rows.append(f"| {name} | {' | '.join(cells)} | {_rounded_down(1e9 * has / size)} |")
    rows.append("")
    rows.append(
        f"Bold is more than a machine of {machine.memory:,.0f} GB of memory and "
        f"{machine.disk:,.0f} GB of disk has."
    )
    return rows


def _marked(gigabytes: float, has: float) -> str:
    return f"**{_short(gigabytes)}**" if gigabytes > has else _short(gigabytes)


def _short(value: float) -> str:
    """Two digits that count; below a hundredth it makes no difference."""
    if value < 0.01:
        return "< 0.01"
    return f"{value:.2g}" if value < 10 else f"{float(f'{value:.2g}'):,.0f}"


def _rounded_down(images: float) -> str:
    """To a tenth of a million, or of a billion."""
    if images >= 1e9:
        return f"{images / 1e9:,.1f} billion"
    return f"{images / 1e6:,.1f} million" if images >= 1e6 else f"{images:,.0f}"


NAMES = tuple(
    f"scaling_{name}"
    for name in (
        "ingest", "ingest_memory", "images_disk", "pca", "pca_memory", "embedding_disk", "k_means",
        "k_means_memory", "clustering_disk", "training", "training_memory", "proxy_epoch",
        "log_disk", "score", "score_disk", "ranked", "facility_location",
        "facility_location_samples", "facility_location_growth", "store_write", "store_check",
        "start_up", "other_work",
    )
)  # fmt: skip

UNIT_COSTS = Benchmark(NAMES, lambda: unit_costs(Sizes()))


def printed(sizes: Sizes, machine: Machine) -> Iterator[str]:
    """The unit costs as they are measured, then what follows from them."""
    lines = []
    for figure in unit_costs(sizes):
        lines.append(figure.line())
        yield lines[-1]
    costs = measured(lines)
    yield from ("", *hours(costs), "", *room(costs, machine))


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--small", action="store_true", help="only show that it works")
    asked.add_argument("--memory", type=float, default=Machine.memory, help="of a machine, in GB")
    asked.add_argument("--disk", type=float, default=Machine.disk, help="of a machine, in GB")
    arguments = asked.parse_args()
    logging.getLogger("leanset").setLevel(logging.WARNING)
    sizes = SMALL if arguments.small else Sizes()
    for line in printed(sizes, Machine(arguments.memory, arguments.disk)):
        print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
