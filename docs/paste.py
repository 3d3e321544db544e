"""Write what was measured into the pages that show it: ``make docs``.

Takes the log of a default sweep (``make sweep > data/base/sweep.log``), those of the sweeps with
label noise (``make sweep ENV=noise_few > data/noise_few/sweep.log``, and so on) and of coverage
(``ENV=coverage``), that of the benchmarks (``make bench > data/bench.log``) and the newest results
of the replicas, the log of the unit costs of scaling (``python -m tests.benchmarks.scaling >
data/scaling.log``), that of the soak (``make soak > data/soak.log``) and that of the simulated
sweeps (``python -m tests.simulation > data/simulation.log``), and leaves alone what it finds no
measurement of.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

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
DIFFICULTY = ROOT / "docs/results/replica_difficulty.md"
COVERAGE = ROOT / "docs/coverage.md"
COVERAGE_LOG = ROOT / "data/coverage/sweep.log"
GROWTH = "facility_location_growth.svg"
REPLICAS = ("replica_kmeans", "replica_craig")
SCALING = ROOT / "docs/scaling.md"
SCALING_LOG = ROOT / "data/scaling.log"
RUNNING = ROOT / "docs/running.md"
SOAK_LOG = ROOT / "data/soak.log"
STATISTICS = ROOT / "docs/statistics.md"
SIMULATION_LOG = ROOT / "data/simulation.log"
RESULTS = ROOT / "docs/results/README.md"


def paste_sweep() -> None:
    """Put the log of the default sweep into the README."""
    _paste(README, "make sweep", _shown(SWEEP_LOG, first="Test accuracy"))


def paste_noise(env: str) -> None:
    """Put what a sweep with label noise came to on the page of the scores."""
    _paste(SCORES, f"make sweep ENV={env}", _shown(NOISE_LOGS[env], first="Test accuracy"))


def paste_difficulty() -> None:
    """Put the medians of the newest ``replica_difficulty`` sweep on its page, and its verdicts."""
    import pandas as pd

    summary = pd.read_parquet(_newest("summary"))
    percent = summary["accuracy_median"] * 100
    parts = summary["variant"].str.extract(
        r"^(?P<score>.*?)_(?P<rule>hardest|easiest|window)_?(.*)$"
    )
    kept = summary["budget"].str.removesuffix(" %").astype(float)
    table = pd.DataFrame({"score": parts["score"], "rule": parts["rule"], "median": percent})
    table["column"] = (100 - kept).map("pruned {:.0f} %".format)
    table.loc[table["rule"] == "window", "column"] = "from " + parts[2] + " %"
    lines = []
    for rule, title in (
        ("hardest", "The easiest pruned"),
        ("easiest", "The hardest pruned"),
        ("window", "Windows of 40 %, by where they begin, the easiest first"),
    ):
        lines += [f"## {title}", "", *_grid(table[table["rule"] == rule]), ""]
    others = summary[summary["variant"].isin(["full", "random"])]
    lines += ["## For comparison", "", "| variant | kept | median |", "|---|---:|---:|"]
    lines += [
        f"| {row.variant} | {row.budget} | {row.accuracy_median * 100:.2f} |"
        for row in others.itertuples()
    ]
    verdicts = pd.read_parquet(_newest("verdicts")).drop_duplicates("claim")
    lines += ["", "## Verdicts", "", "Each over all seven budgets together, with intervals that"]
    lines += ["hold for all of them at once (95 %, Bonferroni).", ""]
    lines += [f"- {row.claim}: **{row.overall}**" for row in verdicts.itertuples()]
    _paste(DIFFICULTY, "make sweep ENV=replica_difficulty", lines)


def _newest(dataset: str) -> Path:
    """The newest version of a table of the difficulty replica."""
    folder = ROOT / f"data/replica_difficulty/{dataset}.parquet"
    return max(folder.glob(f"*/{dataset}.parquet"))


def _grid(table: pd.DataFrame) -> list[str]:
    """Medians by score and column, as a table in Markdown."""
    grid = table.pivot_table(index="score", columns="column", values="median")
    lines = [f"| score | {' | '.join(grid.columns)} |", "|---" + "|---:" * grid.shape[1] + "|"]
    for score, row in grid.iterrows():
        lines.append(f"| {score} | {' | '.join(f'{value:.2f}' for value in row)} |")
    return lines


def _shown(log: Path, first: str) -> list[str]:
    """A log from a line on, as a block of text."""
    lines = [line.rstrip() for line in log.read_text().splitlines()]
    start = next(n for n, line in enumerate(lines) if line.startswith(first))
    return ["```text", *lines[start:], "```"]


def paste_benchmarks(page: Path, subjects: tuple[str, ...]) -> None:
    """Put the figures whose names begin with one of ``subjects`` on a page, as a table."""
    _paste(page, "make bench", _figures(BENCH_LOG, subjects))


def paste_scaling() -> None:
    """Put what each stage costs on the page about scaling, and what follows from that."""
    lines = SCALING_LOG.read_text().splitlines()
    hours, room = (
        next(n for n, line in enumerate(lines) if line.startswith(first))
        for first in ("| hours", "| GB")
    )
    command = "python -m tests.benchmarks.scaling"
    _paste(SCALING, f"{command}: unit costs", _figures(SCALING_LOG, ("scaling",)))
    _paste(SCALING, f"{command}: hours", lines[hours : room - 1])
    _paste(SCALING, f"{command}: room", lines[room:])


def paste_simulation() -> None:
    """Put the tables of the simulated sweeps on the page about statistics."""
    for part in SIMULATION_LOG.read_text().split("## ")[1:]:
        name, _, table = part.partition("\n")
        _paste(STATISTICS, f"python -m tests.simulation: {name.strip()}", [table.strip()])


def _figures(log: Path, subjects: tuple[str, ...]) -> list[str]:
    """The figures of a log whose names begin with one of ``subjects``, as a table."""
    rows = ["| figure | value | |", "|---|---|---|"]
    for line in log.read_text().splitlines():
        if line.removeprefix("bench ").startswith(subjects):
            measured, _, detail = line.removeprefix("bench ").partition("   (")
            name, _, value = measured.partition(" ")
            rows.append(f"| `{name}` | {value} | {detail.removesuffix(')')} |")
    return rows


def paste_growth() -> None:
    """Copy the figure that the benchmarks drew."""
    drawn = (ROOT / "data" / GROWTH).read_text()
    # the drawing ends lines with spaces, which no tool of ours would leave
    lines = [line.rstrip() for line in drawn.splitlines()]
    figure = ROOT / "docs/figures" / GROWTH
    figure.parent.mkdir(exist_ok=True)
    figure.write_text("\n".join(lines) + "\n")


def paste_replica(env: str) -> None:
    """Copy the newest page of a replica, with the command that made it and other verdicts."""
    page = max((ROOT / f"data/{env}/published/published.md").glob("*/published.md"))
    version = page.parent.name
    made_by = (
        f"Made by `make sweep ENV={env}` and then `make docs`, from version `{version}` of the "
        "sweep."
    )
    title, _, body = page.read_text().partition("\n")
    written = ROOT / f"docs/results/{env}.md"
    written.parent.mkdir(parents=True, exist_ok=True)
    written.write_text(f"{title}\n\n{made_by}\n{body}{_asked_beside(env, version)}")


def paste_results() -> None:
    """Put the verdict on every claim into the index of results, off the pages of the replicas."""
    _paste(RESULTS, "make docs", verdict_lines())


def verdict_lines() -> list[str]:
    """A table of what was published and what came out, page by page."""
    lines = ["| experiment | what was said | what came out |", "|---|---|---|"]
    for page in sorted(RESULTS.parent.glob("replica_*.md")):
        text = page.read_text()
        said = re.findall(r"^Of (\d+ published cells) (.*)\.$", text, re.MULTILINE)
        claims = re.findall(r"^\d+\. (.*): (\*\*.*?\*\*)", text, re.MULTILINE)
        asked = re.findall(r"^- (.*): (\*\*.*?\*\*)", text, re.MULTILINE)
        if claims and asked:
            counts = Counter(verdict for _, verdict in asked).items()
            came_out = ", ".join(f"{verdict}: {count}" for verdict, count in counts)
            asked = [(f"{len(asked)} more, asked here beside the claims", came_out)]
        lines += [
            f"| [{page.stem}]({page.name}) | {what} | {came_out} |"
            for what, came_out in [*said, *claims, *asked]
        ]
    return lines


def _asked_beside(env: str, version: str) -> str:
    """What became of the hypotheses of a replica, and how well its subsets match gradients."""
    import pandas as pd

    from leanset.claims.words import measured
    from leanset.tables import rows_of

    verdicts = ROOT / f"data/{env}/verdicts.parquet/{version}/verdicts.parquet"
    if not verdicts.exists():
        return ""
    lines = ["", "## What was asked beside", "", "With 95 % intervals:", ""]
    for row in rows_of(pd.read_parquet(verdicts)):
        lines.append(f"- {row['claim']}: **{row['verdict']}**, {measured(row)}")
    table = ROOT / f"data/{env}/gradient_match.parquet/{version}/gradient_match.parquet"
    matches = pd.read_parquet(table)
    errors = ["error_here", "error_elsewhere", "random_here", "random_elsewhere"]
    lines += [
        "",
        "How far the gradient of each subset is from that of all samples, as a part of it",
    ]
    lines += ["(medians over runs): at the network where it was chosen, and at one trained from"]
    lines += ["another seed; and the same of a random subset.", ""]
    lines += [
        "| variant | here | held out | random here | random held out |",
        "|---|" + "---:|" * 4,
    ]
    for variant, row in matches.groupby("variant")[errors].median().iterrows():
        lines.append(f"| {variant} | {' | '.join(f'{row[name]:.3f}' for name in errors)} |")
    return "\n".join([*lines, ""])


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
        paste_benchmarks(COVERAGE, ("facility", "k_center", "craig"))
        done.append(f"{ENGINE.name}, {SCORES.name} and {COVERAGE.name} (benchmarks)")
    if COVERAGE_LOG.exists():
        _paste(COVERAGE, "make sweep ENV=coverage", _shown(COVERAGE_LOG, "Test accuracy"))
        done.append(f"{COVERAGE.name} (coverage)")
    if (ROOT / "data" / GROWTH).exists():
        paste_growth()
        done.append(GROWTH)
    if SCALING_LOG.exists():
        paste_scaling()
        done.append(SCALING.name)
    if SOAK_LOG.exists():
        _paste(RUNNING, "make soak", _shown(SOAK_LOG, first="soak: an undisturbed sweep"))
        done.append(RUNNING.name)
    if SIMULATION_LOG.exists():
        paste_simulation()
        done.append(STATISTICS.name)
    for env in REPLICAS:
        if (ROOT / f"data/{env}/published").exists():
            paste_replica(env)
            done.append(f"{env}.md")
    if (ROOT / "data/replica_difficulty/verdicts.parquet").exists():
        paste_difficulty()
        done.append(DIFFICULTY.name)
    paste_results()
    done.append("the index of results")
    sys.stdout.write(f"written: {', '.join(done) or 'nothing, no sweep was found'}\n")
