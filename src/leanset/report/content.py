"""All that the page of a sweep is made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from leanset.circumstances import Circumstances
from leanset.comparison import Changes
from leanset.config import Arm, ReportSettings
from leanset.report.cards import Card
from leanset.report.samples import Samples
from leanset.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Content:
    """All that the page of a sweep is made from; what the sweep does not have is None or empty.

    Attributes:
        title: the name of the image set.
        findings: sentences by ``kind``, the recommendation first, from ``findings``.
        runs: the ledger.
        summary: from ``summarise``.
        comparisons: from ``compare_cells``.
        needed: from ``data_needed``.
        areas: from ``areas``.
        costs: from ``costs_table``.
        arms: the variants of the sweep.
        settings: what is judged by.
        circumstances: what the sweep ran on and with.
        verdicts: on hypotheses, from ``judge_claims``.
        agreement: of the scores, from ``agreement_table``.
        scores: what each is and took, from ``score_table``.
        detectors: how well scores find wrong labels, from ``detection_table``.
        changes: since the sweep before.
        cards: of the variants, passed through to their part of the page.
        samples: what the parts on scores and labels show beside tables, passed through likewise.
    """

    title: str
    findings: pd.DataFrame
    runs: pd.DataFrame
    summary: pd.DataFrame
    comparisons: pd.DataFrame
    needed: pd.DataFrame
    areas: pd.DataFrame
    costs: pd.DataFrame
    arms: tuple[Arm, ...]
    settings: ReportSettings
    circumstances: Circumstances | None = None
    verdicts: pd.DataFrame | None = None
    agreement: pd.DataFrame | None = None
    scores: pd.DataFrame | None = None
    detectors: pd.DataFrame | None = None
    changes: Changes | None = None
    cards: tuple[Card, ...] = ()
    samples: Samples | None = None

    @cached_property
    def recipe(self) -> str:
        """The recipe of most runs, which is that of the sweep."""
        return Counter(self.runs["recipe"]).most_common(1)[0][0] if len(self.runs) else ""

    @cached_property
    def has_recipes(self) -> bool:
        """Whether there are several."""
        return int(self.runs["recipe"].nunique()) > 1

    @cached_property
    def cells(self) -> list[Mapping[str, Any]]:
        """The rows of the summary with a finished run, by variant and samples kept."""
        finished = self.summary[self.summary["runs"] > 0]
        return list(rows_of(finished.sort_values(["variant", "recipe", "kept"])))

    @cached_property
    def full(self) -> Mapping[str, Any] | None:
        """The cell of all samples, by the recipe of the sweep."""
        own = (row for row in self.cells if row["variant"] == "full")
        return next((row for row in own if row["recipe"] == self.recipe), None)

    @cached_property
    def available(self) -> int | None:
        """The number of training samples, where it is known."""
        if self.circumstances is not None:
            return self.circumstances.images.train
        return None if self.full is None else int(self.full["kept"])

    def against(self, other: str) -> list[Mapping[str, Any]]:
        """The comparisons with ``random`` or ``full``."""
        return list(rows_of(self.comparisons[self.comparisons["against"] == other]))
