"""What a report says of a variant: above all whether it selects without labels."""

import pytest

from leanset.clustering import parse_clusterer
from leanset.config import Known
from leanset.config.arms import arm_of
from leanset.embeddings import parse_embedding
from leanset.scores import parse_score
from leanset.selectors import parse_selector

KNOWN = Known(
    clusterings={"k5": parse_clusterer({"embedding": "flat", "clusters": 5})},
    scores={
        "aum": parse_score({"method": "aum", "log": "short"}),
        "far": parse_score({"method": "prototype_distance", "clustering": "k5"}),
        "entropy": parse_score({"method": "entropy", "log": "short"}),
    },
    embeddings={"flat": parse_embedding({"method": "pixels"})},
)


@pytest.mark.parametrize(
    ("selector", "label_free"),
    [
        ({"method": "random"}, True),
        ({"method": "stratified_random"}, False),
        ({"method": "clustered", "clustering": "k5", "keep": "furthest"}, True),
        ({"method": "ranked", "score": "far", "keep": "hardest"}, True),
        ({"method": "ranked", "score": "aum", "keep": "hardest"}, False),
        # the score reads no label, but its proxies were trained with all of them
        ({"method": "ranked", "score": "entropy", "keep": "hardest"}, False),
    ],
)
def test_a_variant_is_label_free_if_nothing_behind_it_reads_a_label(
    selector: dict[str, str], label_free: bool
) -> None:
    assert arm_of("near", "", parse_selector(selector), KNOWN).label_free == label_free


def test_an_arm_knows_its_settings_and_all_that_it_is_made_from() -> None:
    selector = parse_selector({"method": "clustered", "clustering": "k5", "keep": "furthest"})
    arm = arm_of("far_k5", "The furthest", selector, KNOWN)
    assert (arm.name, arm.description, arm.method) == ("far_k5", "The furthest", "clustered")
    assert arm.settings["keep"] == "furthest"
    assert arm.artifacts == ("clustering_k5", "embedding_flat")
