"""Galleries of a subset: kept and dropped at random, the hardest, or the ends of a clustering."""

import numpy as np
import pandas as pd

from leanset.clustering import Clustering
from leanset.config import Arm
from leanset.report.galleries import Gallery
from leanset.report.subset_galleries import PER_CARD, shown_subset, subset_galleries
from tests.report.album import album

ARM = Arm("near", "Nearest", "clustered", True, artifacts=("clustering_k2", "embedding_pca"))
KEPT = {"indices": np.array([1, 2, 5])}
HARD = {"aum": [np.arange(8, dtype=np.float32)]}
NEAR = Clustering(
    np.zeros(8, dtype=np.int64),
    np.array([5.0, 1, 7, 3, 0, 6, 2, 4]),
    np.zeros((1, 2), dtype=np.float32),
)


def samples(gallery: Gallery) -> list[int]:
    return [shown.sample for shown in gallery.shown]


def test_kept_and_dropped_samples_are_drawn_along_one_random_order() -> None:
    pages = album()
    kept, dropped = subset_galleries(ARM, KEPT, pages, {}, 2)
    order = pages.shuffled.tolist()
    assert samples(kept) == [sample for sample in order if sample in (1, 2, 5)][:2]
    assert samples(dropped) == [sample for sample in order if sample not in (1, 2, 5)][:2]
    assert (kept.title, kept.told) == ("Kept", "drawn at random from 3")
    assert (dropped.title, dropped.told) == ("Dropped", "drawn at random from 5")
    assert {shown.fate for shown in kept.shown} == {"kept"}
    assert {shown.fate for shown in dropped.shown} == {"dropped"}


def test_a_score_shows_the_hardest_that_were_kept_and_dropped() -> None:
    pages = album(scores=HARD, difficulty="aum")
    *_, kept, dropped = subset_galleries(ARM, KEPT, pages, {"clustering_k2": NEAR}, 2)
    assert (kept.title, samples(kept)) == ("Hardest kept", [5, 2])
    assert (dropped.title, samples(dropped)) == ("Hardest dropped", [7, 6])
    assert dropped.told == "highest aum, hardest first"


def test_without_a_score_the_clustering_shows_its_ends_kept_or_not() -> None:
    *_, nearest, furthest = subset_galleries(ARM, KEPT, album(), {"clustering_k2": NEAR}, 3)
    assert samples(nearest) == [4, 1, 6]
    assert samples(furthest) == [2, 5, 0]
    assert [shown.fate for shown in furthest.shown] == ["kept", "kept", "dropped"]
    assert nearest.mixed
    assert nearest.told == "of all 8, by k2"


def test_a_clustering_that_the_rule_does_not_read_is_not_shown() -> None:
    arm = Arm("random", "Random", "random", True)
    galleries = subset_galleries(arm, KEPT, album(), {"clustering_k2": NEAR}, 3)
    assert [gallery.title for gallery in galleries] == ["Kept", "Dropped"]


def test_where_nothing_is_dropped_the_gallery_says_so() -> None:
    pages = album(scores=HARD, difficulty="aum")
    kept, dropped, hardest = subset_galleries(ARM, {"indices": np.arange(8)}, pages, {}, 12)
    assert sorted(samples(kept)) == list(range(8))
    assert (dropped.told, dropped.shown) == ("none", ())
    assert hardest.title == "Hardest kept"


def test_there_are_never_more_galleries_than_a_card_has_room_for() -> None:
    pages = album(scores=HARD, difficulty="aum")
    galleries = subset_galleries(ARM, KEPT, pages, {"clustering_k2": NEAR}, 2)
    assert len(galleries) == PER_CARD


def test_no_pictures_are_asked_for_and_none_are_chosen() -> None:
    assert subset_galleries(ARM, KEPT, album(), {}, 0) == ()


def test_the_subset_shown_is_the_first_run_at_the_smallest_budget() -> None:
    table = pd.DataFrame({"kept": [9, 3, 3], "run": [0, 2, 1], "budget": ["9", "3", "3"]})
    assert shown_subset(table) == {"kept": 3, "run": 1, "budget": "3"}
