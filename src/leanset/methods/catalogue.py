"""Every method there is, described by its own class: what it does, its paper, its settings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, TypeAlias, get_args, get_origin

from pydantic import BaseModel

from leanset.clustering import Clusterer
from leanset.embeddings import Embedding
from leanset.errors import LeansetError, nearest
from leanset.methods.words import Setting, a, settings_of
from leanset.precomputed import PrecomputedFile
from leanset.scores import Score, ScoreBase
from leanset.scores.base import ChosenEpochScore, LogScore
from leanset.selectors import Needs, Selector
from leanset.selectors.base import SelectorBase
from leanset.words import listed

Family: TypeAlias = Literal["selector", "score", "embedding", "clustering"]

FAMILIES: Mapping[Family, str] = {
    "selector": "Rules: which samples are kept",
    "score": "Scores: one number for each sample",
    "embedding": "Embeddings: what samples are compared by",
    "clustering": "Clusterings: which samples belong together",
}
"""Every family of methods, and what it is about."""

_UNIONS: Mapping[Family, Any] = {
    "selector": Selector,
    "score": Score,
    "embedding": Embedding,
    "clustering": Clusterer,
}

_CITATION = re.compile(
    r"[A-Z][\w-]+(?:(?:, [A-Z][\w-]+)* and [A-Z][\w-]+| et al\.)? \d{4}"
    r"(?:, (?:section|appendix|algorithm|definition) \w+(?:\.\d+)*)*"
)
_EXPERIMENT = re.compile(r"source experiment \w+ \(([^):]*)")


@dataclass(frozen=True)
class Method:
    """One method, as its class describes it.

    Attributes:
        summary: the first line of its docstring.
        text: the other lines, in paragraphs.
        shared: what is said of the settings that it has in common with others, a text each.
        source: the papers or experiments that it names; "" where it is nobody's in particular.
        reads_labels: with its settings as they are if nothing is said.
        kind: of a score, difficulty or uncertainty, or "" where whoever made it has to say.
        needs: what it reads beside the labels, in words.
    """

    name: str
    family: Family
    summary: str
    text: str
    shared: tuple[str, ...]
    source: str
    settings: tuple[Setting, ...]
    reads_labels: str
    kind: str
    needs: str


@cache
def methods() -> tuple[Method, ...]:
    """All methods, family by family, each in alphabetical order."""
    families = [*FAMILIES]
    return tuple(
        sorted(
            _by_class().values(), key=lambda method: (families.index(method.family), method.name)
        )
    )


def method_of(settings: BaseModel) -> Method:
    """The method whose settings these are.

    Raises:
        KeyError: they are of no method.
    """
    return _by_class()[type(settings)]


def named(name: str) -> tuple[Method, ...]:
    """The methods of a name; there may be one in each family.

    Raises:
        LeansetError: there is none.
    """
    found = tuple(method for method in methods() if method.name == name)
    if not found:
        known = {method.name for method in methods()}
        raise LeansetError(f"there is no method '{name}'.", remedy=nearest(name, known))
    return found


@cache
def _by_class() -> dict[type, Method]:
    return {block: _described(block, family) for family in FAMILIES for block in _classes(family)}


def _classes(family: Family) -> Iterator[type[BaseModel]]:
    """The classes of a union, however deep in it they are."""
    waiting = [_UNIONS[family]]
    while waiting:
        kind = waiting.pop()
        if isinstance(kind, type):
            yield kind
        elif get_args(kind):
            # of an annotated type the first is the type itself
            members = get_args(kind)
            waiting += members[:1] if hasattr(kind, "__metadata__") else members


def _described(block: type[BaseModel], family: Family) -> Method:
    described = inspect.cleandoc(block.__doc__ or "")
    summary, _, text = described.partition("\n")
    return Method(
        name=str(get_args(block.model_fields["method"].annotation)[0]),
        family=family,
        summary=summary,
        text=text.strip(),
        shared=tuple(_shared(block)),
        source=_source(" ".join(described.split())),
        settings=settings_of(block, _names(block)),
        reads_labels=_reads_labels(block),
        kind=str(getattr(block, "kind", "")) if "kind" not in block.model_fields else "",
        needs=_needs(block),
    )


def _shared(block: type[BaseModel]) -> Iterator[str]:
    """What the classes that it inherits settings from say, its nearest first."""
    for base in block.__mro__[1:]:
        own = inspect.get_annotations(base).keys()
        if own & getattr(base, "model_fields", {}).keys() and base.__doc__:
            yield inspect.cleandoc(base.__doc__)


def _source(described: str) -> str:
    cited = _CITATION.findall(described) + _EXPERIMENT.findall(described)
    return "; ".join(dict.fromkeys(cited))


def _reads_labels(block: type[BaseModel]) -> str:
    if issubclass(block, SelectorBase):
        return _of_rule(_least(block))
    if issubclass(block, ScoreBase):
        return "yes" if block.uses_labels else "no"
    return "as uses_labels says" if "uses_labels" in block.model_fields else "no"


def _of_rule(rule: SelectorBase) -> str:
    balanced = "balance" in type(rule).model_fields
    unbalanced = rule.model_copy(update={"balance": "none"}) if balanced else rule
    if unbalanced.uses_labels():
        return "yes"
    reasons = [
        *(["as the score"] if rule.needs().scores else []),
        *(["to balance classes"] if rule.uses_labels() else []),
    ]
    return listed(reasons, "and") if reasons else "no"


def _names(block: type[BaseModel]) -> dict[str, str]:
    """The keys that name an artifact, and of which kind that is."""
    if issubclass(block, SelectorBase):
        needs = _least(block).needs()
        return (
            dict.fromkeys(needs.scores, "score")
            | dict.fromkeys(needs.clusterings, "clustering")
            | dict.fromkeys(needs.embeddings, "embedding")
            | dict.fromkeys((moment.log for moment in needs.moments), "log")
        )
    kinds = block.model_fields.keys() & {"clustering", "embedding", "log"}
    return {kind: kind for kind in kinds}


def _needs(block: type[BaseModel]) -> str:
    if issubclass(block, SelectorBase):
        things = _of_needs(_least(block).needs())
    elif issubclass(block, LogScore):
        things = [_log(block)]
    else:
        things = [a({"log": "training log"}.get(kind, kind)) for kind in sorted(_names(block))]
        things += ["a file"] if issubclass(block, PrecomputedFile) else []
    return listed(things, "and") if things else "nothing else"


def _of_needs(needs: Needs) -> list[str]:
    scores = ["a score", "two scores"][len(needs.scores) - 1 : len(needs.scores)]
    return [
        *(["a clustering"] if needs.clusterings else []),
        *scores,
        *(["an embedding"] if needs.embeddings else []),
        *(["a training log with features_at"] if needs.moments else []),
        *(["a validation split"] if needs.validation else []),
        *(["which labels are wrong"] if needs.wrong_labels else []),
    ]


def _log(score: type[LogScore]) -> str:
    """What kind of log it takes."""
    proxies = f" of at least {score.least_proxies} proxies" if score.least_proxies > 1 else ""
    chosen = " with features_at" if issubclass(score, ChosenEpochScore) else ""
    return f"a training log{proxies}{chosen}"


def _least(block: type[BaseModel]) -> Any:
    """A rule with its defaults, and something in place of whatever has none."""
    asked = {key: field for key, field in block.model_fields.items() if field.is_required()}
    return block.model_construct(
        **{key: _anything(key, field.annotation) for key, field in asked.items()}
    )


def _anything(key: str, kind: Any) -> Any:
    """The first of the rules that may follow, or the first of the words, or the key as a name."""
    blocks = [member for member in get_args(kind) if isinstance(member, type)]
    if blocks and issubclass(blocks[0], BaseModel):
        return _least(blocks[0])
    return get_args(kind)[0] if get_origin(kind) is Literal else key
