"""Write what was measured into the pages that show it: ``make docs``.

Takes the log of a default sweep (``make sweep > data/base/sweep.log``), those of the sweeps with
label noise (``make sweep ENV=noise_few > data/noise_few/sweep.log``, and so on), that of the
benchmarks (``make bench > data/bench.log``) and the newest page of a ``replica_kmeans`` sweep, and
leaves alone what it finds no measurement of.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SWEEP_LOG = ROOT / "data/base/sweep.log"
NOISE_LOGS = {
    env: ROOT / f"data/{env}/sweep.log"
    for env in ("noise_symmetric", "noise_asymmetric", "noise_few")
}
BENCH_LOG = ROOT / "data/bench.log"
README = ROOT / "README.md"
SCORES = ROOT / "docs/scores.md"
ENGINE = ROOT / "docs/engine.md"
REPLICA = ROOT / "docs/results/replica_kmeans.md"


def paste_sweep() -> None:
    """Put the log of the default sweep into the README."""
    _paste(README, "make sweep", _shown(SWEEP_LOG, first="mnist: "))


def paste_noise(env: str) -> None:
    """Put what a sweep with label noise came to on the page of the scores."""
    _paste(SCORES, f"make sweep ENV={env}", _shown(NOISE_LOGS[env], first="Test accuracy"))


def _shown(log: Path, first: str) -> list[str]:
    """A log from a line on, as a block of text."""
    lines = [line.rstrip() for line in log.read_text().splitlines()]
    start = next(n for n, line in enumerate(lines) if line.startswith(first))
    return ["```text", *lines[start:], "```"]


def paste_benchmarks(page: Path, subjects: tuple[str, ...]) -> None:
    """Put the figures whose names begin with one of ``subjects`` on a page, as a table."""
    rows = ["| figure | value | |", "|---|---|---|"]
    for line in BENCH_LOG.read_text().splitlines():
        if line.removeprefix("bench ").startswith(subjects):
            measured, _, detail = line.removeprefix("bench ").partition("   (")
            name, _, value = measured.partition(" ")
            rows.append(f"| `{name}` | {value} | {detail.removesuffix(')')} |")
    _paste(page, "make bench", rows)


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
    for env, log in NOISE_LOGS.items():
        if log.exists():
            paste_noise(env)
            done.append(f"{SCORES.name} ({env})")
    if BENCH_LOG.exists():
        paste_benchmarks(ENGINE, ("engine",))
        paste_benchmarks(SCORES, ("scores", "grand"))
        done.append(f"{ENGINE.name} and {SCORES.name} (benchmarks)")
    if (ROOT / "data/replica_kmeans/published").exists():
        paste_replica()
        done.append(REPLICA.name)
    sys.stdout.write(f"written: {', '.join(done) or 'nothing, no sweep was found'}\n")
