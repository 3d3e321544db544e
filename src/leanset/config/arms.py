"""What a report says of a variant beside its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from leanset.config.artifacts import Known
from leanset.selectors import Selector


@dataclass(frozen=True)
class Arm:
    """A variant as a person knows it.

    Attributes:
        label_free: whether it selects without a label of any sample, read by the rule itself, by a
            score or by a proxy; then only what is kept has to be labelled.
        settings: of its selector, as written.
        artifacts: the datasets it is selected from, directly or not.
    """

    name: str
    description: str
    method: str
    label_free: bool
    settings: Mapping[str, Any] = field(default_factory=dict)
    artifacts: tuple[str, ...] = ()


def arm_of(name: str, description: str, selector: Selector, known: Known) -> Arm:
    """What there is to say of a variant."""
    behind = known.behind(selector.needs())
    labelled = (
        selector.uses_labels()
        or bool(behind.logs)
        or any(known.scores[score].uses_labels for score in behind.scores)
    )
    return Arm(
        name=name,
        description=description,
        method=selector.method,
        label_free=not labelled,
        settings=selector.model_dump(mode="json", exclude_defaults=True),
        artifacts=behind.datasets(),
    )
