"""Embeddings, clusterings and scores that are taken out of files, by the content of the files."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from leanset.clustering import PrecomputedClustering
from leanset.config import DatasetSettings
from leanset.embeddings import PrecomputedEmbedding
from leanset.errors import LeansetError
from leanset.images import ImageSet, Split
from leanset.pipelines.clustering.nodes import place_precomputed
from leanset.pipelines.embedding.nodes import embed_precomputed
from leanset.pipelines.scoring.nodes import score_precomputed
from leanset.pipelines.stored import stored_images
from leanset.provenance import Work, as_fact, work_before
from leanset.scores import PrecomputedScore
from leanset.store import Entry, Store
from tests.config.examples import BLOCKS_OF_A_SWEEP
from tests.pipelines.examples import LABELS, SAMPLES, embedding, own
from tests.precomputed.examples import save

DATASET = DatasetSettings.model_validate(BLOCKS_OF_A_SWEEP["dataset"])
CLIP = PrecomputedEmbedding(method="precomputed", file="a.npy")
THEIRS = PrecomputedScore(
    method="precomputed", file="a.npy", kind="uncertainty", uses_labels=False, seconds=90
)
SIDES = PrecomputedClustering(method="precomputed", file="a.npy", embedding="clip", clusters=2)


class Bench:
    """A folder of files, a store and two image sets."""

    def __init__(self, root: Path) -> None:
        self.folder, self.store = root / "files", Store(root / "store")
        self.folder.mkdir()
        self.images = [self._images(0)]
        self.others = [self._images(1)]

    def _images(self, pixel: int) -> Entry:
        pixels = np.full((SAMPLES, 1, 2, 2), pixel, dtype=np.uint8)
        split = Split.whole(pixels, LABELS)
        return stored_images(self.store, ImageSet("dots", ("zero", "one"), split, split))

    def save(self, values: Any, name: str = "a.npy") -> None:
        save(self.folder / name, np.array(values))

    def embedding(self, images: list[Entry], **changes: Any) -> Entry:
        settings = CLIP.model_copy(update=changes)
        (entry,) = embed_precomputed(images, DATASET, self.folder, self.store, settings)
        return entry

    def clusterings(self, embedded: list[Entry], **changes: Any) -> list[Entry]:
        settings = SIDES.model_validate(SIDES.model_dump() | changes)
        return place_precomputed(
            self.images, DATASET, embedded, self.folder, self.store, settings, name="sides"
        )

    def score(self, images: list[Entry], **changes: Any) -> Entry:
        settings = THEIRS.model_copy(update=changes)
        (entry,) = score_precomputed(
            images, DATASET, self.folder, self.store, settings, name="theirs"
        )
        return entry


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_an_embedding_is_known_by_the_content_of_its_file_and_by_the_images(bench: Bench) -> None:
    bench.save(np.eye(4))
    first = bench.embedding(bench.images)
    assert first["values"].tolist() == np.eye(4).tolist()
    bench.save(np.eye(4), "b.npy")
    assert bench.embedding(bench.images, file="b.npy").key == first.key
    bench.save(2 * np.eye(4))
    changed = bench.embedding(bench.images)
    assert changed["values"].tolist() == (2 * np.eye(4)).tolist()
    assert len({first.key, changed.key, bench.embedding(bench.others).key}) == 3


def test_a_score_is_known_by_its_content_and_by_what_it_is_said_to_be(bench: Bench) -> None:
    bench.save([0.1, 0.2, 0.3, 0.4])
    first = bench.score(bench.images)
    assert first["values"].tolist() == np.float32([0.1, 0.2, 0.3, 0.4]).tolist()
    assert (first.facts["kind"], first.facts["uses_labels"]) == ("uncertainty", False)
    labelled = bench.score(bench.images, uses_labels=True)
    assert labelled.facts["uses_labels"] is True
    others = [bench.score(bench.images, kind="difficulty"), bench.score(bench.others)]
    assert len({entry.key for entry in (first, labelled, *others)}) == 4


def test_a_clustering_is_placed_in_each_replicate_of_its_embedding(bench: Bench) -> None:
    bench.save([0, 1, 1, 0])
    behind = {"proxy 0": Work(60.0, 5)}
    # a sample lies at (value, its number, value · label)
    embedded = [embedding(bench.store, 1.0, behind=as_fact(behind)), embedding(bench.store, 3.0)]
    first, second = bench.clusterings(embedded, seconds=7)
    assert first["centroids"].tolist() == [[1, 1.5, 0], [1, 1.5, 1]]
    assert second["centroids"].tolist() == [[3, 1.5, 0], [3, 1.5, 3]]
    assert first["distance"].tolist() == [1.5, 0.5, 0.5, 1.5]
    elsewhere = {f"precomputed {SIDES.digest(bench.folder)}": Work(7)}
    assert work_before(first) == {**own(embedded[0]), **behind, **elsewhere}
    assert work_before(second) == {**own(embedded[1]), **elsewhere}


def test_a_clustering_is_known_by_its_files_and_its_embedding(bench: Bench) -> None:
    bench.save([0, 1, 1, 0])
    bench.save(np.zeros((2, 3)), "c.npy")
    entries = [embedding(bench.store, 1.0)]
    around_means = bench.clusterings(entries)
    around_zero = bench.clusterings(entries, centroids={"file": "c.npy"})
    bench.save(np.ones((2, 3)), "c.npy")
    around_one = bench.clusterings(entries, centroids={"file": "c.npy"})
    bench.save([0, 1, 1, 1])
    other = bench.clusterings(entries)
    elsewhere = bench.clusterings([embedding(bench.store, 2.0)])
    made = (around_means, around_zero, around_one, other, elsewhere)
    assert len({entry.key for (entry,) in made}) == 5
    assert bench.clusterings(entries, embedding="same")[0].key == other[0].key


def test_what_a_file_took_elsewhere_is_behind_what_is_taken_from_it(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    bench.save([0.1, 0.2, 0.3, 0.4])
    name = f"precomputed {THEIRS.digest(bench.folder)}"
    assert work_before(bench.score(bench.images)) == {name: Work(90)}
    assert "charged nothing" not in caplog.text
    assert work_before(bench.score(bench.images, seconds=0)) == {name: Work(0)}
    assert "score theirs: from a.npy; subsets are charged nothing for it" in caplog.text


def test_another_content_than_that_of_the_checksum_is_refused_though_it_is_stored(
    bench: Bench,
) -> None:
    bench.save(np.eye(4))
    bench.embedding(bench.images)
    with pytest.raises(LeansetError, match="not that of the given sha256"):
        bench.embedding(bench.images, sha256="0" * 64)


@pytest.mark.parametrize(("drawn", "refused"), [(None, True), (4, False)])
def test_of_a_random_part_a_file_may_hold_more(
    bench: Bench, drawn: int | None, refused: bool
) -> None:
    bench.save(np.eye(5))
    dataset = DATASET.model_copy(update={"train_samples": drawn})
    settings = (bench.images, dataset, bench.folder, bench.store, CLIP)
    if refused:
        with pytest.raises(LeansetError, match="has 5 rows, the training split on disk 4 samples"):
            embed_precomputed(*settings)
    else:
        (entry,) = embed_precomputed(*settings)
        assert entry["values"].tolist() == np.eye(5)[:4].tolist()
