"""Sweeps that were never run, reported by the functions that report real ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from leanset.circumstances import Circumstances, Commit, UsedImages
from leanset.claims import Claim, judge_claims
from leanset.comparison import Sweep, compare_sweeps
from leanset.config import Arm, ReportSettings
from leanset.costs import costs_of_runs, costs_table
from leanset.findings.cells import finished_cells
from leanset.findings.comparing import compare_cells
from leanset.findings.needed import areas, data_needed
from leanset.findings.sentences import Evidence, findings
from leanset.report import Content
from leanset.summary import summarise
from tests.findings.examples import around, bits_of, cell, ledger

SETTINGS = ReportSettings(margin=0.5, targets=(90, 95))

LABEL_FREE = ("full", "random", "furthest")


def runs_of(*cells: pd.DataFrame) -> pd.DataFrame:
    """A ledger with all that a report reads; a run takes a second for each 1,000 samples kept."""
    runs = ledger(*cells)
    finished = runs["status"] == "ok"
    dear = runs["variant"] == "furthest"
    return runs.assign(
        selected=runs["kept"],
        wrong_labels=pd.array([pd.NA] * len(runs), dtype="Int64"),
        weighting=pd.Series([None] * len(runs), dtype="str"),
        effective_samples=np.nan,
        greatest_weight=np.nan,
        seconds_artifacts=np.where(dear, 30.0, 0.0),
        seconds_select=0.01,
        seconds_train=np.where(finished, runs["kept"] / 1000, np.nan),
        seconds_evaluate=np.where(finished, 0.1, np.nan),
        proxy_epochs=0,
        worst_class_recall=runs["accuracy"],
        least_class_count=1,
        device="cpu",
        concurrency=2,
        image_set_hash="0123456789abcdef",
    )


RUNS = runs_of(
    *(
        cell(variant, kept, around(mean), budget)
        for variant, kept, mean, budget in (
            ("full", 10_000, 0.97, "100 %"),
            ("random", 100, 0.80, "1 %"),
            ("random", 1000, 0.93, "10 %"),
            ("random", 5000, 0.955, "50 %"),
            ("furthest", 100, 0.70, "1 %"),
            ("furthest", 1000, 0.945, "10 %"),
            ("furthest", 5000, 0.9695, "50 %"),
            ("hardest", 100, 0.799, "1 %"),
            ("hardest", 1000, 0.93, "10 %"),
        )
    )
)
"""A sweep in which ``furthest`` at half the samples is as good as all."""


def content(runs: pd.DataFrame = RUNS, description: str = "", **more: Any) -> Content:
    """What there is to report of a ledger, by the functions that say it of a real one."""
    cells, bits = finished_cells(runs), bits_of(runs)
    margin, confidence = SETTINGS.margin / 100, SETTINGS.confidence
    comparisons = compare_cells(cells, bits, margin, confidence)
    needed = data_needed(cells, [t / 100 for t in SETTINGS.targets], margin, confidence)
    arms = {
        name: Arm(name, description, "ranked", label_free=name in LABEL_FREE)
        for name in sorted(set(runs["variant"]))
    }
    largest = int(runs["kept"].max())
    evidence = Evidence(runs, cells, comparisons, needed, bits, arms, "lenet5", largest, SETTINGS)
    made = {
        "title": "zoo",
        "findings": findings(evidence),
        "runs": runs,
        "summary": summarise(runs, confidence),
        "comparisons": comparisons,
        "needed": needed,
        "areas": areas(cells, confidence),
        "costs": costs_table(costs_of_runs(runs)),
        "arms": tuple(arms.values()),
        "settings": SETTINGS,
    }
    return Content(**made | more)


def circumstances(class_names: Sequence[str] = ("cat", "dog"), **changes: Any) -> Circumstances:
    """A sweep of ten thousand samples on a machine that does not exist."""
    images = UsedImages(
        name="zoo",
        hash="0123456789abcdef",
        train=10_000,
        validation=0,
        test=1000,
        class_names=tuple(class_names),
    )
    noted = Circumstances(
        when="2026-01-02T03:04:05+00:00",
        command=("kedro", "run", "--env", "quick"),
        commit=Commit(hash="abc1234", with_changes=True),
        versions={"python": "3.11.0", "torch": "2.13.0"},
        machine="A slow machine, 2 cores",
        devices=("cpu",),
        concurrency=(2,),
        seed=7,
        images=images,
        settings={"sweep": {"seed": 7, "runs": 5}},
    )
    return noted.model_copy(update=changes)


def whole() -> Content:
    """A sweep that has everything a report can show but pictures."""
    now = circumstances()
    before = circumstances(settings={"sweep": {"seed": 7, "runs": 3}})
    older = RUNS.assign(
        run_key="old " + RUNS["run_key"],
        accuracy=RUNS["accuracy"] - np.where(RUNS["variant"] == "hardest", 0.05, 0.0),
    )
    claims = [
        Claim(text="Furthest is better than random", better="furthest", than="random",
              budgets=(0.1, 0.5), source="A paper, 2020"),
    ]  # fmt: skip
    return content(
        circumstances=now,
        verdicts=judge_claims(RUNS, claims),
        agreement=AGREEMENT,
        scores=SCORES,
        detectors=DETECTORS,
        changes=compare_sweeps(Sweep("older", older, before), Sweep("newer", RUNS, now)),
    )


AGREEMENT = pd.DataFrame(
    [
        ("aum", "aum", 10, 0.98, 0.97, 100, 0.9, 0.8),
        ("aum", "el2n", 25, -0.25, -0.3, 100, 0.1, 0.0),
        ("el2n", "el2n", 10, 0.9, 0.85, 100, 0.8, 0.7),
    ],
    columns=["score", "other", "pairs", "spearman_median", "spearman_lowest", "kept",
             "overlap_median", "overlap_lowest"],
)  # fmt: skip

SCORES = pd.DataFrame(
    [
        ("aum", "aum", "difficulty", True, 5, 10, 60.0, 0.1),
        ("flip", "flip", "uncertainty", False, 5, 10, 60.0, 0.2),
    ],
    columns=["score", "method", "kind", "uses_labels", "replicates", "proxy_epochs",
             "seconds_before", "seconds"],
)  # fmt: skip

DETECTORS = pd.DataFrame(
    [
        ("aum", 0, 100, 0.99, 0.95, 100, 0.9, 0.9),
        ("el2n", 0, 100, 0.95, 0.9, 100, 0.8, 0.8),
        ("aum", 0, 100, 0.99, 0.95, 50, 1.0, 0.5),
    ],
    columns=["detector", "replicate", "wrong_labels", "roc_auc", "average_precision", "k",
             "precision_at_k", "recall_at_k"],
)  # fmt: skip
