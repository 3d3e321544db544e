"""Sweeps of a few made-up runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from leanset.circumstances import Circumstances, Commit, UsedImages
from leanset.comparison import Sweep

OLD, NEW = "2026-01-01T03.00.00.000Z", "2026-02-01T03.00.00.000Z"


def cell(
    variant: str,
    accuracies: Sequence[float | None],
    *,
    budget: str = "600",
    kept: int = 600,
    made: str = "here",
    images: str = "ab" * 32,
    recipe: str = "lenet5",
) -> list[dict[str, Any]]:
    """The rows of a cell; a run without an accuracy failed, and ``made`` is part of every key."""
    return [
        {
            "variant": variant,
            "recipe": recipe,
            "budget": budget,
            "kept": kept,
            "run": run,
            "status": "failed" if accuracy is None else "ok",
            "accuracy": float("nan") if accuracy is None else accuracy,
            "run_key": f"{variant} {recipe} {budget} {run} {made}",
            "image_set_hash": images,
        }
        for run, accuracy in enumerate(accuracies)
    ]


def ledger(*cells: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame([row for rows in cells for row in rows])


def used_images(**changed: Any) -> UsedImages:
    usual: dict[str, Any] = {
        "name": "mnist",
        "hash": "ab" * 32,
        "train": 60_000,
        "validation": 0,
        "test": 10_000,
        "class_names": ("cat", "dog"),
        "noise": None,
    }
    return UsedImages(**usual | changed)


def circumstances(**changed: Any) -> Circumstances:
    usual: dict[str, Any] = {
        "when": "2026-01-01T03:00:00+00:00",
        "command": ("kedro", "run"),
        "commit": Commit(hash="1a2b3c4", with_changes=False),
        "versions": {"python": "3.11.2", "torch": "2.13.0"},
        "machine": "a machine, 2 cores",
        "devices": ("cpu",),
        "concurrency": (2,),
        "seed": 2025,
        "images": used_images(),
        "settings": {"recipes": {"lenet5": {"epochs": 5}}, "training": {"workers": "auto"}},
    }
    return Circumstances(**usual | changed)


def sweep(
    runs: pd.DataFrame, version: str = OLD, noted: Circumstances | None = None, **changed: Any
) -> Sweep:
    """A sweep that noted the usual circumstances, but for what is said to be changed."""
    return Sweep(version, runs, noted or circumstances(**changed))


def settings(**changed: Mapping[str, Any]) -> dict[str, Any]:
    return dict(circumstances().settings) | changed
