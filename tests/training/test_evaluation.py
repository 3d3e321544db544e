from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from leanset.images import ImageSet
from leanset.training.evaluation import evaluate
from leanset.training.prepared import PreparedImages, prepare


@pytest.fixture(scope="module")
def prepared(digits: ImageSet) -> PreparedImages:
    return prepare(digits, None, torch.device("cpu"))


def linear(images: Tensor) -> Tensor:
    """Ten logits that tell samples apart: the first rows' pixels, scaled."""
    return 3 * images[:, 0].flatten(1)[:, 2:12]


def with_tests(images: PreparedImages, samples: int) -> PreparedImages:
    return replace(
        images,
        test_images=images.test_images[:samples],
        test_labels=images.test_labels[:samples],
    )


def test_the_class_of_a_sample_is_that_of_its_highest_logit(prepared: PreparedImages) -> None:
    predicted, _ = evaluate(linear, prepared)
    expected = linear(prepared.normalised(prepared.test_images)).argmax(1)
    assert predicted.tolist() == expected.tolist()
    assert predicted.dtype == np.int64
    assert len(set(predicted.tolist())) > 2


@pytest.mark.parametrize("samples", [1, 499, 500, 501, 697])
def test_the_loss_is_the_mean_over_all_samples_and_not_over_batches(
    prepared: PreparedImages, samples: int
) -> None:
    some = with_tests(prepared, samples)
    predicted, loss = evaluate(linear, some)
    logits = linear(some.normalised(some.test_images)).double()
    assert predicted.shape == (samples,)
    assert loss == pytest.approx(float(cross_entropy(logits, some.test_labels)), rel=1e-12)


def test_a_network_that_knows_nothing_loses_the_logarithm_of_the_classes(
    prepared: PreparedImages,
) -> None:
    _, loss = evaluate(lambda images: torch.zeros(len(images), 10), prepared)
    assert loss == pytest.approx(np.log(10))


def test_a_loss_beyond_single_precision_is_still_a_number(prepared: PreparedImages) -> None:
    # each sample loses up to 3e38, about the highest number in single precision
    def sure_and_wrong(images: Tensor) -> Tensor:
        logits = torch.zeros(len(images), 10)
        logits[:, 0] = 3e38
        return logits

    _, loss = evaluate(sure_and_wrong, prepared)
    wrong = float((prepared.test_labels != 0).double().mean())
    assert loss == pytest.approx(3e38 * wrong)


def test_every_test_image_is_shown_once_normalised_and_in_order(prepared: PreparedImages) -> None:
    shown: list[Tensor] = []

    def watched(images: Tensor) -> Tensor:
        shown.append(images)
        return linear(images)

    evaluate(watched, prepared)
    assert torch.equal(torch.cat(shown), prepared.normalised(prepared.test_images))
    assert len(shown) > 1


def test_no_gradient_is_kept(prepared: PreparedImages) -> None:
    scale = torch.nn.Parameter(torch.ones(()))
    recorded: list[bool] = []

    def watched(images: Tensor) -> Tensor:
        logits = scale * linear(images)
        recorded.append(logits.requires_grad)
        return logits

    evaluate(watched, prepared)
    assert not any(recorded)
    assert scale.grad is None
