"""Write the page of all methods, out of their own docstrings: ``make docs``."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from leanset.methods import FAMILIES, Method, methods

ROOT = Path(__file__).parents[1]
CONF = ROOT / "conf"
PAGE = ROOT / "docs/methods.md"

INTRODUCTION = """# Methods

Every rule, score, embedding and clustering there is, as its own code describes it. `make docs`
writes this page; `kedro leanset methods` prints it, and `kedro leanset explain VARIANT` says what
a variant makes of it.

*Reads labels* says it of the method itself, with its settings as they are if nothing is said. What
reads a training log reads labels by way of proxies, which are trained with them. What rules have in
common is told in [coverage.md](coverage.md), what scores have in [scores.md](scores.md)."""

_BLOCKS = {"score": "scores", "embedding": "embeddings", "clustering": "clusterings"}


def page() -> str:
    """The whole page."""
    return "\n\n".join([INTRODUCTION, _contents(), *map(_family, FAMILIES)]) + "\n"


def _contents() -> str:
    lines = []
    for family, title in FAMILIES.items():
        links = [f"[{method.name}](#{_anchor(method)})" for method in _of(family)]
        lines.append(f"- [{title}](#{_slug(title)}): {', '.join(links)}")
    return "\n".join(lines)


def _of(family: str) -> list[Method]:
    return [method for method in methods() if method.family == family]


def _family(family: str) -> str:
    shared = dict.fromkeys(text for method in _of(family) for text in method.shared)
    parts = [f"## {FAMILIES[family]}"]
    if shared:
        parts += ["What several of them have in common:"]
        parts += ["\n".join(f"- {' '.join(_prose(text).split())}" for text in shared)]
    return "\n\n".join([*parts, *(part for method in _of(family) for part in _method(method))])


def _method(method: Method) -> Iterator[str]:
    yield f'<a id="{_anchor(method)}"></a>\n\n### {method.name}'
    yield _prose(method.summary)
    if method.text:
        yield _prose(method.text)
    facts = {
        "Source": method.source,
        "Kind": method.kind,
        "Needs": method.needs,
        "Reads labels": method.reads_labels,
    }
    yield "\n".join(f"- {fact}: {_prose(told)}" for fact, told in facts.items() if told)
    if method.settings:
        rows = [
            f"| `{key.key}` | {key.kind} | {_default(key.default)} |" for key in method.settings
        ]
        yield "\n".join(["| key | what it may be | default |", "|---|---|---|", *rows])
    example = _example(method)
    if example:
        yield f"```yaml\n{example}\n```"


def _default(default: str) -> str:
    return default if default in ("required", "left out") else f"`{default}`"


def _prose(text: str) -> str:
    """A docstring as Markdown: a paragraph on a line, so that none begins with a sign of lists.

    Code has one mark around it, and no angle bracket is taken for HTML.
    """
    paragraphs = (" ".join(paragraph.split()) for paragraph in text.split("\n\n"))
    return "\n\n".join(paragraphs).replace("``", "`").replace("<", "\\<")


def _anchor(method: Method) -> str:
    """Unlike its name, it is of one method only."""
    return f"{method.family}-{method.name}"


def _slug(title: str) -> str:
    """The anchor that Markdown gives a heading."""
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def _example(method: Method) -> str:
    """A real block of the shipped configuration, with the file it stands in; "" without one."""
    if method.family == "selector":
        return _variant(method.name)
    file = CONF / f"base/parameters/{_BLOCKS[method.family]}.yml"
    for name, block in yaml.safe_load(file.read_text())[_BLOCKS[method.family]].items():
        # a clustering that names no method is one of k-means
        if block.get("method", "kmeans") == method.name:
            lines = "\n".join([f"{_BLOCKS[method.family]}:", *_entry(file, name)])
            return f"# {file.relative_to(ROOT)}\n{lines}"
    return ""


def _variant(method: str) -> str:
    for file in _variant_files():
        for variant in yaml.safe_load(file.read_text()).values():
            selector: dict[str, Any] = variant.get("selector", {})
            if selector.get("method") == method:
                return f"# {file.relative_to(ROOT)}\n{file.read_text().strip()}"
    return ""


def _variant_files() -> list[Path]:
    """Those of base before those of other environments."""
    files = CONF.glob("*/parameters/variants/**/*.yml")
    return sorted(files, key=lambda file: (file.relative_to(CONF).parts[0] != "base", file))


def _entry(file: Path, name: str) -> Iterator[str]:
    """The lines of an entry of a block, as they are written."""
    lines = iter(file.read_text().splitlines())
    yield next(line for line in lines if line.startswith(f"  {name}:"))
    for line in lines:
        if not line.startswith("    "):
            return
        yield line


if __name__ == "__main__":
    PAGE.write_text(page())
    sys.stdout.write(f"written: {PAGE.name}\n")
