"""What one proxy writes after one epoch."""

import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from leanset.images import ImageSet, Split
from leanset.models import build_model
from leanset.models.base import Network
from leanset.seeds import torch_generator
from leanset.training.evaluation import evaluation_batch
from leanset.training.log.predictions import SCALARS, Predictions
from leanset.training.log.recording import Recording
from leanset.training.prepared import PreparedImages, prepare

PROXIES, EPOCHS = 3, 4


@pytest.fixture(scope="module")
def prepared(digits: ImageSet) -> PreparedImages:
    images = prepare(digits, None, torch.device("cpu"))
    # so that the last block is a short one
    assert len(images.train_labels) % evaluation_batch(images.device)
    return images


@pytest.fixture(scope="module")
def with_validation(digits: ImageSet) -> PreparedImages:
    """With 597 samples held back, which is no multiple of a block."""
    held_back = Split.whole(digits.test.images[100:], digits.test.labels[100:])
    return prepare(replace(digits, validation=held_back), None, torch.device("cpu"))


@pytest.fixture(scope="module")
def model(prepared: PreparedImages) -> Network:
    return build_model("mlp", prepared.shape, 10, torch_generator(3)).eval()


def empty(folder: Path, name: str, *shape: int, dtype: type = np.float32) -> NDArray[np.generic]:
    """An array of a log that nothing was written to, as another process sees it."""
    np.save(folder / f"{name}.npy", np.full(shape, 77, dtype=dtype))
    array: NDArray[np.generic] = np.load(folder / f"{name}.npy", mmap_mode="r")
    return array


def said_of_all(model: Network, images: PreparedImages) -> Tensor:
    with torch.no_grad():
        logits: Tensor = model(images.normalised(images.train_images))
    return logits


def test_a_recording_is_small_when_it_is_sent_to_a_worker() -> None:
    sent = pickle.dumps(Recording("/a/folder", 2, (1, 4)))
    assert len(sent) < 300
    assert pickle.loads(sent) == Recording("/a/folder", 2, (1, 4))  # noqa: S301 - our own


def test_logits_of_every_sample_are_written_to_the_row_of_proxy_and_epoch_and_no_other(
    tmp_path: Path, prepared: PreparedImages, model: Network
) -> None:
    logits = empty(tmp_path, "logits", PROXIES, EPOCHS, 1100, 10, dtype=np.float16)
    Recording(str(tmp_path), 1).write(3, model, model, prepared)
    expected = said_of_all(model, prepared).half().numpy()
    np.testing.assert_allclose(logits[1, 2], expected, rtol=1e-3, atol=1e-4)
    untouched = np.ones((PROXIES, EPOCHS), dtype=bool)
    untouched[1, 2] = False
    assert (logits[untouched] == 77).all()


def test_logits_come_from_forward_which_may_be_another_way_to_compute_the_model(
    tmp_path: Path, prepared: PreparedImages, model: Network
) -> None:
    logits = empty(tmp_path, "logits", 1, 1, 1100, 10, dtype=np.float16)
    Recording(str(tmp_path), 0).write(
        1, model, lambda pixels: torch.ones(len(pixels), 10), prepared
    )
    assert (logits == 1).all()


@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_logits_beyond_half_precision_are_clamped_to_its_range(
    tmp_path: Path, prepared: PreparedImages, model: Network, precision: torch.dtype
) -> None:
    logits = empty(tmp_path, "logits", 1, 1, 1100, 2, dtype=np.float16)
    huge = torch.tensor([7e4, -1e9], dtype=precision)
    Recording(str(tmp_path), 0).write(
        1, model, lambda pixels: huge.expand(len(pixels), 2), prepared
    )
    assert (logits[0, 0] == [65504, -65504]).all()


def test_scalars_are_written_where_the_folder_asks_for_them(
    tmp_path: Path, prepared: PreparedImages, model: Network
) -> None:
    arrays = {name: empty(tmp_path, name, 1, EPOCHS, 1100) for name in SCALARS}
    Recording(str(tmp_path), 0).write(2, model, model, prepared)
    predictions = Predictions(said_of_all(model, prepared).T, prepared.train_labels)
    for name in SCALARS:
        expected = getattr(predictions, name).numpy()
        np.testing.assert_allclose(arrays[name][0, 1], expected, rtol=1e-4, atol=1e-5)


