"""The gallery: a page that stands alone, shows the very pixels, and lets no data become markup."""

import io
from base64 import b64decode
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from PIL import Image

from leanset.figures.gallery import suspects_page


def images(channels: int = 1, height: int = 3, width: int = 5) -> NDArray[np.uint8]:
    shape = (12, channels, height, width)
    return np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)


def suspects(**changes: Any) -> pd.DataFrame:
    """Two suspects, samples 7 and 4; on the second the ensemble agrees with the label."""
    columns = {
        "rank": [1, 2],
        "sample": [7, 4],
        "row": [7, 404],
        "score": [1.41234, 0.5],
        "label": ["cat", "dog"],
        "p_label": [0.004, 0.5],
        "suggested": ["owl", "dog"],
        "p_suggested": [0.996, 0.5],
        "agrees": [False, True],
    }
    return pd.DataFrame(columns | changes)


def page(
    table: pd.DataFrame | None = None, pictures: NDArray[np.uint8] | None = None, **words: str
) -> str:
    texts = {"title": "Suspects", "ranked_by": "el2n, the length of the error"} | words
    return suspects_page(
        suspects() if table is None else table, images() if pictures is None else pictures, **texts
    )


class Reading(HTMLParser):
    """The elements of a page, the words a person reads, and the words of each card."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._words: list[str] = []
        self._hidden = False
        self.feed(html)
        whole, *cards = " ".join(self._words).split("¶")
        self.heading = " ".join(whole.split())
        self.cards = [" ".join(card.split()) for card in cards]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._hidden = tag in {"style", "title"}
        if tag == "li":
            self._words.append("¶")

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002
        self._hidden = False

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._words.append(data)

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def shown(html: str) -> list[NDArray[np.uint8]]:
    """The pictures of a page, decoded."""
    sources = [str(attributes["src"]) for attributes in Reading(html).attributes("img")]
    start = "data:image/png;base64,"
    assert all(source.startswith(start) for source in sources)
    return [
        np.asarray(Image.open(io.BytesIO(b64decode(source.removeprefix(start)))))
        for source in sources
    ]


def test_every_suspect_has_a_card_with_what_the_table_says_of_it() -> None:
    first, second = Reading(page()).cards
    assert first == "1 sample 7 label given cat < 1 % suggested owl > 99 % score 1.412"
    # the row is told where it is not the sample's index
    assert second == (
        "2 sample 4 label given dog 50 % "
        "score 0.5, row 404 of the file, the ensemble agrees with the label"
    )


def test_the_page_says_what_the_score_is_and_that_a_suspect_is_no_proven_error() -> None:
    heading = Reading(page()).heading
    assert heading.startswith(
        "Suspects A suspect is a sample to look at, not a proven error. It may also be a rare"
    )
    assert "Ranked by el2n, the length of the error, highest first." in heading
    assert "for 1 of these 2 it is not the label they were given." in heading
    assert "on purpose" not in heading


def test_where_labels_were_made_wrong_the_page_tells_of_each_and_counts_them() -> None:
    reading = Reading(page(suspects(wrong=[True, False])))
    assert "Labels were made wrong on purpose in 1 of them." in reading.heading
    assert [card.rsplit(", ", 1)[1] for card in reading.cards] == [
        "label made wrong", "label as it was",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("p", "written"),
    [(0, "< 1 %"), (0.0099, "< 1 %"), (0.01, "1 %"), (0.5, "50 %"), (0.99, "99 %"), (1, "> 99 %")],
)
def test_a_probability_is_never_said_to_be_nothing_or_everything(p: float, written: str) -> None:
    first, _ = Reading(page(suspects(p_label=[p, 0.5]))).cards
    assert f"cat {written} suggested" in first


def test_pictures_are_the_pixels_of_the_samples_in_grey() -> None:
    pictures = images()
    first, second = shown(page(pictures=pictures))
    np.testing.assert_array_equal(first, pictures[7, 0])
    np.testing.assert_array_equal(second, pictures[4, 0])


def test_three_channels_are_shown_in_colour() -> None:
    pictures = images(channels=3)
    np.testing.assert_array_equal(shown(page(pictures=pictures))[0], pictures[7].transpose(1, 2, 0))


@pytest.mark.parametrize("channels", [2, 4, 7])
def test_of_any_other_number_of_channels_the_first_is_shown(channels: int) -> None:
    pictures = images(channels)
    np.testing.assert_array_equal(shown(page(pictures=pictures))[0], pictures[7, 0])


@pytest.mark.parametrize(("side", "enlarged"), [(28, True), (224, False)])
def test_only_small_pictures_are_enlarged_pixel_by_pixel(side: int, enlarged: bool) -> None:
    html = page(pictures=images(height=side, width=side))
    assert ("image-rendering: pixelated" in html) == enlarged


def test_every_picture_says_in_words_what_it_is() -> None:
    assert [attributes["alt"] for attributes in Reading(page()).attributes("img")] == [
        "Sample 7, labelled cat, suggested owl",
        "Sample 4, labelled dog, suggested dog",
    ]


@pytest.mark.parametrize("evil", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>'])
def test_words_from_data_are_words_on_the_page(evil: str) -> None:
    html = page(suspects(label=[evil, "dog"], suggested=[evil, "dog"]), title=evil, ranked_by=evil)
    reading = Reading(html)
    assert reading.attributes("script") == []
    assert len(reading.attributes("img")) == 2
    assert all("onerror" not in attributes for _, attributes in reading.elements)
    assert reading.heading.startswith(evil)
    assert reading.cards[0].count(evil) == 2
    assert reading.attributes("img")[0]["alt"] == f"Sample 7, labelled {evil}, suggested {evil}"


def test_the_page_needs_nothing_but_itself() -> None:
    reading = Reading(page())
    assert {tag for tag, _ in reading.elements} & {"script", "link", "iframe", "a"} == set()
    assert "url(" not in page()
    assert "@import" not in page()
    policies = [
        attributes["content"]
        for attributes in reading.attributes("meta")
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policies == ["default-src 'none'; img-src data:; style-src 'unsafe-inline'"]


def test_without_suspects_the_page_says_so() -> None:
    reading = Reading(page(suspects().iloc[:0]))
    assert (reading.heading, reading.cards) == ("Suspects There are no suspects.", [])


def test_the_same_table_gives_the_same_page() -> None:
    assert page() == page()
