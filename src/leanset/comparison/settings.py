"""Which values of nested settings differ."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class SettingChange:
    """A value that is not what it was.

    Attributes:
        key: dotted, from the outermost block.
        before: as JSON; None where there was no such key.
        after: as JSON; None where there is none any more.
    """

    key: str
    before: str | None
    after: str | None


def changed_settings(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> tuple[SettingChange, ...]:
    """Every value that differs, is new or is gone, by key; a list is one value."""
    old, new = dict(_flattened(before)), dict(_flattened(after))
    return tuple(
        SettingChange(key, old.get(key), new.get(key))
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key)
    )


def _flattened(block: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    """The values of nested mappings as JSON, by dotted key; an empty mapping is a value."""
    for name, value in block.items():
        key = f"{path}{name}"
        if isinstance(value, Mapping) and value:
            yield from _flattened(value, f"{key}.")
        else:
            yield key, json.dumps(value, ensure_ascii=False, sort_keys=True)
