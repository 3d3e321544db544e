"""The node that writes the report."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from leanset.circumstances import Circumstances
from leanset.comparison import Changes
from leanset.config import Arm, ReportSettings, SweepSettings
from leanset.pipelines.stored import clustering_of, images_of, log_of, replicate
from leanset.seeds import numpy_generator, reporting_seed
from leanset.store import Entry
from leanset.tables import Table

if TYPE_CHECKING:
    from leanset.report.galleries import Album

_TABLES = ("verdicts", "agreement", "scores", "detectors")


def write_report(
    runs: Table,
    summary: Table,
    comparisons: Table,
    data_needed: Table,
    areas: Table,
    costs: Table,
    findings: Table,
    provenance: dict[str, Any],
    changes: list[Changes],
    image_set: list[Entry],
    report: ReportSettings,
    sweep: SweepSettings,
    *,
    arms: Sequence[Arm],
    difficulty: str | None = None,
    **others: Any,
) -> str:
    """Write the page that a person opens: the verdict first, then all that it rests on."""
    from leanset.report.cards import cards_of
    from leanset.report.content import Content
    from leanset.report.page import report_page
    from leanset.report.samples import SUSPECTS, samples_of

    album = _album(image_set, report, sweep, arms, difficulty, others)
    subsets = {arm.name: others[f"subsets_{arm.name}"] for arm in arms}
    clusterings = {
        name: clustering_of(replicate(made, 0))
        for name, made in others.items()
        if name.startswith("clustering_")
    }
    content = Content(
        title=images_of(image_set).name,
        findings=findings,
        runs=runs,
        summary=summary,
        comparisons=comparisons,
        needed=data_needed,
        areas=areas,
        costs=costs,
        arms=tuple(arms),
        settings=report,
        circumstances=Circumstances.from_json(provenance),
        changes=changes[0] if changes else None,
        cards=cards_of(arms, summary, comparisons, subsets, album, clusterings, report.gallery),
        samples=samples_of(album, SUSPECTS if report.gallery else 0),
        **{name: others.get(name) for name in _TABLES},
    )
    return report_page(content)


def _album(
    image_set: list[Entry],
    report: ReportSettings,
    sweep: SweepSettings,
    arms: Sequence[Arm],
    difficulty: str | None,
    others: dict[str, Any],
) -> Album:
    """The training split, with what scores and proxies say of each sample."""
    from leanset.report.galleries import album_of
    from leanset.report.samples import SUSPECTS
    from leanset.report.subset_galleries import PER_CARD
    from leanset.training.log.ensemble import ensemble_probabilities

    log = next((made for name, made in others.items() if name.startswith("log_")), None)
    scores = {
        name.removeprefix("score_"): [entry["values"] for entry in made]
        for name, made in others.items()
        if name.startswith("score_")
    }
    # of more than a hundred classes a log holds no logits
    told = log is not None and "logits" in log[0].arrays
    noise = others.get("label_noise")
    return album_of(
        images_of(image_set),
        PER_CARD * report.gallery * len(arms) + 2 * SUSPECTS,
        numpy_generator(reporting_seed(sweep.seed)),
        scores=scores,
        difficulty=difficulty,
        mean_p=ensemble_probabilities(log_of(log[0])) if log and told else None,
        true_labels=noise[0]["true_labels"] if noise else None,
    )
