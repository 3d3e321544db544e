"""Which datasets a node of an artifact or a variant reads."""

import pytest
from kedro.pipeline import Pipeline

from leanset.clustering import parse_clusterer
from leanset.embeddings import parse_embedding
from leanset.pipelines import clustering, embedding, pruning, scoring
from leanset.scores import parse_score
from leanset.selectors.base import SelectorBase
from tests.config.examples import Behind, Looking, blocks, looked_at, parsed


def reads(pipeline: Pipeline, node: str) -> set[str]:
    """The datasets that a node of a pipeline reads, without the parameters."""
    (found,) = [each for each in pipeline.nodes if each.name == node]
    return {name for name in found.inputs if not name.startswith("params:")}


def test_an_embedding_reads_the_images_or_the_log_it_is_made_from() -> None:
    blocks = {"pixels": {"method": "pixels"}, "features": {"method": "network", "log": "warm"}}
    embeddings = {name: parse_embedding(block) for name, block in blocks.items()}
    pipeline = embedding.create_pipeline(embeddings, listed=())
    assert reads(pipeline, "embed_pixels") == {"image_set", "store"}
    assert reads(pipeline, "embed_features") == {"log_warm", "plan", "store"}


def test_only_what_is_precomputed_reads_the_folder_of_precomputed_files() -> None:
    file = {"method": "precomputed", "file": "a.npy"}
    embeddings = embedding.create_pipeline(
        {"pixels": parse_embedding({"method": "pixels"}), "clip": parse_embedding(file)}, listed=()
    )
    block = {"embedding": "clip", "clusters": 5}
    clusterers = {"k5": parse_clusterer(block), "theirs": parse_clusterer(block | file)}
    clusterings = clustering.create_pipeline(clusterers, listed=())
    made_of = {"kind": "difficulty", "uses_labels": False}
    scores = scoring.create_pipeline(
        {
            "near": parse_score({"method": "prototype_distance", "clustering": "theirs"}),
            "theirs": parse_score(file | made_of),
        },
        clusterers,
    )
    brought = {"image_set", "precomputed_folder", "store"}
    assert reads(embeddings, "embed_pixels") == {"image_set", "store"}
    assert reads(embeddings, "embed_clip") == brought
    assert reads(clusterings, "cluster_k5") == {"embedding_clip", "plan", "store"}
    assert reads(clusterings, "cluster_theirs") == brought | {"embedding_clip"}
    assert reads(scores, "score_near") == {"clustering_theirs", "embedding_clip", "store"}
    assert reads(scores, "score_theirs") == brought


@pytest.mark.parametrize(
    ("selector", "artifacts"),
    [
        (Looking(), set()),
        (Looking(embedding="features"), {"embedding_features"}),
        (Looking(log="warm", epoch=0, validation=True), {"log_warm"}),
        (
            Behind(suspects="el2n", then=Looking(embedding="pca50", log="warm")),
            {"embedding_pca50", "log_warm"},
        ),
    ],
)
def test_a_variant_selects_from_the_embeddings_and_logs_that_its_rule_looks_at(
    selector: SelectorBase, artifacts: set[str]
) -> None:
    settings = parsed(blocks())
    variant = looked_at(settings, selector, recipe=None).variants["mine"]
    pipeline = pruning.create_pipeline("mine", variant, "lenet5", has_noise=False)
    assert reads(pipeline, "mine.select") == {"image_set", "plan", "store"} | artifacts
