"""What a person reads who gets something wrong about coverage, gradients or memory."""

from collections.abc import Callable

import pytest
from click import ClickException

from tests.end_to_end.project import Project
from tests.end_to_end.test_bad_input import mistaken, overridden

CRAIG = {"method": "craig", "log": "warm"}


def read_features_of(log: str) -> Callable[[Project], None]:
    def write(project: Project) -> None:
        overridden("embeddings", embeddings={"features": {"log": log}})(project)
        mistaken("mine", selector={"method": "k_center", "embedding": "features"})(project)

    return write


WRONG = [
    (
        mistaken("mine", selector={"method": "k_center", "embedding": "feature"}),
        r"mine.yml: mine.selector.embedding: there is no embedding 'feature'. "
        r"Did you mean 'features'\?",
    ),
    (
        mistaken("mine", selector={**CRAIG, "log": "worm"}),
        r"mine.yml: mine.selector.log: there is no log 'worm'. Did you mean 'warm'\?",
    ),
    (
        mistaken("mine", selector={**CRAIG, "log": "ensemble"}),
        r"mine.yml: mine.selector.log: it needs features_at in logs.ensemble, the epochs it is "
        r"read at.",
    ),
    (
        mistaken("mine", selector={**CRAIG, "epoch": 1}),
        r"mine.yml: mine.selector.epoch: of epoch 1 nothing more is recorded, only of 2.",
    ),
    (
        mistaken("mine", selector={**CRAIG, "clip": 5}),
        r"mine.yml: mine.selector: clip belongs to weights: loss or sampler",
    ),
    (
        mistaken("mine", selector={**CRAIG, "balance": "equal"}),
        r"mine.yml: mine.selector.balance: Input should be 'none', 'proportional' or 'uniform', "
        r"not 'equal'",
    ),
    (
        mistaken("mine", selector={"method": "glister", "log": "warm"}),
        r"mine.yml: mine.selector.method: glister looks at a validation split; set "
        r"dataset.validation, for instance to 0.1.",
    ),
    (
        read_features_of("ensemble"),
        r"embeddings.yml: embeddings.features.log: it needs features_at in logs.ensemble",
    ),
    (
        read_features_of("worm"),
        r"conf/tiny/parameters/embeddings.yml: embeddings.features.log: there is no log 'worm'. "
        r"Did you mean 'warm'\?",
    ),
    (
        overridden("logs", logs={"warm": {"features_at": [7]}}),
        r"logs.yml: logs.warm: features_at names epoch 7, but there are 5",
    ),
    (
        overridden("sweep", sweep={"memory_limit": "1KB"}),
        r"conf/tiny/parameters/sweep.yml: sweep.memory_limit: no selection gets by with '1KB' of "
        r"memory; give it at least 1MB",
    ),
    (
        overridden("sweep", sweep={"memory_limit": "plenty"}),
        r"sweep.memory_limit: a size is text such as 2GB, or a number of bytes, not 'plenty'",
    ),
]


@pytest.mark.parametrize(("make_wrong", "message"), WRONG)
def test_what_is_wrong_is_said_before_anything_is_trained_or_stored(
    project: Project, make_wrong: Callable[[Project], None], message: str
) -> None:
    make_wrong(project)
    with pytest.raises(ClickException, match=message):
        project.run()
    assert not (project.folder / "store").exists()
    assert not project.root.exists()
