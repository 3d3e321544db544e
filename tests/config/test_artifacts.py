"""What named artifacts are made from, directly and through others."""

from leanset.clustering import KMeans
from leanset.config import Artifacts
from leanset.scores import Score, parse_score

CLUSTERINGS = {
    "pca_k5": KMeans(embedding="pca", clusters=5),
    "pixels_k9": KMeans(embedding="pixels", clusters=9),
}
SCORES: dict[str, Score] = {
    name: parse_score(block)
    for name, block in {
        "el2n": {"method": "el2n", "log": "ensemble"},
        "aum": {"method": "aum", "log": "ensemble"},
        "flip": {"method": "flip", "log": "dynamics"},
        "typical": {"method": "prototype_distance", "clustering": "pca_k5"},
        "median": {"method": "class_median_distance", "embedding": "features"},
    }.items()
}


def behind(*scores: str, clusterings: tuple[str, ...] = ()) -> Artifacts:
    return Artifacts.behind(scores, clusterings, SCORES, CLUSTERINGS)


def test_nothing_is_made_from_nothing() -> None:
    assert behind() == Artifacts()
    assert behind().datasets() == ()


def test_a_clustering_brings_its_embedding() -> None:
    assert behind(clusterings=("pca_k5",)) == Artifacts(
        clusterings=("pca_k5",), embeddings=("pca",)
    )


def test_a_score_brings_its_log_or_its_embedding() -> None:
    assert behind("el2n") == Artifacts(scores=("el2n",), logs=("ensemble",))
    assert behind("median") == Artifacts(scores=("median",), embeddings=("features",))


def test_a_score_brings_its_clustering_and_that_brings_its_embedding() -> None:
    assert behind("typical") == Artifacts(
        scores=("typical",), clusterings=("pca_k5",), embeddings=("pca",)
    )


def test_what_several_are_made_from_is_named_once_and_all_is_in_order() -> None:
    assert behind(
        "typical", "median", "flip", "el2n", "aum", clusterings=("pixels_k9", "pca_k5")
    ) == Artifacts(
        scores=("aum", "el2n", "flip", "median", "typical"),
        logs=("dynamics", "ensemble"),
        clusterings=("pca_k5", "pixels_k9"),
        embeddings=("features", "pca", "pixels"),
    )


def test_what_is_given_may_be_read_only_once() -> None:
    names = iter(["typical", "median"])
    found = Artifacts.behind(names, iter(["pixels_k9"]), SCORES, CLUSTERINGS)
    assert found == behind("typical", "median", clusterings=("pixels_k9",))


def test_datasets_have_the_name_of_their_artifact_after_its_kind() -> None:
    assert behind("typical", "el2n").datasets() == (
        "score_el2n", "score_typical", "log_ensemble", "clustering_pca_k5", "embedding_pca",
    )  # fmt: skip
