"""Which variants are seen first, and what each looks like in every figure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import inf, isnan

from leanset.report.content import Content
from leanset.tables import rows_of

_COLOURS = 6
"""Of Okabe and Ito's palette, without its yellow and black; the style sheet has their values."""

_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star")
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash")

_AT_FIRST = 8
"""Variants that are switched on when the page opens: more curves than that nobody can follow."""

# what the other arms are held against is no colour among theirs
_FIXED = {
    "full": ("var(--ink)", "star", "solid"),
    "random": ("var(--muted)", "circle", "solid"),
    "stratified_random": ("var(--muted)", "square", "dot"),
}


@dataclass(frozen=True)
class Look:
    """What a variant looks like.

    Attributes:
        colour: a CSS colour, by the name of its variable.
        symbol: of plotly.
        dash: of plotly.
        at_first: whether it is switched on when the page opens.
    """

    name: str
    colour: str
    symbol: str
    dash: str
    at_first: bool


def looks(content: Content) -> dict[str, Look]:
    """The look of every variant with a finished run: the baselines, then the best first.

    Neighbours differ in colour, symbol and dash; no two variants of up to 210 share all three.
    """
    finished = {str(row["variant"]) for row in content.cells}
    fixed = [name for name in _FIXED if name in finished]
    others = _best_first(content, finished.difference(fixed))
    at_first = set([*fixed, *others][:_AT_FIRST])
    ranked = (
        (name, f"var(--c{place % _COLOURS})", _cycled(_SYMBOLS, place), _cycled(_DASHES, place))
        for place, name in enumerate(others)
    )
    styled = chain(((name, *_FIXED[name]) for name in fixed), ranked)
    return {look[0]: Look(*look, look[0] in at_first) for look in styled}


def _cycled(values: Sequence[str], place: int) -> str:
    return values[place % len(values)]


def _best_first(content: Content, names: set[str]) -> list[str]:
    """The one recommended, then by verdicts against random, then by accuracy over all budgets."""
    advised = content.findings.loc[content.findings["kind"] == "recommendation", "variant"]
    verdicts = Counter((row["variant"], row["verdict"]) for row in rows_of(content.comparisons))
    mean = _mean_accuracies(content)

    def rank(name: str) -> tuple[bool, int, float, str]:
        won = verdicts[name, "better"] + verdicts[name, "within"]
        return name not in set(advised), -won, -mean.get(name, -inf), name

    return sorted(names, key=rank)


def _mean_accuracies(content: Content) -> Mapping[str, float]:
    """By how much each variant is above the mean of its budgets, over all of them."""
    levels: defaultdict[int, list[float]] = defaultdict(list)
    for row in content.cells:
        levels[row["kept"]].append(row["accuracy_mean"])
    gains: defaultdict[str, list[float]] = defaultdict(list)
    for row in content.cells:
        level = levels[row["kept"]]
        gains[str(row["variant"])].append(row["accuracy_mean"] - sum(level) / len(level))
    means = {name: sum(values) / len(values) for name, values in gains.items()}
    return {name: value for name, value in means.items() if not isnan(value)}
