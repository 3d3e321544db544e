import numpy as np

from leanset.clustering import Clustering
from leanset.selectors import Materials, Needs, Random, SampleScores


def test_restricted_materials_are_those_of_the_named_samples_in_their_order() -> None:
    materials = Materials(
        np.array([0, 1, 2, 1]),
        {"c": Clustering(np.array([1, 0, 1, 2]), np.array([4.0, 3, 2, 1]), np.ones((3, 2)))},
        {"s": SampleScores(np.array([0.5, 0.25, 1, 2], dtype=np.float32), use_labels=True)},
        np.array([True, False, False, True]),
    )
    part = materials.restricted(np.array([3, 0]))
    assert part.labels.tolist() == [1, 0]
    assert part.clusterings["c"].assignment.tolist() == [2, 1]
    assert part.clusterings["c"].distance.tolist() == [1.0, 4.0]
    # the centroids are not per sample: cluster 0 is now empty, and still cluster 0
    assert part.clusterings["c"].sizes.tolist() == [0, 1, 1]
    assert part.scores["s"].values.tolist() == [2.0, 0.5]
    assert part.scores["s"].use_labels
    assert part.wrong is not None
    assert part.wrong.tolist() == [True, True]


def test_restricting_leaves_unknown_wrong_labels_unknown() -> None:
    assert Materials(np.array([0, 1])).restricted(np.array([1])).wrong is None


def test_a_rule_says_by_default_that_it_needs_nothing_and_takes_any_budget() -> None:
    rule = Random(method="random")
    assert rule.needs() == Needs((), (), wrong_labels=False)
    assert rule.alternatives() == {}
    rule.check(keep=1, available=1)
