"""Write what was measured into the pages that show it: ``make docs``.

Takes the log of a default sweep (``make sweep > data/base/sweep.log``) and the newest page of a
``replica_kmeans`` sweep, and leaves alone what it finds no measurement of.
"""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOG = ROOT / "data/base/sweep.log"
README = ROOT / "README.md"
REPLICA = ROOT / "docs/results/replica_kmeans.md"
BEGIN, END = "<!-- make sweep -->\n", "<!-- end -->"


def paste_sweep() -> None:
    """Put the log of the default sweep into the README."""
    before, _, rest = README.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    lines = [line.rstrip() for line in LOG.read_text().splitlines()]
    shown = lines[next(n for n, line in enumerate(lines) if line.startswith("mnist: ")) :]
    block = "\n".join(["```text", *shown, "```"])
    README.write_text(f"{before}{BEGIN}\n{block}\n\n{END}{after}")


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


if __name__ == "__main__":
    done = []
    if LOG.exists():
        paste_sweep()
        done.append(README.name)
    if (ROOT / "data/replica_kmeans/published").exists():
        paste_replica()
        done.append(REPLICA.name)
    sys.stdout.write(f"written: {', '.join(done) or 'nothing, no sweep was found'}\n")
