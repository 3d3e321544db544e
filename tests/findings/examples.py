"""Small ledgers, cell by cell."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from leanset.findings.bits import CorrectBits


def cell(
    variant: str,
    kept: int,
    accuracies: Sequence[float | None],
    budget: str | None = None,
    recipe: str = "lenet5",
) -> pd.DataFrame:
    """The ledger rows of one cell, an accuracy for each run and None where it failed."""
    return pd.DataFrame(
        [
            {
                "variant": variant,
                "recipe": recipe,
                "budget": budget or str(kept),
                "kept": kept,
                "run": run,
                "status": "failed" if accuracy is None else "ok",
                "accuracy": np.nan if accuracy is None else accuracy,
                "run_key": f"{variant} {recipe} {kept} {run}",
            }
            for run, accuracy in enumerate(accuracies)
        ]
    )


def ledger(*cells: pd.DataFrame) -> pd.DataFrame:
    """All of them together."""
    return pd.concat(cells, ignore_index=True)


def bits_of(runs: pd.DataFrame, test_samples: int = 1000) -> CorrectBits:
    """Bits in which the first test samples are right, as many as the accuracy says."""
    finished = runs[runs["status"] == "ok"]
    right = [np.arange(test_samples) < round(a * test_samples) for a in finished["accuracy"]]
    table = pd.DataFrame(
        {
            "run_key": finished["run_key"],
            "correct": [np.packbits(bits).tobytes() for bits in right],
        }
    )
    return CorrectBits([table], test_samples)


def around(mean: float, scatter: float = 0.001) -> list[float]:
    """Five accuracies with that mean and deviation."""
    steps = np.array([-2.0, -1.0, 0.0, 1.0, 2.0])
    return list(mean + scatter * steps / steps.std(ddof=1))
