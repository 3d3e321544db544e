"""Write what was measured into the pages that show it: ``make docs``.

Takes the log of a default sweep (``make sweep > data/base/sweep.log``), that of the benchmarks
(``make bench > data/bench.log``) and the newest page of a ``replica_kmeans`` sweep, and leaves
alone what it finds no measurement of.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SWEEP_LOG = ROOT / "data/base/sweep.log"
BENCH_LOG = ROOT / "data/bench.log"
README = ROOT / "README.md"
ENGINE = ROOT / "docs/engine.md"
REPLICA = ROOT / "docs/results/replica_kmeans.md"


def paste_sweep() -> None:
    """Put the log of the default sweep into the README."""
    lines = [line.rstrip() for line in SWEEP_LOG.read_text().splitlines()]
    first = next(n for n, line in enumerate(lines) if line.startswith("mnist: "))
    _paste(README, "make sweep", ["```text", *lines[first:], "```"])


def paste_benchmarks() -> None:
    """Put the figures of the engine on its page, as a table."""
    rows = ["| figure | value | |", "|---|---|---|"]
    for line in BENCH_LOG.read_text().splitlines():
        if line.startswith("bench engine"):
            measured, _, detail = line.removeprefix("bench ").partition("   (")
            name, _, value = measured.partition(" ")
            rows.append(f"| `{name}` | {value} | {detail.removesuffix(')')} |")
    _paste(ENGINE, "make bench", rows)


def paste_replica() -> None:
    """Copy the newest page of the replica, with the command that made it."""
    pages = sorted((ROOT / "data/replica_kmeans/published/published.md").glob("*/published.md"))
    version = pages[-1].parent.name
    made_by = (
        "Made by `make sweep ENV=replica_kmeans` and then `make docs`, from version "
        f"`{version}` of the sweep."
    )
    title, _, body = pages[-1].read_text().partition("\n")
    REPLICA.parent.mkdir(parents=True, exist_ok=True)
    REPLICA.write_text(f"{title}\n\n{made_by}\n{body}")


def _paste(page: Path, command: str, lines: list[str]) -> None:
    """Replace what stands between the marks of a command."""
    begin, end = f"<!-- {command} -->\n", "<!-- end -->"
    before, _, rest = page.read_text().partition(begin)
    _, _, after = rest.partition(end)
    block = "\n".join(lines)
    page.write_text(f"{before}{begin}\n{block}\n\n{end}{after}")


if __name__ == "__main__":
    done = []
    if SWEEP_LOG.exists():
        paste_sweep()
        done.append(README.name)
    if BENCH_LOG.exists():
        paste_benchmarks()
        done.append(ENGINE.name)
    if (ROOT / "data/replica_kmeans/published").exists():
        paste_replica()
        done.append(REPLICA.name)
    sys.stdout.write(f"written: {', '.join(done) or 'nothing, no sweep was found'}\n")
