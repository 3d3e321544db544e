"""What a setting may be, in words: from the types of its field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from leanset.words import listed

REQUIRED = "required"
"""In place of the default of a setting that has none."""

LEFT_OUT = "left out"
"""In place of a value that is nothing; ``none`` is a word that some settings take."""

_FEW = 5


@dataclass(frozen=True)
class Setting:
    """One key of a block of settings.

    Attributes:
        kind: what it may be, in words.
        default: as it is written in YAML, ``required``, or one of the words above.
    """

    key: str
    kind: str
    default: str


def settings_of(block: type[BaseModel], names: Mapping[str, str]) -> tuple[Setting, ...]:
    """The keys of a block, those that cannot be left out first; not the one that names it.

    Args:
        block: the class of it.
        names: the keys that name an artifact, and of which kind that is.
    """
    fields = [(key, field) for key, field in block.model_fields.items() if key != "method"]
    fields.sort(key=lambda named: not named[1].is_required())
    return tuple(
        Setting(
            key,
            f"the name of {a(names[key])}"
            if key in names
            else _in_words(field.annotation, field.metadata),
            _default(field),
        )
        for key, field in fields
    )


def written(value: Any) -> str:
    """A value as one writes it in YAML, on one line."""
    if value is None:
        return LEFT_OUT
    if isinstance(value, BaseModel):
        value = value.model_dump(mode="json")
    plain = list(value) if isinstance(value, tuple) else value
    text: str = yaml.safe_dump(
        plain, default_flow_style=True, sort_keys=False, width=10_000, allow_unicode=True
    )
    return text.removesuffix("\n...\n").strip()


def _default(field: FieldInfo) -> str:
    return REQUIRED if field.is_required() else written(field.default)


def a(noun: str) -> str:
    """A noun with its article."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _in_words(kind: Any, constraints: Sequence[Any]) -> str:
    if get_origin(kind) is Annotated:
        inner, *more = get_args(kind)
        return _in_words(inner, [*constraints, *more])
    if get_origin(kind) is Literal:
        return listed(written(choice) for choice in get_args(kind))
    if get_args(kind):
        return _union(kind, constraints)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return f"a block of {listed(kind.model_fields, 'and')}"
    return _plain(kind, constraints)


def _union(kind: Any, constraints: Sequence[Any]) -> str:
    if get_origin(kind) is tuple:
        return f"a list; each {_in_words(get_args(kind)[0], constraints)}"
    members = [member for member in get_args(kind) if member is not NoneType]
    if set(members) == {int, float}:
        return "a whole number or a fraction"
    if len(members) > 1 and all(issubclass(_bare(member), BaseModel) for member in members):
        return _blocks(members)
    # choices of several literals are read as one list
    choices = [choice for member in members for choice in get_args(member)]
    if len(members) > 1 and all(get_origin(member) is Literal for member in members):
        return listed(map(written, choices))
    return listed(_in_words(member, constraints) for member in members)


def _bare(member: Any) -> type:
    return member if isinstance(member, type) else NoneType


def _blocks(members: Sequence[type[BaseModel]]) -> str:
    """Blocks that one key tells apart."""
    (key,) = (
        key
        for key, field in members[0].model_fields.items()
        if key in ("method", "name") and get_origin(field.annotation) is Literal
    )
    names = [get_args(member.model_fields[key].annotation)[0] for member in members]
    return f"a block with {key}: " + (
        listed(names) if len(names) <= _FEW else f"one of {len(names)} methods"
    )


def _plain(kind: Any, constraints: Iterable[Any]) -> str:
    word = {str: "text", bool: "true or false", int: "a whole number", float: "a number"}[kind]
    limits = [limit for constraint in _flat(constraints) for limit in _limits(kind, constraint)]
    return f"{word} {', '.join(limits)}" if limits else word


def _flat(constraints: Iterable[Any]) -> Iterator[Any]:
    """Those of ``Field(...)`` inside of an optional type are one level down."""
    for constraint in constraints:
        yield from constraint.metadata if isinstance(constraint, FieldInfo) else [constraint]


def _limits(kind: Any, constraint: Any) -> Iterator[str]:
    for bound, words in (("gt", "above"), ("ge", "from"), ("lt", "below"), ("le", "up to")):
        limit = getattr(constraint, bound, None)
        if limit is not None:
            # of whole numbers, above 0 is from 1
            above = bound == "gt" and kind is int
            yield f"from {limit + 1}" if above else f"{words} {limit}"
