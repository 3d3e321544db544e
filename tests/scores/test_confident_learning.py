"""cleanlab's label quality of what proxies say of samples they were not trained on."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from leanset.errors import LeansetError
from leanset.scores import scoring
from leanset.scores.confident_learning import ConfidentLearning
from leanset.scores.scoring import score_log
from leanset.training.log import LogSettings, TrainingLog

LABELS = np.array([0, 0, 1, 2, 1])
FOLD = np.array([0, 1, 1, 0, 1])

# what proxies 0 and 1 say of the five samples after epochs 1 and 2
P = np.array(
    [
        [
            [[0.6, 0.2, 0.2], [0.6, 0.2, 0.2], [0.2, 0.6, 0.2], [0.2, 0.5, 0.3], [0.3, 0.5, 0.2]],
            [[0.8, 0.1, 0.1], [0.9, 0.05, 0.05], [0.1, 0.8, 0.1], [0.7, 0.1, 0.2], [0.1, 0.8, 0.1]],
        ],
        [
            [[0.7, 0.2, 0.1], [0.5, 0.3, 0.2], [0.4, 0.4, 0.2], [0.1, 0.1, 0.8], [0.3, 0.3, 0.4]],
            [[0.9, 0.05, 0.05], [0.3, 0.6, 0.1], [0.2, 0.5, 0.3], [0.1, 0.1, 0.8], [0.6, 0.1, 0.3]],
        ],
    ]
)


def log(**changes: Any) -> TrainingLog:
    """A log whose logits are the logarithms of P."""
    made = {"labels": LABELS, "logits": np.log(P), "fold": FOLD} | changes
    return TrainingLog(
        labels=made["labels"],
        features_at=(),
        seconds=np.ones(2),
        arrays={"logits": made["logits"]},
        fold=made["fold"],
    )


def score(**changes: Any) -> ConfidentLearning:
    return ConfidentLearning.model_validate(
        {"method": "confident_learning", "log": "crossval"} | changes
    )


def scored(of: TrainingLog, **changes: Any) -> NDArray[np.float32]:
    return score_log(of, score(**changes), "confident_learning")


@pytest.mark.parametrize(
    ("changes", "quality"),
    [
        # folds 0 1 1 0 1: of samples 0 and 3 speaks proxy 0, of 1, 2 and 4 proxy 1, at epoch 2
        # (.8 .1 .1), (.3 .6 .1), (.2 .5 .3), (.7 .1 .2), (.6 .1 .3), with labels 0 0 1 2 1
        ({}, [0.8, 0.3, 0.5, 0.2, 0.1]),
        # at epoch 1 (.6 .2 .2), (.5 .3 .2), (.4 .4 .2), (.2 .5 .3), (.3 .3 .4)
        ({"epoch": 1}, [0.6, 0.5, 0.4, 0.3, 0.3]),
        # (.8 - .1 + 1) / 2, (.3 - .6 + 1) / 2, (.5 - .3 + 1) / 2, (.2 - .7 + 1) / 2, ...
        ({"quality": "normalized_margin"}, [0.85, 0.35, 0.6, 0.25, 0.25]),
    ],
    ids=["at the last epoch", "at the first epoch", "by the margin"],
)
def test_the_proxy_that_never_saw_a_sample_judges_its_label(
    changes: dict[str, Any], quality: list[float]
) -> None:
    values = scored(log(), **changes)
    assert values.dtype == np.float32
    assert (-values).tolist() == pytest.approx(quality, abs=1e-6)


def test_what_the_other_proxies_say_does_not_matter() -> None:
    others = np.log(P)
    own = np.zeros((2, 5), dtype=bool)
    own[FOLD, np.arange(5)] = True
    others.transpose(0, 2, 1, 3)[~own] = 77
    assert (scored(log(logits=others)) == scored(log())).all()


@given(st.permutations(range(5)), st.sampled_from(["self_confidence", "normalized_margin"]))
def test_permuting_the_samples_permutes_the_scores(order: list[int], quality: str) -> None:
    permuted = log(labels=LABELS[order], logits=np.log(P)[:, :, order], fold=FOLD[order])
    expected = scored(log(), quality=quality)[order]
    np.testing.assert_allclose(scored(permuted, quality=quality), expected, rtol=1e-6)


@pytest.mark.parametrize("quality", ["self_confidence", "normalized_margin"])
@pytest.mark.parametrize("classes", [3, 10, 37])
def test_samples_of_whom_the_same_is_said_tie(quality: str, classes: int) -> None:
    said = np.random.default_rng(classes).normal(0, 5, (2, 1, 1, classes))
    alike = log(
        labels=np.zeros(61, dtype=np.int64),
        logits=np.repeat(said, 61, axis=2).astype(np.float16),
        fold=np.arange(61) % 2,
    )
    values = scored(alike, quality=quality)
    assert (len(set(values[::2].tolist())), len(set(values[1::2].tolist()))) == (1, 1)
    assert values[0] != values[1]


@pytest.mark.parametrize("quality", ["self_confidence", "normalized_margin"])
def test_a_stretch_of_samples_in_which_classes_are_missing_is_scored_as_in_the_whole(
    quality: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = scored(log(), quality=quality)
    monkeypatch.setattr(scoring, "_NUMBERS", 1)
    np.testing.assert_allclose(scored(log(), quality=quality), whole, rtol=1e-6)


@pytest.mark.parametrize("quality", ["self_confidence", "normalized_margin"])
def test_the_worst_labels_do_not_tie(quality: str) -> None:
    # the label's logit is 17, 18, ... behind that of another class: p is below 5e-8, and in single
    # precision 1 - p would be 1 for all of them
    logits = np.zeros((2, 1, 5, 3), dtype=np.float16)
    logits[..., 2] = -90
    logits[..., 1] = np.arange(17, 22)
    values = scored(log(labels=np.zeros(5, dtype=np.int64), logits=logits), quality=quality)
    assert (np.diff(values) > 0).all()


def test_a_log_without_folds_is_refused_before_anything_is_trained() -> None:
    settings = {"recipe": "lenet5", "proxies": 5, "epochs": 5}
    (fault,) = score().faults(LogSettings.model_validate(settings))
    assert fault.key == "log"
    assert fault.message == (
        "it needs folds: true in logs.crossval, so that each sample has a proxy that was trained "
        "without it."
    )
    assert not list(score().faults(LogSettings.model_validate(settings | {"folds": True})))
    (fault,) = score(epoch=6).faults(LogSettings.model_validate(settings | {"folds": True}))
    assert fault.key == "epoch"


def test_a_log_in_which_all_proxies_saw_all_samples_is_not_scored() -> None:
    with pytest.raises(
        LeansetError,
        match=r"the training log has no folds\. Set folds: true in its block of logs",
    ):
        scored(log(fold=None))


def test_all_runs_share_all_proxies() -> None:
    assert score().proxies == "shared"
    with pytest.raises(ValueError, match="Input should be 'shared'"):
        score(proxies="own")
