"""The page: complete, escaped, and asking for nothing from elsewhere."""

import re
from html.parser import HTMLParser

from leanset.comparison import Sweep, comparison_page
from tests.comparison.examples import NEW, OLD, cell, ledger, settings, sweep, used_images

LOW, HIGH = [0.90, 0.91, 0.92], [0.95, 0.96, 0.97]
NASTY = "<script>alert(1)</script>"
BEFORE = sweep(ledger(cell("random", LOW), cell("full", LOW, budget="100 %")))
AFTER = sweep(
    ledger(cell("random", HIGH, made="there"), cell("full", LOW, budget="100 %")),
    NEW,
    images=used_images(class_names=(NASTY, "dog"), name=NASTY),
    settings=settings(variants={"random": {"description": NASTY}}),
    command=("kedro", "run", f"--params=a={NASTY}"),
)


class Reader(HTMLParser):
    """The tags, and the text of all table rows."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.rows: list[list[str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self.tags.append(tag)
        if tag not in ("meta", "link"):
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data


def test_every_tag_is_closed_and_none_of_them_is_from_the_data() -> None:
    reader = Reader(comparison_page([BEFORE, AFTER]))
    assert reader.open == []
    assert {"script", "img", "iframe"} & set(reader.tags) == set()


def test_text_from_the_data_is_shown_as_text() -> None:
    page = comparison_page([BEFORE, AFTER])
    assert NASTY not in page
    assert page.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 4


def test_the_page_needs_no_other_file() -> None:
    page = comparison_page([BEFORE, AFTER])
    assert re.findall(r"(?:src|href)\s*=\s*\"(?!data:)", page) == []
    assert re.findall(r"url\(|@import|https?://", page) == []
    assert "default-src 'none'" in page


def test_what_moved_stands_before_what_did_not() -> None:
    page = comparison_page([BEFORE, AFTER])
    moved, folded = page.index('class="moved-up"'), page.index("1 cell did not move")
    assert moved < folded < page.index('class="the-same-runs"')


def test_every_cell_has_its_median_of_every_sweep() -> None:
    oldest = sweep(ledger(cell("random", [0.5, 0.6, 0.7])), "2025-01-01T03.00.00.000Z")
    rows = Reader(comparison_page([oldest, BEFORE, AFTER])).rows
    assert ["cell", "2025-01-01 03:00:00", "2026-01-01 03:00:00", "2026-02-01 03:00:00"] in rows
    assert ["random at 600", "60.00", "91.00", "96.00"] in rows
    assert ["full at 100\u00a0%, 600 kept", "–", "91.00", "91.00"] in rows


def test_the_newest_pair_comes_first() -> None:
    oldest = sweep(ledger(cell("random", LOW, made="first")), "2025-01-01T03.00.00.000Z")
    page = comparison_page([oldest, BEFORE, AFTER])
    assert re.findall("<h1>(.*)</h1>", page)[0].startswith("1 of 2 cells moved; ")
    assert re.findall('class="headline">(.*)</p>', page) == ["None of 1 cell moved, 1 is new."]


def test_a_first_sweep_is_told_to_be_the_first() -> None:
    page = comparison_page([BEFORE])
    assert "<h1>This is the first sweep.</h1>" in page
    assert ["random at 600", "91.00"] in Reader(page).rows


def test_a_sweep_without_circumstances_has_a_page() -> None:
    page = comparison_page([Sweep(OLD, BEFORE.runs, None), AFTER])
    assert "It did not note its circumstances." in page
    assert "what changed of settings and surroundings is not known" in page


def test_a_cell_whose_runs_all_failed_is_shown_without_a_number() -> None:
    rows = Reader(comparison_page([sweep(ledger(cell("random", [None, None])))])).rows
    assert ["random at 600", "–"] in rows


def test_an_interval_is_drawn_to_scale_and_inside_its_box() -> None:
    # from 0.02733 to 0.07267, which is the reach: 50 + 48 · 0.02733/0.07267 = 68.05, and 98
    page = comparison_page([BEFORE, AFTER])
    (ends,) = re.findall(r'<i style="left:([\d.]+)%;right:([\d.]+)%">', page)
    assert ends == ("68.05", "2.0")


def test_recipes_are_named_where_there_is_more_than_one() -> None:
    both = ledger(cell("random", LOW), cell("random", LOW, recipe="mlp"))
    rows = Reader(comparison_page([sweep(both)])).rows
    assert ["random at 600, mlp", "91.00"] in rows


def test_a_long_value_is_cut() -> None:
    longer = sweep(BEFORE.runs, NEW, settings=settings(note={"text": "x" * 5000}))
    page = comparison_page([BEFORE, longer])
    assert "x" * 201 not in page
    assert f"{'x' * 199} …" in page
