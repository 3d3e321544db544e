"""Nodes of reporting that say what the ledger shows, and how sure it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leanset.config import Arm, ReportSettings, SweepSettings
from leanset.findings.bits import CorrectBits
from leanset.findings.cells import finished_cells
from leanset.pipelines.stored import images_of
from leanset.store import Entry
from leanset.tables import Table


def judge_cells(
    runs: Table, image_set: list[Entry], report: ReportSettings, **evaluations: Table
) -> Table:
    """Hold every cell against the random arm and against all samples, with a verdict on each."""
    from leanset.findings.comparing import compare_cells

    bits = _bits(image_set, evaluations)
    return compare_cells(finished_cells(runs), bits, report.margin / 100, report.confidence)


def find_least_data(runs: Table, report: ReportSettings) -> tuple[Table, Table]:
    """How little data reaches each target by each rule, and how good a rule is on the whole."""
    from leanset.findings.needed import areas, data_needed

    cells = finished_cells(runs)
    targets = [target / 100 for target in report.targets]
    needed = data_needed(cells, targets, report.margin / 100, report.confidence)
    return needed, areas(cells, report.confidence)


def state_findings(
    runs: Table,
    comparisons: Table,
    data_needed: Table,
    image_set: list[Entry],
    sweep: SweepSettings,
    report: ReportSettings,
    *,
    arms: Sequence[Arm],
    **evaluations: Table,
) -> Table:
    """Say in plain words what the ledger shows, the recommendation first."""
    from leanset.findings.sentences import Evidence, findings

    return findings(
        Evidence(
            runs=runs,
            cells=finished_cells(runs),
            comparisons=comparisons,
            needed=data_needed,
            bits=_bits(image_set, evaluations),
            arms={arm.name: arm for arm in arms},
            recipe=sweep.recipe,
            available=len(images_of(image_set).train.labels),
            settings=report,
        )
    )


def _bits(image_set: list[Entry], evaluations: Mapping[str, Table]) -> CorrectBits:
    return CorrectBits(evaluations.values(), len(images_of(image_set).test.labels))
