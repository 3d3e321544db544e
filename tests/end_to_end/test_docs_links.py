"""Links between the pages lead somewhere, and the index of results says what its pages say."""

import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.end_to_end.project import REPOSITORY

PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]

_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)|(?:href|src)=\"([^\"]+)\"")
_ELSEWHERE = re.compile(r"[a-z]+:")


class Link(NamedTuple):
    """A link from a page to a file or an anchor of the repository."""

    page: Path
    target: str

    @property
    def file(self) -> Path:
        name = self.target.partition("#")[0]
        return (self.page.parent / name).resolve() if name else self.page

    @property
    def anchor(self) -> str:
        return self.target.partition("#")[2]


def prose(page: Path) -> str:
    """A page without its code, whose brackets are no links."""
    return _CODE.sub("", page.read_text())


def links() -> Iterator[Link]:
    for page in PAGES:
        for markdown, html in _LINK.findall(prose(page)):
            target = markdown or html
            if not _ELSEWHERE.match(target):
                yield Link(page, target)


def slug(heading: str) -> str:
    """The anchor that GitHub gives to a heading."""
    words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


def anchors(page: Path) -> set[str]:
    """All anchors of a page; a heading that comes again has a number."""
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    found = set(re.findall(r"<a id=\"([^\"]+)\"", text))
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        name, again = slug(heading), 0
        while (numbered := f"{name}-{again}" if again else name) in found:
            again += 1
        found.add(numbered)
    return found


def told(link: Link) -> str:
    return f"{link.page.relative_to(REPOSITORY)} to {link.target}"


LINKS = list(links())


@pytest.mark.parametrize("link", LINKS, ids=told)
def test_a_link_leads_to_a_file_of_the_repository_and_to_an_anchor_of_it(link: Link) -> None:
    assert link.file.exists()
    assert link.file.is_relative_to(REPOSITORY)
    assert not link.target.startswith("/")
    if link.anchor:
        assert link.anchor in anchors(link.file)


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), [PAGES[0]]
    while waiting:
        page = waiting.pop()
        if page not in reached:
            reached.add(page)
            waiting += [link.file for link in LINKS if link.page == page and link.file in PAGES]
    assert {page.name for page in PAGES if page not in reached} == set()


def test_headings_have_the_anchors_that_github_gives_them() -> None:
    assert slug("Rules: which samples are kept") == "rules-which-samples-are-kept"
    assert slug("12,000 images, four `tenths`") == "12000-images-four-tenths"
    assert slug("[A link](there.md) and so_on") == "a-link-and-so_on"


def test_the_index_of_results_has_every_verdict_of_its_pages() -> None:
    index = (REPOSITORY / "docs/results/README.md").read_text()
    paste = runpy.run_path(str(REPOSITORY / "docs/paste.py"))
    shown = index.partition("<!-- make docs -->")[2].partition("<!-- end -->")[0]
    assert shown.strip().splitlines() == paste["verdict_lines"]()
    pages = [page for page in PAGES if page.name.startswith("replica_")]
    for page in pages:
        assert f"make sweep ENV={page.stem}" in index
        assert f"]({page.name})" in index.partition("<!-- make docs -->")[0]
        assert f"[{page.stem}]({page.name})" in shown
