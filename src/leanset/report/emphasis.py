"""Sentences with what matters in them set apart; their words stay the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markupsafe import Markup

_COMMAND = r"kedro run(?: --[^\s,;]+)+"
_NUMBER = r"(?<![\w.])[+−±]?\d+(?:,\d{3})*(?:\.\d+)?(?: %)?(?!\w)"


def emphasised(text: str, names: Sequence[str]) -> Markup:
    """Numbers in bold, names and commands as code, what stands in brackets as it is."""
    from markupsafe import Markup

    return Markup("").join(_pieces(text, names))


def headline(text: str, names: Sequence[str]) -> Markup:
    """The same, with what follows the first colon as an explanation of what stands before it."""
    from markupsafe import Markup

    said, colon, rest = text.partition(": ")
    if not colon:
        return emphasised(text, names)
    return Markup('{}: <span class="because">{}</span>').format(
        emphasised(said, names), emphasised(rest, names)
    )


def _pieces(text: str, names: Sequence[str]) -> Iterator[Markup]:
    from markupsafe import Markup, escape

    # the longest first, for one name may begin with another
    words = [rf"\b{re.escape(name)}\b" for name in sorted(names, key=len, reverse=True)]
    code = "|".join([*words, _COMMAND])
    pattern = rf"(?P<aside>\([^()]*\))|(?P<code>{code})|(?P<b>{_NUMBER})"
    done = 0
    for found in re.finditer(pattern, text):
        yield escape(text[done : found.start()])
        tag = found.lastgroup
        plain = "<span class=aside>{}</span>" if tag == "aside" else f"<{tag}>{{}}</{tag}>"
        yield Markup(plain).format(found.group())  # noqa: S704
        done = found.end()
    yield escape(text[done:])
