"""What named artifacts are made from, directly and through others."""

from dataclasses import replace

from leanset.clustering import KMeans
from leanset.config import Artifacts, Known
from leanset.embeddings import Embedding, parse_embedding
from leanset.scores import Score, parse_score
from leanset.selectors import Needs
from leanset.training.log.snapshot import Moment

CLUSTERINGS = {
    "pca_k5": KMeans(embedding="pca", clusters=5),
    "pixels_k9": KMeans(embedding="pixels", clusters=9),
    "seen_k3": KMeans(embedding="features", clusters=3),
}
SCORES: dict[str, Score] = {
    name: parse_score(block)
    for name, block in {
        "el2n": {"method": "el2n", "log": "ensemble"},
        "aum": {"method": "aum", "log": "ensemble"},
        "flip": {"method": "flip", "log": "dynamics"},
        "typical": {"method": "prototype_distance", "clustering": "pca_k5"},
        "median": {"method": "class_median_distance", "embedding": "pixels"},
        "seen": {"method": "class_median_distance", "embedding": "features"},
        "seen_typical": {"method": "prototype_distance", "clustering": "seen_k3"},
    }.items()
}


EMBEDDINGS: dict[str, Embedding] = {
    "pca": parse_embedding({"method": "pca", "components": 2}),
    "pixels": parse_embedding({"method": "pixels"}),
    "features": parse_embedding({"method": "network", "log": "gradients"}),
}
KNOWN = Known(CLUSTERINGS, SCORES, EMBEDDINGS)


def behind(*scores: str, clusterings: tuple[str, ...] = ()) -> Artifacts:
    return KNOWN.behind(Needs(scores=scores, clusterings=clusterings))


def test_nothing_is_made_from_nothing() -> None:
    assert behind() == Artifacts()
    assert behind().datasets() == ()


def test_a_clustering_brings_its_embedding() -> None:
    assert behind(clusterings=("pca_k5",)) == Artifacts(
        clusterings=("pca_k5",), embeddings=("pca",)
    )


def test_a_score_brings_its_log_or_its_embedding() -> None:
    assert behind("el2n") == Artifacts(scores=("el2n",), logs=("ensemble",))
    assert behind("median") == Artifacts(scores=("median",), embeddings=("pixels",))


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
        embeddings=("pca", "pixels"),
    )


def test_an_embedding_of_features_brings_its_log_and_so_does_what_is_made_from_it() -> None:
    brought = Artifacts(embeddings=("features",), logs=("gradients",))
    assert KNOWN.behind(Needs(embeddings=("features",))) == brought
    assert behind("seen") == replace(brought, scores=("seen",))
    assert behind(clusterings=("seen_k3",)) == replace(brought, clusterings=("seen_k3",))
    assert behind("seen_typical") == replace(
        brought, scores=("seen_typical",), clusterings=("seen_k3",)
    )


def test_an_embedding_of_the_images_brings_nothing_else() -> None:
    assert KNOWN.behind(Needs(embeddings=("pca",))) == Artifacts(embeddings=("pca",))


def test_a_rule_that_looks_at_proxies_brings_their_logs() -> None:
    moments = (Moment("dynamics"), Moment("dynamics", 0), Moment("crossval", 3))
    assert KNOWN.behind(Needs(moments=moments)) == Artifacts(logs=("crossval", "dynamics"))


def test_what_several_rules_need_is_brought_together() -> None:
    together = KNOWN.behind(
        Needs(scores=("el2n",)),
        Needs(scores=("flip",), embeddings=("pixels",)),
        Needs(moments=(Moment("ensemble", 0),), clusterings=("pca_k5",)),
    )
    assert together == Artifacts(
        scores=("el2n", "flip"),
        logs=("dynamics", "ensemble"),
        clusterings=("pca_k5",),
        embeddings=("pca", "pixels"),
    )


def test_datasets_have_the_name_of_their_artifact_after_its_kind() -> None:
    assert behind("typical", "el2n").datasets() == (
        "score_el2n", "score_typical", "log_ensemble", "clustering_pca_k5", "embedding_pca",
    )  # fmt: skip
