"""The hardest samples and the suspects: who is chosen, what is said, what is missing."""

from typing import Any

import numpy as np

from leanset.report.galleries import Gallery
from leanset.report.samples import InjectedNoise, Samples, samples_of
from leanset.report.templates import environment
from tests.report.album import LABELS, album, mean_p
from tests.report.reading import Reading

# the labels are 0 1 2 0 1 2 0 1; of samples 1, 4 and 6 the proxies say something else
SAID = mean_p([0, 2, 2, 0, 2, 2, 1, 1])
HARD = {"aum": [np.array([0, 6, 1, 5, 7, 2, 3, 4], dtype=np.float32)]}
TRUE = np.where(np.isin(np.arange(8), [1, 3, 4]), 2, LABELS)


def samples(**changes: Any) -> Samples:
    return samples_of(album(**({"scores": HARD, "difficulty": "aum", "mean_p": SAID} | changes)))


def chosen(gallery: Gallery | None) -> list[int]:
    assert gallery is not None
    return [shown.sample for shown in gallery.shown]


def page(found: Samples) -> Reading:
    return Reading(environment([]).get_template("samples.html.jinja").render(samples=found))


def test_suspects_are_those_that_the_proxies_doubt_and_the_hardest_are_of_the_others() -> None:
    found = samples()
    assert (found.score, found.missing) == ("aum", "")
    assert chosen(found.suspects) == [4, 1, 6]
    assert chosen(found.hardest) == [3, 7, 5, 2, 0]


def test_only_as_many_are_shown_as_asked_for() -> None:
    found = samples_of(album(scores=HARD, difficulty="aum", mean_p=SAID), 2)
    assert (chosen(found.suspects), chosen(found.hardest)) == ([4, 1], [3, 7])


def test_where_no_label_is_doubted_the_page_says_so() -> None:
    found = samples(mean_p=mean_p(LABELS.tolist()))
    assert chosen(found.suspects) == []
    assert "There is no sample that the proxies would give another label." in page(found).words


def test_without_probabilities_the_hardest_are_shown_and_nobody_is_suspected() -> None:
    found = samples(mean_p=None)
    assert found.suspects is None
    assert chosen(found.hardest) == [4, 1, 3, 7, 6, 5, 2, 0]
    assert found.missing.startswith("No probabilities belong to aum")


def test_without_a_score_the_page_says_what_would_add_one() -> None:
    found = samples(difficulty=None)
    assert (found.score, found.hardest, found.suspects) == (None, None, None)
    assert "sweep.scores: [aum]" in page(found).words


def test_how_many_labels_that_were_made_wrong_are_found_is_counted() -> None:
    # wrong are 1, 3 and 4; the three hardest of all are 4, 1 and 3, the suspects 4, 1 and 6
    found = samples(true_labels=TRUE)
    assert found.noise == InjectedNoise(wrong=3, samples=8, found=3, suspects_wrong=2)
    words = page(found).words
    assert "made wrong on purpose in 3 of 8 samples" in words
    assert "Of the suspects shown here 2 of 3 are wrong." in words


def test_noise_is_told_even_if_nothing_ranks_the_samples() -> None:
    found = samples(true_labels=TRUE, difficulty=None, mean_p=None)
    assert found.noise == InjectedNoise(wrong=3, samples=8, found=None, suspects_wrong=None)
    assert "made wrong on purpose in 3 of 8 samples" in page(found).words


def test_no_pictures_are_asked_for_and_the_page_says_why_there_are_none() -> None:
    found = samples_of(album(scores=HARD, difficulty="aum", mean_p=SAID), 0)
    assert page(found).all("img") == []
    assert "report.gallery is 0" in page(found).words


def test_suspects_are_a_list_whose_pictures_say_what_they_are() -> None:
    reading = page(samples())
    assert len(reading.all("ul")) == 2
    assert len(reading.all("li")) == len(reading.all("img")) == 8
    assert reading.all("img")[0]["alt"] == "dog, the proxies say owl"
    assert "dog 10 % owl 80 %" in reading.words
