"""A variant in words: what it does, what it is made from, what it would keep, what it cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import BaseModel

from leanset.budgets import label
from leanset.config import Known, Settings, VariantSettings
from leanset.errors import LeansetError, nearest
from leanset.methods import Method, method_of
from leanset.methods.words import written
from leanset.sweep import Cell
from leanset.training import Recipe
from leanset.words import listed

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Needed:
    """A named artifact that a variant is made from.

    Attributes:
        dataset: the name of its dataset.
        method: None of a training log, which is of one kind only.
        settings: its keys and what they are set to.
    """

    dataset: str
    method: Method | None
    settings: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Explanation:
    """What there is to say of a variant before it is run.

    Attributes:
        settings: the keys of its selector and what they are set to, where that is anything.
        needs: what it is selected from, and all that this is made from, nearest first.
        labels: a sentence on who reads labels.
        budgets: as they are written, each with how many samples it keeps where that is known.
        takes_part: whether the sweep of the environment holds it.
    """

    name: str
    description: str
    method: Method
    settings: tuple[tuple[str, str], ...]
    needs: tuple[Needed, ...]
    labels: str
    budgets: tuple[tuple[str, int | None], ...]
    runs: int
    recipe: str
    trained: Recipe
    groups: tuple[str, ...]
    takes_part: bool


def explained(name: str, settings: Settings, plan: Sequence[Cell] = ()) -> Explanation:
    """Explain a variant, whether or not the sweep holds it.

    Args:
        name: the variant's.
        settings: of the environment.
        plan: of its last sweep, for how many samples a fraction keeps.

    Raises:
        LeansetError: there is no such variant.
    """
    if name not in settings.variants:
        raise LeansetError(
            f"there is no variant '{name}'.", remedy=nearest(name, settings.variants)
        )
    variant, sweep = settings.variants[name], settings.sweep
    recipe = variant.recipe or sweep.recipe
    return Explanation(
        name=name,
        description=variant.description,
        method=method_of(variant.selector),
        settings=_set(variant.selector),
        needs=tuple(_needed(variant, settings)),
        labels=_labels(variant, settings),
        budgets=tuple(_budgets(name, variant, settings, plan)),
        runs=variant.runs or sweep.runs,
        recipe=recipe,
        trained=settings.recipes[recipe],
        groups=variant.groups,
        takes_part=name in settings.active(),
    )


def _set(block: BaseModel) -> tuple[tuple[str, str], ...]:
    values = {key: getattr(block, key) for key in type(block).model_fields if key != "method"}
    return tuple((key, written(value)) for key, value in values.items() if value is not None)


def _needed(variant: VariantSettings, settings: Settings) -> Iterator[Needed]:
    known = Known(settings.clusterings, settings.scores, settings.embeddings)
    artifacts = known.behind(variant.selector.needs())
    blocks: dict[str, BaseModel] = {
        **{f"score_{name}": settings.scores[name] for name in artifacts.scores},
        **{f"clustering_{name}": settings.clusterings[name] for name in artifacts.clusterings},
        **{f"embedding_{name}": settings.embeddings[name] for name in artifacts.embeddings},
    }
    for dataset, block in blocks.items():
        yield Needed(dataset, method_of(block), _set(block))
    for name in artifacts.logs:
        yield Needed(f"log_{name}", None, _set(settings.logs[name]))


def _labels(variant: VariantSettings, settings: Settings) -> str:
    """Who reads labels, the rule first: what reads none could be used before labelling."""
    needs = variant.selector.needs()
    if variant.selector.uses_labels():
        return "The rule reads labels."
    scores = [f"score_{name}" for name in needs.scores if settings.scores[name].uses_labels]
    if scores:
        do = "do" if len(scores) > 1 else "does"
        return f"The rule reads no labels, but {listed(scores, 'and')} {do}."
    known = Known(settings.clusterings, settings.scores, settings.embeddings)
    logs = [f"log_{name}" for name in known.behind(needs).logs]
    if logs:
        proxies = listed(logs, "and")
        return f"The rule reads no labels, but the proxies of {proxies} are trained with them."
    return "Nothing of it reads labels: it can choose what is to be labelled."


def _budgets(
    name: str, variant: VariantSettings, settings: Settings, plan: Sequence[Cell]
) -> Iterator[tuple[str, int | None]]:
    kept = {cell.budget: cell.kept for cell in plan if cell.variant == name}
    for budget in variant.budgets or settings.sweep.budgets:
        known = budget if isinstance(budget, int) else kept.get(label(budget))
        yield label(budget), known
