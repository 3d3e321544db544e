"""The report of a sweep: one page that needs no other file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from leanset.report.content import Content
from leanset.report.figures import (
    accuracy_figure,
    agreement_figure,
    difference_figures,
    time_figure,
)
from leanset.report.hero import hero_of, said_of
from leanset.report.looks import looks
from leanset.report.tables import (
    accuracy_table,
    agreement_table,
    area_table,
    cell_table,
    detector_table,
    difference_table,
    hypotheses,
    needs_of,
    payback_table,
    score_table,
    time_table,
)
from leanset.report.templates import environment, inlined

_SCRIPTS_AND_STYLES = ("page.css", "cards.css", "page.js")

_ORDINARY = ("full", "random")
"""Variants whose names are words of a sentence as well."""


@dataclass(frozen=True)
class Section:
    """A part of the page.

    Attributes:
        is_there: whether the sweep has what it shows.
        absent: what is said of it at the end where it is not.
    """

    name: str
    title: str
    is_there: bool = True
    absent: str = ""


def report_page(content: Content) -> str:
    """One HTML page that needs no other file and lets nothing out, under 10 MB.

    Whatever the sweep does not have is left out, and the page says that it is.
    """
    from markupsafe import Markup
    from plotly.offline import get_plotlyjs

    names = [arm.name for arm in content.arms if arm.name not in _ORDINARY]
    return (
        environment(names)
        .get_template("page.html.jinja")
        .render(
            content=content,
            sections=_sections(content),
            hero=hero_of(content),
            said=said_of(content),
            looks=list(looks(content).values()),
            cards=content.cards,
            samples=content.samples,
            plotlyjs=Markup(get_plotlyjs()),  # noqa: S704
            inlined={name: inlined(name) for name in _SCRIPTS_AND_STYLES},
            **_figures(content),
            **_tables(content),
        )
    )


def _figures(content: Content) -> dict[str, Any]:
    drawn = looks(content)
    agreement = content.agreement
    return {
        "accuracy": accuracy_figure(content, drawn),
        "differences": difference_figures(content, drawn),
        "time": time_figure(content, drawn),
        "agreement": (
            None if agreement is None or agreement.empty else agreement_figure(agreement)
        ),
    }


def _tables(content: Content) -> dict[str, Any]:
    def made(make: Any, table: Any) -> Any:
        return None if table is None or table.empty else make(table)

    return {
        "accuracy_table": accuracy_table(content),
        "difference_table": difference_table(content),
        "area_table": area_table(content),
        "needs": needs_of(content),
        "time_table": time_table(content),
        "payback_table": payback_table(content),
        "cell_table": cell_table(content),
        "agreement_table": made(agreement_table, content.agreement),
        "score_table": made(score_table, content.scores),
        "detector_table": made(detector_table, content.detectors),
        "hypotheses": made(hypotheses, content.verdicts),
    }


def _sections(content: Content) -> tuple[Section, ...]:
    of_scores = (content.scores, content.samples)
    return (
        Section("accuracy", "Accuracy"),
        Section("random", "Against random"),
        Section("needed", "Data needed"),
        Section("time", "Time"),
        Section("cells", "All cells"),
        Section("variants", "Variants", bool(content.cards), "Cards of the variants."),
        Section(
            "scores",
            "Scores",
            any(part is not None for part in of_scores),
            "Scores of single samples: sweep.scores lists none, and no variant reads one.",
        ),
        Section(
            "changes",
            "Changes",
            content.changes is not None,
            "What changed: there is no earlier sweep of this environment to compare with.",
        ),
        Section(
            "hypotheses",
            "Hypotheses",
            content.verdicts is not None and not content.verdicts.empty,
            "Verdicts on hypotheses: the parameters state none.",
        ),
        Section("provenance", "Provenance"),
        Section("reading", "How to read"),
    )
