"""The typed schema of every block of parameters, and what the blocks owe each other."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PositiveInt, ValidationError

from leanset.budgets import Budgets
from leanset.clustering import KMeans
from leanset.embeddings import Embedding
from leanset.errors import LeansetError, nearest
from leanset.frozen import Frozen
from leanset.replication import Published
from leanset.selectors import Selector
from leanset.sources import Source
from leanset.training.log import LogSettings
from leanset.training.recipe import Recipe, TrainingSettings

NAME = re.compile(r"[a-z][a-z0-9_]*")


def _some(variants: str | tuple[str, ...]) -> str | tuple[str, ...]:
    if not variants:
        raise ValueError("name at least one variant, or write all")
    return variants


class DatasetSettings(Frozen):
    """The image set: where it comes from, what its classes are called, how much of it is used.

    ``train_samples`` draws a random part of the training split; leave it out to use all.
    """

    name: str
    class_names: Annotated[tuple[str, ...], Field(min_length=2)]
    source: Source
    train_samples: PositiveInt | None = None


class SweepSettings(Frozen):
    """What all variants share, unless a variant says otherwise."""

    seed: Annotated[int, Field(ge=0, lt=2**32)]
    variants: Annotated[Literal["all"] | tuple[str, ...], AfterValidator(_some)]
    budgets: Budgets
    runs: PositiveInt
    recipe: str


class VariantSettings(Frozen):
    """One pruning rule under test; what it leaves out is as in the sweep."""

    description: str
    selector: Selector
    budgets: Budgets | None = None
    runs: PositiveInt | None = None
    recipe: str | None = None


class Settings(Frozen):
    """Every block of parameters.

    ``folder`` is a path given on the command line in place of the raw folder of the catalog.
    """

    dataset: DatasetSettings
    embeddings: dict[str, Embedding]
    clusterings: dict[str, KMeans]
    recipes: dict[str, Recipe]
    training: TrainingSettings
    sweep: SweepSettings
    variants: dict[str, VariantSettings]
    logs: dict[str, LogSettings] = Field(default_factory=dict)
    published: Published | None = None
    folder: str | None = None

    def active(self) -> dict[str, VariantSettings]:
        """The variants of this sweep, by name in alphabetical order."""
        names = self.variants if self.sweep.variants == "all" else self.sweep.variants
        return {name: self.variants[name] for name in sorted(names)}


BLOCKS: frozenset[str] = frozenset(Settings.model_fields) - {"variants"}
"""The names of all parameters blocks that are not variants."""


@dataclass(frozen=True)
class Problem:
    """One thing wrong with the settings, at a path of keys in a file."""

    path: tuple[str, ...]
    message: str
    file: str = ""


class SettingsError(LeansetError):
    """All that is wrong with the settings, each with its file and key."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        lines = [
            f"  {problem.file}: {'.'.join(problem.path)}: {problem.message}"
            for problem in sorted(problems, key=lambda problem: problem.path)
        ]
        super().__init__("\n".join(["the settings are wrong, so nothing was run.", *lines]))


def check_settings(
    blocks: Mapping[str, Any],
    variant_names: Iterable[str],
    locate: Callable[[tuple[str, ...]], str],
) -> Settings:
    """Parse all blocks of parameters.

    Args:
        blocks: the parameters by top-level key, variants among them.
        variant_names: which of the keys are variants.
        locate: names the file that a path of keys comes from.

    Raises:
        SettingsError: with every problem found.
    """
    names = set(variant_names)
    shared = {key: block for key, block in blocks.items() if key not in names}
    problems = [
        Problem((str(key),), f"there is no such block. {nearest(key, BLOCKS)}")
        for key in shared.keys() - BLOCKS
    ]
    if not problems:
        whole = {**shared, "variants": {name: blocks[name] for name in names}}
        try:
            settings = Settings.model_validate(whole)
        except ValidationError as error:
            problems = [_problem(detail, whole) for detail in error.errors()]
        else:
            problems = list(_broken_references(settings))
            if not problems:
                return settings
    raise SettingsError(replace(problem, file=locate(problem.path)) for problem in problems)


def _problem(detail: Any, whole: Mapping[str, Any]) -> Problem:
    context = detail.get("ctx", {})
    match detail["type"]:
        case "union_tag_invalid":
            known = re.findall(r"'(\w+)'", context["expected_tags"])
            kind = context["discriminator"].strip("'")
            kind = str(detail["loc"][-1]) if kind == "name" else kind
            message = f"there is no {kind} '{context['tag']}'. {nearest(context['tag'], known)}"
        case "union_tag_not_found":
            message = f"the key {context['discriminator']} is missing."
        case "missing":
            message = "this key is missing."
        case "value_error":
            message = str(context["error"])
        case _:
            message = f"{detail['msg']}, not {detail['input']!r}."
    path = _written_path(detail["loc"], whole, names_absent_key=detail["type"] == "missing")
    return Problem(path[1:] if path[0] == "variants" else path, message)


def _written_path(
    location: Sequence[str | int], whole: Any, *, names_absent_key: bool
) -> tuple[str, ...]:
    """The keys a person wrote: pydantic's location without the tags of unions."""
    path, here = [], whole
    for depth, part in enumerate(location):
        children = dict(enumerate(here)) if isinstance(here, list | tuple) else here
        if isinstance(children, Mapping) and part in children:
            here = children[part]
            path.append(str(part))
        elif names_absent_key and depth == len(location) - 1:
            path.append(str(part))
    return tuple(path)


def _broken_references(settings: Settings) -> Iterator[Problem]:
    for name, clustering in settings.clusterings.items():
        if clustering.embedding not in settings.embeddings:
            yield _unknown(
                ("clusterings", name, "embedding"),
                "embedding",
                clustering.embedding,
                settings.embeddings,
            )
    for name, log in settings.logs.items():
        if log.recipe not in settings.recipes:
            yield _unknown(("logs", name, "recipe"), "recipe", log.recipe, settings.recipes)
    for block in ("embeddings", "clusterings", "recipes", "logs"):
        for name in getattr(settings, block):
            yield from _bad_name((block, name))
    if settings.sweep.recipe not in settings.recipes:
        yield _unknown(("sweep", "recipe"), "recipe", settings.sweep.recipe, settings.recipes)
    for name in settings.sweep.variants if settings.sweep.variants != "all" else ():
        if name not in settings.variants:
            yield _unknown(("sweep", "variants"), "variant", name, settings.variants)
    for name, variant in settings.variants.items():
        if variant.recipe is not None and variant.recipe not in settings.recipes:
            yield _unknown((name, "recipe"), "recipe", variant.recipe, settings.recipes)
        for clustering_name in variant.selector.needs().clusterings:
            if clustering_name not in settings.clusterings:
                yield _unknown(
                    (name, "selector", "clustering"),
                    "clustering",
                    clustering_name,
                    settings.clusterings,
                )


def _unknown(path: tuple[str, ...], kind: str, name: str, known: Iterable[str]) -> Problem:
    return Problem(path, f"there is no {kind} '{name}'. {nearest(name, known)}")


def _bad_name(path: tuple[str, ...]) -> Iterator[Problem]:
    if not NAME.fullmatch(path[-1]):
        yield Problem(path, "names are lower-case letters, digits and _, beginning with a letter.")
