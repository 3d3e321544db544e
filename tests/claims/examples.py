"""Small ledgers, and accuracies whose differences are plain or are not."""

import pandas as pd

HIGH, LOW = [92.0, 92.1, 91.9], [90.0, 90.1, 89.9]
WIDE = [80.0, 90.0, 100.0]


def ledger(cells: dict[tuple[str, str], list[float]], kept: int = 600) -> pd.DataFrame:
    """A ledger of finished runs, from the accuracies in percent of each cell."""
    return pd.DataFrame(
        [
            (variant, budget, kept, run, "ok", accuracy / 100)
            for (variant, budget), accuracies in cells.items()
            for run, accuracy in enumerate(accuracies)
        ],
        columns=["variant", "budget", "kept", "run", "status", "accuracy"],
    )