def test_features_and_errors_are_written_at_the_chosen_epochs_only(
    tmp_path: Path, prepared: PreparedImages, model: Network
) -> None:
    features = empty(tmp_path, "features", 1, 2, 1100, 100)
    errors = empty(tmp_path, "errors", 1, 2, 1100, 10)
    recording = Recording(str(tmp_path), 0, features_at=(2, 4))
    recording.write(3, model, model, prepared)
    assert (features == 77).all()
    recording.write(4, model, model, prepared)
    assert (features[0, 0] == 77).all()

    # the classifier makes of the features the logits, and of those the errors are p - y
    classifier = model.layers[-1]
    logits = classifier(torch.from_numpy(np.array(features[0, 1])))
    torch.testing.assert_close(logits, said_of_all(model, prepared), rtol=1e-4, atol=1e-5)
    expected = logits.detach().softmax(1).numpy()
    expected[np.arange(1100), prepared.train_labels.numpy()] -= 1
    np.testing.assert_allclose(errors[0, 1], expected, rtol=1e-4, atol=1e-5)


def test_gradient_norms_are_written_at_the_chosen_epochs(
    tmp_path: Path, prepared: PreparedImages, model: Network
) -> None:
    norms = empty(tmp_path, "gradient_norms", 1, 1, 1100)
    Recording(str(tmp_path), 0, features_at=(1,)).write(1, model, model, prepared)
    sample = 1099
    image = prepared.normalised(prepared.train_images[sample:])
    torch.nn.functional.cross_entropy(model(image), prepared.train_labels[sample:]).backward()
    parts = [parameter.grad for parameter in model.parameters()]
    model.zero_grad()
    expected = torch.cat([part.flatten() for part in parts if part is not None]).norm()
    assert norms[0, 0, sample] == pytest.approx(float(expected), rel=1e-5)
    assert (norms != 77).all()


# --- before the training, and of the validation split


def test_before_the_training_only_what_is_recorded_at_chosen_epochs_is_written(
    tmp_path: Path, prepared: PreparedImages, model: Network
) -> None:
    logits = empty(tmp_path, "logits", 1, EPOCHS, 1100, 10, dtype=np.float16)
    errors = empty(tmp_path, "errors", 1, 2, 1100, 10)
    recording = Recording(str(tmp_path), 0, features_at=(0, 4))
    assert recording.at_start
    recording.write(0, model, model, prepared)
    assert (logits == 77).all()
    assert (errors[0, 1] == 77).all()
    expected = said_of_all(model, prepared).softmax(1).numpy()
    expected[np.arange(1100), prepared.train_labels.numpy()] -= 1
    np.testing.assert_allclose(errors[0, 0], expected, rtol=1e-4, atol=1e-5)


def test_where_the_start_is_not_chosen_nothing_is_shown_or_written_there(
    tmp_path: Path, prepared: PreparedImages, model: Network
) -> None:
    arrays = [
        empty(tmp_path, "logits", 1, EPOCHS, 1100, 10, dtype=np.float16),
        empty(tmp_path, "errors", 1, 2, 1100, 10),
    ]
    recording = Recording(str(tmp_path), 0, features_at=(2, 4))
    assert not recording.at_start

    def refuse(_: Tensor) -> Tensor:
        raise AssertionError("shown")

    recording.write(0, model, refuse, prepared)
    assert all((array == 77).all() for array in arrays)


def test_of_the_validation_split_is_written_what_the_folder_asks_for(
    tmp_path: Path, with_validation: PreparedImages, model: Network
) -> None:
    features = empty(tmp_path, "validation_features", 2, 1, 597, 100)
    errors = empty(tmp_path, "validation_errors", 2, 1, 597, 10)
    recording = Recording(str(tmp_path), 1, features_at=(2,))
    recording.write(1, model, model, with_validation)
    assert (features == 77).all()
    recording.write(2, model, model, with_validation)
    assert (features[0] == 77).all()

    assert with_validation.validation is not None
    pixels = torch.from_numpy(with_validation.validation.images)
    with torch.no_grad():
        expected = model.features(with_validation.normalised(pixels))
        logits = model(with_validation.normalised(pixels))
    np.testing.assert_allclose(features[1, 0], expected, rtol=1e-4, atol=1e-5)
    minus_y = logits.softmax(1).numpy()
    minus_y[np.arange(597), with_validation.validation.labels] -= 1
    np.testing.assert_allclose(errors[1, 0], minus_y, rtol=1e-4, atol=1e-5)


def test_a_folder_that_asks_for_a_split_that_is_not_there_is_no_silent_nothing(
    tmp_path: Path, prepared: PreparedImages, model: Network
) -> None:
    empty(tmp_path, "validation_errors", 1, 1, 597, 10)
    with pytest.raises(ValueError, match="there is no validation split"):
        Recording(str(tmp_path), 0, features_at=(1,)).write(1, model, model, prepared)
