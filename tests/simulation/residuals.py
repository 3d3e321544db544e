"""Write what ``many_runs`` came to into the residuals: ``python -m tests.simulation.residuals``."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from tests.simulation.noise import RESIDUALS

LEDGERS = Path(__file__).parents[2] / "data/many_runs/runs.parquet"


def main() -> None:
    """From the ledger of ``make sweep ENV=many_runs`` to the committed file."""
    runs = pd.read_parquet(max(LEDGERS.glob("*/runs.parquet")))
    finished = runs[runs["status"] == "ok"].sort_values(["variant", "recipe", "kept", "run"])
    columns = ["variant", "recipe", "kept", "run", "accuracy"]
    finished[columns].to_csv(RESIDUALS, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
