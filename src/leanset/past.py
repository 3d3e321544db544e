"""What earlier sweeps took, out of their tables: a measure for what is still to be done."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from leanset.tables import rows_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Past:
    """What each piece of work took, in seconds of the clock.

    Attributes:
        per_image: one image shown in training, by recipe, all processes side by side.
        selecting: one selection in the middle of its runs, by variant and budget.
        making: each replicate of an artifact, or each training of a choice, by their dataset.
    """

    per_image: Mapping[str, float] = field(default_factory=dict)
    selecting: Mapping[tuple[str, str], float] = field(default_factory=dict)
    making: Mapping[str, Sequence[float]] = field(default_factory=dict)

    def timed_also_by(self, others: Sequence[Past]) -> Past:
        """The same, with the recipes that it has not timed as the first of others has that did."""
        per_image: dict[str, float] = {}
        for other in (self, *others):
            per_image = {**other.per_image, **per_image}
        return replace(self, per_image=per_image)


def past_of(
    runs: pd.DataFrame | None, costs: pd.DataFrame | None = None, device: str | None = None
) -> Past:
    """What a sweep took.

    Args:
        runs: its ledger.
        costs: its table of costs.
        device: the kind that work is to be done on; what was trained on another is left out.
    """
    if runs is None:
        return Past()
    finished = runs[runs["status"] == "ok"]
    trained = finished if device is None else finished[finished["device"] == device]
    side_by_side = float(trained["concurrency"].median()) if len(trained) else 1.0
    return Past(
        per_image=dict(_per_image(trained)),
        selecting=dict(finished.groupby(["variant", "budget"])["seconds_select"].median()),
        making={} if costs is None else _making(costs, side_by_side, device),
    )


def _per_image(trained: pd.DataFrame) -> Iterator[tuple[str, float]]:
    for recipe, runs in trained.groupby("recipe"):
        seen = int(runs["samples_seen"].sum())
        if seen:
            yield str(recipe), float((runs["seconds_train"] / runs["concurrency"]).sum()) / seen


def _making(costs: pd.DataFrame, side_by_side: float, device: str | None) -> dict[str, list[float]]:
    making: defaultdict[str, list[float]] = defaultdict(list)
    for row in rows_of(costs):
        stage, seconds = str(row["stage"]), float(row["seconds"])
        if stage in ("log", "choose"):
            if device not in (None, row["device"]):
                continue
            # networks are trained side by side, and their seconds are of all processes
            seconds /= side_by_side
        if stage == "choose":
            making[f"choices_{str(row['name']).partition(' at ')[0]}"].append(seconds)
        elif stage not in ("select", "train", "evaluate"):
            making[str(row["name"])].append(seconds)
    return dict(making)


@dataclass(frozen=True)
class Bill:
    """What a variant took when it was last run.

    Attributes:
        seconds: of one selection and all that it was made from, in the middle of its runs.
        proxy_epochs: passes of proxies over the training split behind one selection.
        trainings: seconds of one training in the middle of its runs, by budget.
        failed: runs that came to nothing.
    """

    seconds: float
    proxy_epochs: int
    trainings: Mapping[str, float]
    failed: int


def bill_of(runs: pd.DataFrame, variant: str) -> Bill | None:
    """What a variant took in the sweep of a ledger; None where that did not hold it."""
    asked = runs[runs["variant"] == variant]
    if asked.empty:
        return None
    finished = asked[asked["status"] == "ok"].sort_values("kept")
    selecting = asked["seconds_artifacts"] + asked["seconds_select"]
    return Bill(
        seconds=float(selecting.median()),
        proxy_epochs=int(asked["proxy_epochs"].max()),
        trainings=dict(finished.groupby("budget", sort=False)["seconds_train"].median()),
        failed=int((asked["status"] != "ok").sum()),
    )
