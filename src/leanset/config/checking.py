"""Parsing all blocks of parameters, and saying what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from leanset.config.blocks import BLOCKS, Settings
from leanset.config.references import Problem, broken_references
from leanset.errors import LeansetError, nearest


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
            problems = list(broken_references(settings))
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
