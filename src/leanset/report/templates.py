"""The templates of the page, and what they may call."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from importlib.resources import files
from shlex import join
from typing import TYPE_CHECKING

from leanset.report.emphasis import emphasised, headline
from leanset.report.marks import mark_path
from leanset.report.words import accuracy, between, count, difference

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d)[:.](\d\d).*")
"""As ISO 8601 has it, and as Kedro names versions."""


def environment(names: Sequence[str]) -> Environment:
    """Templates that escape what they are given, and refuse what they are not.

    Args:
        names: of variants, which are set apart in sentences.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("leanset.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "accuracy": accuracy,
        "as_typed": join,
        "count": count,
        "difference": difference,
        "emphasised": lambda text: emphasised(text, names),
        "headline": lambda text: headline(text, names),
        "in_script": _in_script,
        "mark": mark_path,
        "moment": lambda text: _MOMENT.sub(r"\1, \2:\3 UTC", text),
        "pretty": lambda block: json.dumps(block, indent=2, ensure_ascii=False),
    }
    made.globals["between"] = between
    return made


def inlined(name: str) -> Markup:
    """A style sheet or script of this package, as it is."""
    from markupsafe import Markup

    return Markup(files("leanset.report").joinpath(name).read_text(encoding="utf-8"))  # noqa: S704


def _in_script(data: str) -> Markup:
    """JSON that cannot end the script it stands in."""
    from markupsafe import Markup

    return Markup(data.replace("<", "\\u003c"))  # noqa: S704
