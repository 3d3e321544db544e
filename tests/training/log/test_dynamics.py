"""What tensors a stretch of a training log is read into."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from leanset.errors import LeansetError
from leanset.training.log import TrainingLog
from leanset.training.log.predictions import SCALARS, Predictions

LABELS = np.array([0, 1, 1, 0, 2])
FOLD = np.array([0, 1, 2, 0, 1])


def log(**arrays: Any) -> TrainingLog:
    """A log of 3 proxies, 4 epochs, 5 samples and 3 classes; epochs 2 and 4 are the chosen ones."""
    logits = np.random.default_rng(0).normal(size=(3, 4, 5, 3)).astype(np.float16)
    return TrainingLog(LABELS, (2, 4), np.ones(3), {"logits": logits} | arrays, FOLD)


def test_predictions_come_classes_first_in_single_precision() -> None:
    of = log()
    dynamics = of.dynamics(slice(None))
    assert (dynamics.proxies, dynamics.epochs) == (3, 4)
    logits = dynamics.predictions.logits
    assert logits.dtype == torch.float32
    assert logits.shape == (3, 3, 4, 5)
    for index in np.ndindex(3, 4, 5):
        assert logits[:, *index].tolist() == of.array("logits")[index].tolist()


def test_a_stretch_holds_its_samples_only() -> None:
    whole, stretch = log().dynamics(slice(None)), log().dynamics(slice(1, 3))
    assert stretch.labels.tolist() == [1, 1]
    assert stretch.fold.tolist() == [1, 2]
    assert torch.equal(stretch.predictions.logits, whole.predictions.logits[..., 1:3])
    for name in SCALARS:
        assert torch.equal(stretch.scalar(name), whole.scalar(name)[..., 1:3])


@pytest.mark.parametrize(("epoch", "place"), [(1, 0), (3, 2), (4, 3), (None, 3)])
def test_after_one_epoch_is_that_epoch_only(epoch: int | None, place: int) -> None:
    whole = log().dynamics(slice(1, 5))
    after = whole.after(epoch)
    assert (after.proxies, after.epochs) == (3, 1)
    assert torch.equal(after.labels, whole.labels)
    for name in SCALARS:
        assert torch.equal(after.scalar(name), whole.scalar(name)[:, place : place + 1])


def test_scalars_that_were_recorded_in_place_of_logits_are_taken_as_they_are() -> None:
    doubt = np.arange(60, dtype=np.float32).reshape(3, 4, 5)
    many_classes = TrainingLog(LABELS, (), np.ones(3), {"doubt": doubt})
    dynamics = many_classes.dynamics(slice(2, 4))
    assert dynamics.scalar("doubt").tolist() == doubt[:, :, 2:4].tolist()
    assert dynamics.after(2).scalar("doubt").tolist() == doubt[:, 1:2, 2:4].tolist()
    with pytest.raises(LeansetError, match=r"holds no logits, only doubt\. Above 100 classes"):
        dynamics.scalar("loss")


@pytest.mark.parametrize(("epoch", "place"), [(2, 0), (4, 1), (None, 1)])
def test_what_was_recorded_at_chosen_epochs_is_found_by_epoch(
    epoch: int | None, place: int
) -> None:
    features = np.random.default_rng(1).normal(size=(3, 2, 5, 7)).astype(np.float32)
    norms = features[..., 0].copy()
    dynamics = log(features=features, gradient_norms=norms).dynamics(slice(1, 4))
    assert dynamics.recorded("features", epoch).tolist() == features[:, place, 1:4].tolist()
    assert dynamics.recorded("gradient_norms", epoch).tolist() == norms[:, place, 1:4].tolist()


def test_what_was_not_recorded_is_refused_with_what_to_set() -> None:
    with pytest.raises(LeansetError, match=r"holds no features, only logits\. Set features_at"):
        log().dynamics(slice(None)).recorded("features", None)
    without = TrainingLog(LABELS, (), np.ones(3), log().arrays)
    with pytest.raises(LeansetError, match=r"the training log has no folds\. Set folds: true"):
        without.dynamics(slice(None)).fold  # noqa: B018


def test_what_is_computed_is_computed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []

    class Counted(Predictions):
        def __init__(self, *arguments: torch.Tensor) -> None:
            made.append(1)
            super().__init__(*arguments)

    monkeypatch.setattr("leanset.training.log.dynamics.Predictions", Counted)
    dynamics = log().dynamics(slice(None))
    for name in SCALARS:
        dynamics.scalar(name)
    assert len(made) == 1


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_values_that_are_no_numbers_are_refused_where_they_are_read(value: float) -> None:
    arrays = {"logits": log().array("logits").copy(), "gradient_norms": np.ones((3, 2, 5))}
    arrays["logits"][2, 1, 4, 0] = arrays["gradient_norms"][0, 1, 0] = value
    damaged = log(**arrays)
    with pytest.raises(LeansetError, match=r"holds logits that are NaN or infinite\. Remove its"):
        damaged.dynamics(slice(3, 5)).scalar("correct")
    with pytest.raises(LeansetError, match="holds gradient_norms that are NaN or infinite"):
        damaged.dynamics(slice(None)).recorded("gradient_norms", 4)
    # elsewhere the log serves
    assert damaged.dynamics(slice(0, 4)).scalar("loss").isfinite().all()
    assert damaged.dynamics(slice(3, 5)).after(1).scalar("loss").isfinite().all()
    assert damaged.dynamics(slice(None)).recorded("gradient_norms", 2).isfinite().all()


def test_arrays_mapped_read_only_from_disk_are_read_as_well(tmp_path: Path) -> None:
    np.save(tmp_path / "logits.npy", log().array("logits"))
    mapped = log(logits=np.load(tmp_path / "logits.npy", mmap_mode="r"))
    dynamics, expected = mapped.dynamics(slice(None)), log().dynamics(slice(None))
    assert torch.equal(dynamics.scalar("el2n"), expected.scalar("el2n"))
