"""Reading a training log: what it holds, and which proxies serve which run."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from leanset.errors import LeansetError
from leanset.training.log import LogSettings, TrainingLog

LABELS = np.array([0, 1, 1])


def log(proxies: int = 2, epochs: int = 2, **arrays: Any) -> TrainingLog:
    """A log whose logits are proxy + epoch for class 1 and zero for class 0."""
    logits = np.zeros((proxies, epochs, 3, 2), dtype=np.float16)
    logits[..., 1] = np.arange(proxies)[:, None, None] + np.arange(epochs)[None, :, None]
    return TrainingLog(
        labels=LABELS,
        features_at=(epochs,) if arrays else (),
        seconds=np.arange(proxies, dtype=np.float64),
        arrays={"logits": logits, **arrays},
    )


def settings(**changes: Any) -> LogSettings:
    return LogSettings.model_validate({"recipe": "lenet5", "proxies": 2, "epochs": 4} | changes)


# --- settings


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"features_at": [5]}, "features_at names epoch 5, but there are 4"),
        ({"features_at": [2, 2]}, "features_at names each epoch once, in ascending order"),
        ({"features_at": [3, 2]}, "features_at names each epoch once, in ascending order"),
        ({"features_at": [-1]}, "greater than or equal to 0"),
        ({"gradient_norms": True}, "gradient_norms needs features_at"),
        ({"proxies": 0}, "greater than 0"),
        ({"folds": True, "proxies": 1}, "folds needs at least 2 proxies, one for each fold"),
    ],
)
def test_settings_that_cannot_be_recorded_are_refused(
    changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        settings(**changes)


def test_every_epoch_may_be_chosen_and_so_may_the_time_before_the_first() -> None:
    chosen = settings(features_at=[0, 1, 2, 3, 4], gradient_norms=True)
    assert chosen.features_at == (0, 1, 2, 3, 4)


# --- what it holds


def test_a_log_knows_its_proxies_and_epochs() -> None:
    assert (log(3, 5).proxies, log(3, 5).epochs) == (3, 5)


def test_the_number_of_epochs_is_not_that_of_the_chosen_ones() -> None:
    # arrays come in alphabetical order from the store, so errors before logits
    norms = np.zeros((2, 1, 3), dtype=np.float32)
    assert TrainingLog(LABELS, (5,), np.zeros(2), {"errors": norms, **log(2, 5).arrays}).epochs == 5


def test_a_scalar_is_computed_from_the_logits_of_each_epoch_of_each_proxy() -> None:
    # the margin of class 1 is proxy + epoch, that of class 0 its negative
    dynamics = log().dynamics(slice(None))
    margins = dynamics.scalar("margin")
    assert margins.dtype == torch.float32
    assert margins.tolist() == [[[0, 0, 0], [-1, 1, 1]], [[-1, 1, 1], [-2, 2, 2]]]
    correct = dynamics.scalar("correct").tolist()
    assert correct == [[[0, 0, 0], [0, 1, 1]], [[0, 1, 1], [0, 1, 1]]]


def test_a_log_of_scalars_in_place_of_logits_knows_its_epochs() -> None:
    recorded = np.zeros((1, 4, 3), dtype=np.float32)
    many_classes = TrainingLog(LABELS, (), np.zeros(1), {"el2n": recorded})
    assert many_classes.epochs == 4
    with pytest.raises(LeansetError, match=r"holds no logits, only el2n\. Above 100 classes"):
        many_classes.array("logits")


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("features", "Set features_at"),
        ("errors", "Set features_at"),
        ("gradient_norms", "Set gradient_norms: true"),
    ],
)
def test_what_was_not_recorded_is_refused_with_what_to_set(name: str, remedy: str) -> None:
    with pytest.raises(
        LeansetError, match=f"the training log holds no {name}, only logits. {remedy}"
    ):
        log().array(name)
    recorded = np.zeros((2, 1, 3), dtype=np.float32)
    assert log(**{name: recorded}).array(name) is recorded


def test_a_log_comes_back_from_its_arrays_and_facts() -> None:
    original = log()
    back = TrainingLog.from_arrays(
        {"labels": LABELS, **original.arrays},
        {
            "settings": settings(features_at=[2]).model_dump(mode="json"),
            "seconds_train": [1.0, 2.0],
            "seconds_recording": [0.5, 0.25],
        },
    )
    assert back.features_at == (2,)
    assert back.seconds.tolist() == [1.5, 2.25]
    assert back.arrays.keys() == {"logits"}
    assert back.labels is LABELS
    assert back.fold is None


# --- snapshots


FEATURES = np.arange(84, dtype=np.float32).reshape(2, 2, 3, 7)
ERRORS = np.arange(24, dtype=np.float32).reshape(2, 2, 3, 2) / 10


def watched(**changes: Any) -> TrainingLog:
    """A log of two proxies with features and errors before the training and after epoch 2."""
    held_back = {
        "validation_features": FEATURES[:, :, :2] + 1000,
        "validation_errors": ERRORS[:, :, :2] + 1000,
    }
    arrays: dict[str, Any] = {**log().arrays, "features": FEATURES, "errors": ERRORS, **held_back}
    return replace(
        log(),
        features_at=(0, 2),
        arrays=arrays | changes,
        validation_labels=np.array([1, 0]),
    )


@pytest.mark.parametrize(("epoch", "place"), [(0, 0), (2, 1), (None, 1)])
def test_a_snapshot_is_what_all_proxies_said_of_both_splits_after_one_chosen_epoch(
    epoch: int | None, place: int
) -> None:
    snapshot, held_back = watched().snapshot(epoch), watched().validation_snapshot(epoch)
    assert snapshot.labels.tolist() == [0, 1, 1]
    assert snapshot.features.tolist() == FEATURES[:, place].tolist()
    assert snapshot.errors.tolist() == ERRORS[:, place].tolist()
    assert held_back.labels.tolist() == [1, 0]
    assert held_back.features.tolist() == (FEATURES[:, place, :2] + 1000).tolist()
    assert held_back.errors.tolist() == (ERRORS[:, place, :2] + 1000).tolist()


def test_a_snapshot_is_in_memory_and_not_a_view_of_the_log(tmp_path: Path) -> None:
    for name, array in (("features", FEATURES), ("errors", ERRORS)):
        np.save(tmp_path / f"{name}.npy", array)
    mapped = {
        name: np.load(tmp_path / f"{name}.npy", mmap_mode="r") for name in ("features", "errors")
    }
    snapshot = watched(**mapped).snapshot(2)
    for ours, theirs in (
        (snapshot.features, mapped["features"]),
        (snapshot.errors, mapped["errors"]),
        (snapshot.labels, LABELS),
    ):
        assert not isinstance(ours, np.memmap)
        assert not np.shares_memory(ours, theirs)
    assert snapshot.features.dtype == snapshot.errors.dtype == np.float32


def test_a_snapshot_of_a_block_is_of_its_proxies_only() -> None:
    second = watched().block(1, 2)
    assert second.snapshot(None).features.tolist() == FEATURES[1:, 1].tolist()
    held_back = second.validation_snapshot(0)
    assert held_back.labels.tolist() == [1, 0]
    assert held_back.errors.tolist() == (ERRORS[1:, 0, :2] + 1000).tolist()


def test_a_snapshot_of_what_was_not_recorded_is_refused_with_what_to_set() -> None:
    with pytest.raises(
        LeansetError, match=r"holds no errors, only logits\. Set features_at in its"
    ):
        log().snapshot(None)
    with pytest.raises(
        LeansetError,
        match=r"of epoch 1 the training log holds nothing more, only of 0, 2\. Add it to features",
    ):
        watched().snapshot(1)
    with pytest.raises(
        LeansetError, match=r"^of epoch 1 the training log holds nothing more\. Add it to"
    ):
        log().snapshot(1)
    for without in (log(), replace(watched(), validation_labels=None)):
        with pytest.raises(
            LeansetError,
            match=r"holds nothing of a validation split\. Set dataset\.validation, and features_at",
        ):
            without.validation_snapshot(None)


@pytest.mark.parametrize("name", ["features", "errors"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_snapshot_that_holds_no_number_is_refused(name: str, value: float) -> None:
    damaged = watched().array(name).copy()
    damaged[1, 1, 2, 0] = value
    spoilt = watched(**{name: damaged, f"validation_{name}": damaged})
    assert np.isfinite(spoilt.snapshot(0).features).all()
    with pytest.raises(LeansetError, match=f"holds {name} that are NaN or infinite. Remove its"):
        spoilt.snapshot(2)
    with pytest.raises(LeansetError, match=f"holds validation_{name} that are NaN or infinite"):
        spoilt.validation_snapshot(2)


def test_what_was_recorded_of_a_validation_split_comes_back_from_the_arrays() -> None:
    original = watched()
    back = TrainingLog.from_arrays(
        {"labels": LABELS, "validation_labels": np.array([1, 0]), **original.arrays},
        {
            "settings": settings(features_at=[0, 2]).model_dump(mode="json"),
            "seconds_train": [1.0, 2.0],
            "seconds_recording": [0.5, 0.25],
        },
    )
    assert back.validation_labels is not None
    assert back.arrays.keys() == original.arrays.keys()
    assert back.validation_snapshot(0).errors.tolist() == (ERRORS[:, 0, :2] + 1000).tolist()
    assert back.epochs == 2


def test_a_large_validation_split_makes_no_stretch_of_samples_shorter() -> None:
    many = watched(validation_features=np.zeros((2, 2, 9999, 7), dtype=np.float32))
    # of one sample the largest array, features, holds 2 × 2 × 7 numbers
    assert [stretch for stretch, _ in many.stretches(56)] == [slice(0, 2), slice(2, 4)]


# --- which proxies serve which run


@given(st.integers(1, 12), st.integers(1, 12))
def test_replicates_have_equally_many_proxies_and_share_none(proxies: int, runs: int) -> None:
    whole = log(proxies)
    replicates = whole.replicates(runs)
    blocks = [whole.block(run, replicates) for run in range(replicates)]
    served = [int(second) for block in blocks for second in block.seconds]
    assert served == list(range(replicates * (proxies // replicates)))
    assert {block.proxies for block in blocks} == {proxies // replicates}
    assert replicates == (runs if runs <= proxies else 1)


def test_a_block_holds_the_rows_of_its_proxies_in_every_array() -> None:
    norms = np.arange(15, dtype=np.float32).reshape(5, 1, 3)
    second = log(5, gradient_norms=norms).block(1, 2)
    assert second.seconds.tolist() == [2, 3]
    assert second.array("gradient_norms").tolist() == norms[2:4].tolist()
    assert second.array("logits")[:, 0, 0, 1].tolist() == [2, 3]
    assert second.array("logits").base is not None  # a view, nothing is copied


def test_more_runs_than_proxies_are_refused_or_share_the_whole_log() -> None:
    with pytest.raises(LeansetError, match="a training log of 3 proxies cannot serve 5 runs"):
        log(3).block(0, 5)
    assert log(3).replicates(5) == 1
    assert log(3).block(0, 1).proxies == 3


# --- folds


def folded() -> TrainingLog:
    """A log as if each of two proxies had been trained without some of the samples."""
    return replace(log(), fold=np.array([1, 0, 1]))


def test_the_fold_of_each_sample_comes_back_from_the_arrays_beside_what_proxies_said() -> None:
    original = folded()
    back = TrainingLog.from_arrays(
        {"fold": np.array([1, 0, 1]), "labels": LABELS, **original.arrays},
        {
            "settings": settings(folds=True).model_dump(mode="json"),
            "seconds_train": [1.0, 2.0],
            "seconds_recording": [0.5, 0.25],
        },
    )
    assert back.fold is not None
    assert back.fold.tolist() == [1, 0, 1]
    assert back.arrays.keys() == {"logits"}
    assert back.epochs == original.epochs
    assert back.dynamics(slice(1, 3)).fold.tolist() == [0, 1]


def test_a_log_without_folds_says_how_to_get_them() -> None:
    with pytest.raises(
        LeansetError, match=r"has no folds\. Set folds: true in its block of logs, and record"
    ):
        _ = log().dynamics(slice(0, 3)).fold


@pytest.mark.parametrize("runs", [1, 2, 5])
def test_all_runs_share_all_proxies_of_a_log_with_folds(runs: int) -> None:
    assert folded().replicates(runs) == 1
    whole = folded().block(0, 1)
    assert whole.proxies == 2
    assert whole.dynamics(slice(0, 3)).fold.tolist() == [1, 0, 1]


def test_proxies_of_a_log_with_folds_are_not_dealt_out() -> None:
    with pytest.raises(LeansetError, match=r"with folds cannot serve 2 runs .* share all of them"):
        folded().block(0, 2)
