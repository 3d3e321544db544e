"""All methods, and one of them whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from leanset.methods import FAMILIES, methods
from leanset.methods.words import a
from leanset.showing.prose import print_words, show
from leanset.terminal import say, widen_pipes

if TYPE_CHECKING:
    from leanset.methods import Method


def print_methods() -> None:
    """Print a line for each method, family by family."""
    widen_pipes()
    for family, title in FAMILIES.items():
        rows = [
            (method.name, method.summary, method.reads_labels, method.source)
            for method in methods()
            if method.family == family
        ]
        columns = ("method", "what it is", "reads labels", "source")
        print_words(title, columns, rows, narrow={"reads labels": 18})
    say("")
    say("One of them whole: kedro leanset methods NAME. All of them: docs/methods.md.")


def print_method(method: Method) -> None:
    """Print all that there is to say of a method."""
    widen_pipes()
    say(f"{method.name}, {a(method.family)}")
    show(method.summary)
    if method.text:
        show(method.text)
    for text in method.shared:
        show(text)
    say("")
    facts = {
        "Source": method.source,
        "Kind": method.kind,
        "Needs": method.needs,
        "Reads labels": method.reads_labels,
    }
    for fact, told in facts.items():
        if told:
            show(f"{fact}: {told}")
    if method.settings:
        rows = [(setting.key, setting.kind, setting.default) for setting in method.settings]
        print_words("Settings", ("key", "what it may be", "default"), rows)
