"""What holds for every score that is read from a training log."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.scores.examples import LABELS, P, log_of, log_score, scored

from leanset.errors import LeansetError
from leanset.scores import METHODS, LogScore, scoring
from leanset.scores.base import ChosenEpochScore
from leanset.training.log import TrainingLog
from leanset.training.log.predictions import SCALARS

METHODS_OF_LOGS = sorted(
    method
    for method, score in METHODS.items()
    # which has tests of the same on a log with folds
    if issubclass(score, LogScore) and method != "confident_learning"
)
SETTINGS: dict[str, dict[str, Any]] = {
    method: {"window": 3} if "window" in METHODS[method].model_fields else {}
    for method in METHODS_OF_LOGS
}

every_score = pytest.mark.parametrize("method", METHODS_OF_LOGS)
those_of_logits = pytest.mark.parametrize(
    "method", [m for m in METHODS_OF_LOGS if not issubclass(METHODS[m], ChosenEpochScore)]
)


def example() -> TrainingLog:
    """The log of the worked examples, with all that a log can hold."""
    rng = np.random.default_rng(0)
    return log_of(
        np.log(P),
        LABELS,
        gradient_norms=rng.random((2, 2, 5)),
        errors=rng.normal(size=(2, 2, 5, 3)),
        features=rng.normal(size=(2, 2, 5, 7)),
    )


@st.composite
def logs(draw: st.DrawFn, most_samples: int = 90) -> TrainingLog:
    """Logs without ties: their size is drawn, their values are random numbers."""
    proxies, epochs = draw(st.integers(2, 4)), draw(st.integers(3, 6))
    samples, classes = draw(st.integers(1, most_samples)), draw(st.integers(2, 12))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    spread = draw(st.sampled_from([0.1, 3.0, 100.0]))
    return log_of(
        rng.normal(0, spread, (proxies, epochs, samples, classes)),
        rng.integers(0, classes, samples),
        gradient_norms=rng.random((proxies, 2, samples)),
        errors=rng.normal(size=(proxies, 2, samples, classes)),
        features=rng.normal(size=(proxies, 2, samples, draw(st.integers(1, 20)))),
    )


def of_samples(log: TrainingLog, samples: NDArray[np.integer[Any]]) -> TrainingLog:
    """The log that some of the samples, or the same ones in another order, would have made."""
    arrays = {
        name: np.ascontiguousarray(array[:, :, samples]) for name, array in log.arrays.items()
    }
    return replace(log, labels=log.labels[samples], arrays=arrays)


@every_score
@settings(max_examples=15, deadline=None)
@given(log=logs(), seed=st.integers(0, 2**32))
def test_permuting_the_samples_permutes_the_scores(
    method: str, log: TrainingLog, seed: int
) -> None:
    order = np.random.default_rng(seed).permutation(len(log.labels))
    values = scored(log, method, **SETTINGS[method])
    assert (scored(of_samples(log, order), method, **SETTINGS[method]) == values[order]).all()


@every_score
@settings(max_examples=15, deadline=None)
@given(log=logs(most_samples=4), seed=st.integers(0, 2**32), size=st.integers(2, 300))
def test_samples_of_which_the_same_was_said_tie_wherever_they_stand(
    method: str, log: TrainingLog, seed: int, size: int
) -> None:
    drawn = np.random.default_rng(seed).integers(0, len(log.labels), size)
    values = scored(of_samples(log, drawn), method, **SETTINGS[method])
    for sample in set(drawn.tolist()):
        assert len(set(values[drawn == sample].tolist())) == 1


@every_score
@settings(max_examples=15, deadline=None)
@given(log=logs(), numbers=st.integers(1, 5000))
def test_the_stretches_that_are_worked_on_together_do_not_matter(
    method: str, log: TrainingLog, numbers: int
) -> None:
    whole = scored(log, method, **SETTINGS[method])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scoring, "_NUMBERS", numbers)
        assert (scored(log, method, **SETTINGS[method]) == whole).all()


@every_score
@settings(max_examples=15, deadline=None)
@given(log=logs(), seed=st.integers(0, 2**32))
def test_the_numbering_of_the_classes_does_not_matter(
    method: str, log: TrainingLog, seed: int
) -> None:
    order = np.random.default_rng(seed).permutation(log.array("logits").shape[-1])
    # class order[k] is called k, so what was called c is now at argsort(order)[c]
    named = {name: log.array(name)[..., order] for name in ("logits", "errors")}
    renamed = replace(log, labels=np.argsort(order)[log.labels], arrays={**log.arrays, **named})
    np.testing.assert_allclose(
        scored(renamed, method, **SETTINGS[method]),
        scored(log, method, **SETTINGS[method]),
        rtol=1e-4,
        atol=1e-6,
    )


@pytest.mark.parametrize("method", [m for m in METHODS_OF_LOGS if not METHODS[m].uses_labels])
@settings(max_examples=15, deadline=None)
@given(log=logs())
def test_a_score_that_uses_no_labels_is_the_same_whatever_they_are(
    method: str, log: TrainingLog
) -> None:
    wrong = replace(log, labels=(log.labels + 1) % log.array("logits").shape[-1])
    values = [scored(each, method, **SETTINGS[method]) for each in (log, wrong)]
    assert (values[0] == values[1]).all()


@pytest.mark.parametrize(
    # the labels of what is recorded at chosen epochs were read when it was recorded
    "method",
    [m for m in METHODS_OF_LOGS if METHODS[m].uses_labels and "grand" not in m],
)
def test_a_score_that_uses_labels_changes_with_them(method: str) -> None:
    wrong = replace(example(), labels=(LABELS + 1) % 3)
    values = [scored(log, method, **SETTINGS[method]) for log in (example(), wrong)]
    assert (values[0] != values[1]).any()


@every_score
@pytest.mark.parametrize("seed", range(5))
def test_a_score_of_the_largest_logits_that_can_be_recorded_is_finite(
    method: str, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    log = replace(
        example(),
        arrays={
            **example().arrays,
            "logits": rng.choice([-65504, 0, 1e-7, 65504], (2, 3, 5, 3)).astype(np.float16),
        },
    )
    assert np.isfinite(scored(log, method, **SETTINGS[method])).all()


@pytest.mark.parametrize(
    "method", [m for m in METHODS_OF_LOGS if METHODS[m].kind == "difficulty" and "grand" not in m]
)
def test_a_wrong_label_is_kept_before_an_easy_sample_at_the_hard_end(method: str) -> None:
    values = scored(example(), method, **SETTINGS[method])
    assert values[2] > values[0]


# --- logs that do not serve


def many_classes() -> TrainingLog:
    """The example as it is recorded above 100 classes: without logits."""
    dynamics = example().dynamics(slice(None))
    scalars = {name: dynamics.scalar(name).numpy() for name in SCALARS}
    others = {name: array for name, array in example().arrays.items() if name != "logits"}
    return replace(example(), arrays={**others, **scalars})


@every_score
def test_above_a_hundred_classes_a_score_is_the_same_or_says_that_it_needs_logits(
    method: str,
) -> None:
    score = METHODS[method]
    assert issubclass(score, LogScore)
    if score.needs_logits:
        with pytest.raises(
            LeansetError, match=rf"score {method}: the training log holds no logits"
        ):
            scored(many_classes(), method, **SETTINGS[method])
    else:
        values = scored(many_classes(), method, **SETTINGS[method])
        assert (values == scored(example(), method, **SETTINGS[method])).all()


def damaged(name: str, value: float) -> TrainingLog:
    """The example with one value that is no number, of proxy B and the last epoch."""
    array = example().array(name).copy()
    array[1, -1, 3, ...] = value
    return replace(example(), arrays={**example().arrays, name: array})


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@those_of_logits
def test_a_log_with_logits_that_are_no_numbers_is_refused_by_name(
    method: str, value: float
) -> None:
    message = (
        rf"score {method}: the training log holds logits that are NaN or infinite\. Remove its "
        r"entry from the store, and record it again\."
    )
    with pytest.raises(LeansetError, match=message):
        scored(damaged("logits", value), method, **SETTINGS[method])


@pytest.mark.parametrize(
    ("method", "array"),
    [("grand", "gradient_norms"), ("grand_last", "features"), ("grand_last", "errors")],
)
def test_so_is_one_with_anything_else_that_is_read_and_is_no_number(
    method: str, array: str
) -> None:
    with pytest.raises(LeansetError, match=rf"score {method}: the training log holds {array} that"):
        scored(damaged(array, np.nan), method)


def with_norm(value: float) -> TrainingLog:
    """The example with the norm of one sample."""
    norms = np.ones((2, 2, 5), dtype=np.float32)
    norms[:, :, 3] = value
    return replace(example(), arrays={**example().arrays, "gradient_norms": norms})


def test_a_score_that_is_too_large_a_number_is_refused_by_name() -> None:
    # each norm is a number of single precision, but the sum of two proxies' is not
    with pytest.raises(LeansetError, match=r"score grand: 1 of 5 samples .* is sample 3"):
        scored(with_norm(3e38), "grand")


def test_numbers_whose_sum_alone_is_too_large_are_no_damage() -> None:
    assert scored(with_norm(1e38), "grand").tolist() == pytest.approx([1, 1, 1, 1e38, 1])


@pytest.mark.parametrize(
    ("method", "array"), [("grand", "gradient_norms"), ("grand_last", "errors")]
)
def test_what_was_not_recorded_is_refused_by_name(method: str, array: str) -> None:
    with pytest.raises(LeansetError, match=rf"score {method}: the training log holds no {array}"):
        scored(log_of(np.log(P), LABELS), method)


def test_scoring_leaves_the_number_of_threads_as_it_was() -> None:
    import torch

    threads = torch.get_num_threads()
    scored(example(), "el2n")
    with pytest.raises(LeansetError):
        scored(damaged("logits", np.nan), "el2n")
    assert torch.get_num_threads() == threads


def test_a_score_sees_the_proxies_of_its_replicate_only() -> None:
    # p - y of proxy A after epoch 3: see the worked example of el2n
    expected = [0.06**0.5, 0.24**0.5, 1.46**0.5, 0.875**0.5, 0.24**0.5]
    assert scored(example().block(0, 2), "el2n").tolist() == pytest.approx(expected, rel=1e-6)
    assert log_score("el2n").proxies == "own"
