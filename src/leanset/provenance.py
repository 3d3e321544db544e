"""What an entry of the store took to make, with all that it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from leanset.store import Entry


@dataclass(frozen=True)
class Work:
    """What making something took.

    Attributes:
        seconds: of one process; two that work side by side for a second take two.
        proxy_epochs: passes of proxies over the whole training split.
    """

    seconds: float
    proxy_epochs: int = 0


Works: TypeAlias = Mapping[str, Work]
"""Work by the name of what was made, so that what is used twice is counted once."""


def work_before(entry: Entry) -> dict[str, Work]:
    """The work of making everything that an entry notes as made before it."""
    return {name: Work(**work) for name, work in entry.facts.get("behind", {}).items()}


def work_behind(entry: Entry) -> dict[str, Work]:
    """The work of making an entry and everything noted as made before it."""
    return work_before(entry) | {f"{entry.key.kind} {entry.key.digest}": Work(entry.seconds)}


def as_fact(works: Works) -> dict[str, Any]:
    """Work as JSON, to be noted among the facts of an entry as ``behind``."""
    return {name: asdict(work) for name, work in works.items()}


def total(works: Works) -> Work:
    """The sum."""
    return Work(
        sum(work.seconds for work in works.values()),
        sum(work.proxy_epochs for work in works.values()),
    )
