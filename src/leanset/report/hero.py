"""What stands at the top of the page: the recommendation and the figures behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leanset.findings.recommending import recommend
from leanset.report.content import Content
from leanset.report.words import count, duration, known, span
from leanset.tables import rows_of
from leanset.words import counted, percent

_SQUARES = 100

_FIRST = 6
"""Sentences of a kind that are seen at once."""

_KINDS = {
    "random": "Against random",
    "data": "How little data",
    "labels": "Labelling",
    "time": "Time",
    "noise": "Noise from run to run",
    "test_set": "The test set",
    "power": "Still open",
}
"""The kinds of findings that are listed below the recommendation, in this order."""

_KNOWN = {"recommendation", "basis", "missing", *_KINDS}


@dataclass(frozen=True)
class KeyFigure:
    """A number that everybody asks for first."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Share:
    """The part of the training samples that is kept, as squares of a hundred.

    Attributes:
        is_advised: whether a subset is recommended; otherwise it is all of them.
    """

    squares: int
    caption: str
    is_advised: bool


@dataclass(frozen=True)
class Hero:
    """The top of the page.

    Attributes:
        more: sentences that belong to the first.
        basis: what it rests on.
        share: None where the number of training samples is not known.
        missing: sentences on what keeps something from being said.
    """

    sentence: str
    more: tuple[str, ...]
    basis: tuple[str, ...]
    figures: tuple[KeyFigure, ...]
    share: Share | None
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Said:
    """Sentences of one kind.

    Attributes:
        further: those that are folded up.
    """

    title: str
    first: tuple[str, ...]
    further: tuple[str, ...]


def hero_of(content: Content) -> Hero:
    """What the findings say first, and the numbers beside it."""
    first, *more = _sentences(content, "recommendation") or ("Nothing is recommended.",)
    chosen = recommend(content.comparisons, content.recipe).chosen
    return Hero(
        sentence=first,
        more=tuple(more),
        basis=_sentences(content, "basis"),
        figures=(
            _level(content),
            _smallest(content, chosen),
            _runs(content),
            _computing(content),
        ),
        share=_share(content, chosen),
        missing=_sentences(content, "missing"),
    )


def said_of(content: Content) -> tuple[Said, ...]:
    """All other findings, grouped by what they are about; those of an unknown kind last."""
    groups = [(title, _sentences(content, kind)) for kind, title in _KINDS.items()]
    unknown = content.findings.loc[~content.findings["kind"].isin(_KNOWN), "text"]
    groups.append(("More", tuple(str(text) for text in unknown)))
    return tuple(
        Said(title, sentences[:_FIRST], sentences[_FIRST:])
        for title, sentences in groups
        if sentences
    )


def _sentences(content: Content, kind: str) -> tuple[str, ...]:
    rows = rows_of(content.findings)
    return tuple(str(row["text"]) for row in rows if row["kind"] == kind)


def _level(content: Content) -> KeyFigure:
    label = "Accuracy with all samples"
    if content.full is None:
        return KeyFigure(label, "unknown", "no run on all samples finished")
    mean = percent(content.full["accuracy_mean"])
    ends = content.full["accuracy_low"], content.full["accuracy_high"]
    if not all(map(known, ends)):
        return KeyFigure(label, mean, "one run, so without an interval")
    return KeyFigure(label, mean, f"{content.settings.confidence * 100:g} % interval {span(*ends)}")


def _smallest(content: Content, chosen: Mapping[str, Any] | None) -> KeyFigure:
    label = f"Smallest subset within {content.settings.margin:g} points"
    if chosen is None:
        return KeyFigure(label, "none shown", "by intervals that hold for all subsets at once")
    return KeyFigure(
        label, str(chosen["budget"]), f"{count(chosen['kept'])} by {chosen['variant']}"
    )


def _runs(content: Content) -> KeyFigure:
    finished = int((content.runs["status"] == "ok").sum())
    failed = len(content.runs) - finished
    cells, variants = len(content.summary), content.summary["variant"].nunique()
    return KeyFigure(
        "Runs that finished",
        f"{finished:,} of {len(content.runs):,}" if failed else f"{finished:,}",
        f"{failed:,} failed" if failed else
        f"{counted(cells, 'cell')} of {counted(variants, 'variant')}, none failed",
    )  # fmt: skip


def _computing(content: Content) -> KeyFigure:
    seconds = float(content.costs["seconds"].sum()) if len(content.costs) else float("nan")
    images = f"; {count(content.available)} training images" if content.available else ""
    return KeyFigure("Computing time", duration(seconds), f"of one process{images}")


def _share(content: Content, chosen: Mapping[str, Any] | None) -> Share | None:
    if not content.available:
        return None
    everything = count(content.available)
    if chosen is None:
        return Share(_SQUARES, f"all {everything} training samples", is_advised=False)
    squares = max(1, round(chosen["kept"] / content.available * _SQUARES))
    return Share(squares, f"{count(chosen['kept'])} of {everything} training samples", True)
