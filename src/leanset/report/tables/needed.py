"""How little data reaches each target, rule by rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from typing import Any

from leanset.report.content import Content
from leanset.report.words import count, known, rounded_up
from leanset.tables import rows_of
from leanset.words import percent


@dataclass(frozen=True)
class Reached:
    """What one variant needs for one target.

    Attributes:
        kept: how many samples, in words.
        interval: around that, in words.
        saving: against random, in words; "" where neither is known.
        is_sure: whether its interval and that of random have nothing in common.
        labels: how many samples have to be labelled, in words.
        start: of the interval on a logarithmic scale from 0 to 100; None where there is none.
        end: of the interval, likewise; 100 where it is not shown to be reached.
        at: of ``kept``, likewise.
    """

    variant: str
    recipe: str
    kept: str
    interval: str
    saving: str
    is_sure: bool
    labels: str
    start: float | None
    end: float
    at: float | None
    is_open: bool


@dataclass(frozen=True)
class Needs:
    """What a target takes.

    Attributes:
        name: of its tab.
        question: in a sentence.
        free: rules that select without labels, the one with the least data first.
        labelled: the others, likewise.
        random: where random reaches it on the scale of the ranges.
        ticks: places on that scale and what stands there.
    """

    name: str
    question: str
    free: tuple[Reached, ...]
    labelled: tuple[Reached, ...]
    random: float | None
    ticks: tuple[tuple[float, str], ...]


def needs_of(content: Content) -> tuple[Needs, ...]:
    """What every target takes, that within the margin of full first."""
    rows = rows_of(content.needed[content.needed["variant"] != "full"])
    targets = list(dict.fromkeys(row["target"] for row in rows))
    targets.sort(key=lambda target: target != "full")
    return tuple(
        _needs([row for row in rows if row["target"] == name], content) for name in targets
    )


def _needs(rows: list[dict[str, Any]], content: Content) -> Needs:
    rows.sort(key=lambda row: (not known(row["kept"]), row["kept"], row["low"], row["variant"]))
    free = {arm.name for arm in content.arms if arm.label_free}
    scale = _Scale.of(rows)
    random = {row["recipe"]: row for row in rows if row["variant"] == "random"}
    shown = [_reached(row, random.get(row["recipe"]), scale, content, free) for row in rows]
    margin = f"{content.settings.margin:g} points"
    target = rows[0]["target"]
    name = f"within {margin} of full" if target == "full" else target
    level = f"Mean test accuracy of at least {percent(rows[0]['accuracy'])}"
    question = f"{level}, which is full minus {margin}." if target == "full" else f"{level}."
    own = random.get(content.recipe)
    return Needs(
        name,
        question,
        tuple(each for each in shown if each.variant in free),
        tuple(each for each in shown if each.variant not in free),
        scale.place(own["kept"]) if own and known(own["kept"]) else None,
        scale.ticks(),
    )


def _reached(
    row: Mapping[str, Any],
    random: Mapping[str, Any] | None,
    scale: _Scale,
    content: Content,
    free: set[str],
) -> Reached:
    kept = row["kept"]
    is_open = not known(row["high"])
    at_most = known(kept) and kept <= row["smallest"]
    everything = count(content.available)
    needed = rounded_up(kept) if known(kept) else ""
    return Reached(
        variant=row["variant"],
        recipe=row["recipe"] if content.has_recipes else "",
        kept=f"≤ {needed}" if at_most else needed or "not reached",
        interval=_interval(row),
        saving=_saving(row, random),
        is_sure=random is not None and _apart(row, random),
        labels=(needed or "–") if row["variant"] in free else everything,
        start=scale.place(row["low"]) if known(row["low"]) else None,
        end=scale.place(row["largest"] if is_open else row["high"]),
        at=scale.place(kept) if known(kept) else None,
        is_open=is_open,
    )


def _interval(row: Mapping[str, Any]) -> str:
    low, high = row["low"], row["high"]
    is_anything = known(low) and low <= row["smallest"]
    if is_anything and not (known(high) and high < row["largest"]):
        return "not known"
    if not known(low):
        return "excluded at every size" if not known(high) else f"up to {rounded_up(high)}"
    fewest = "fewer" if low <= row["smallest"] else rounded_up(low)
    return f"{fewest} to {rounded_up(high) if known(high) else 'more than there are'}"


def _saving(row: Mapping[str, Any], random: Mapping[str, Any] | None) -> str:
    if random is None or row["variant"] == "random":
        return ""
    if not (known(row["kept"]) and known(random["kept"])):
        return ""
    part = row["kept"] / random["kept"] - 1
    if abs(part) < 0.005:
        return "as many"
    return f"{abs(part):.0%} {'more' if part > 0 else 'fewer'}".replace("%", " %")


def _apart(row: Mapping[str, Any], random: Mapping[str, Any]) -> bool:
    """Whether two intervals have nothing in common; one that is open ends nowhere."""

    def before(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
        return known(first["high"]) and known(second["low"]) and first["high"] < second["low"]

    return before(row, random) or before(random, row)


@dataclass(frozen=True)
class _Scale:
    """A logarithmic scale of samples kept."""

    smallest: float
    largest: float

    @classmethod
    def of(cls, rows: list[dict[str, Any]]) -> _Scale:
        return cls(
            float(min(row["smallest"] for row in rows)), float(max(row["largest"] for row in rows))
        )

    def place(self, kept: float) -> float:
        """Where a number of samples stands, from 0 to 100."""
        if self.largest <= self.smallest:
            return 50.0
        return round(100 * log(kept / self.smallest) / log(self.largest / self.smallest), 2)

    def ticks(self) -> tuple[tuple[float, str], ...]:
        """The ends, and what lies between them in powers of ten, with room around."""
        sizes = [self.smallest, *(10.0**power for power in range(1, 10)), self.largest]
        ends = {self.smallest, self.largest}
        return tuple(
            (self.place(size), f"{size:,.0f}")
            for size in dict.fromkeys(sizes)
            if size in ends or 15 < self.place(size) < 85
        )
