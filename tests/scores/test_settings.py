"""The blocks of settings of scores, and which logs serve them."""

from typing import Any

import pytest
from pydantic import ValidationError
from tests.scores.examples import log_score

from leanset.scores import METHODS, Fault, LogScore, Sources, parse_score
from leanset.training.log import LogSettings


def log(**changes: Any) -> LogSettings:
    """A log that serves every score."""
    return LogSettings.model_validate(
        {
            "recipe": "lenet5",
            "proxies": 10,
            "epochs": 10,
            "features_at": [5, 10],
            "gradient_norms": True,
        }
        | changes
    )


@pytest.mark.parametrize("method", METHODS)
def test_every_score_says_what_it_is(method: str) -> None:
    score = METHODS[method]
    assert score.kind in {"difficulty", "uncertainty"}
    assert isinstance(score.uses_labels, bool)


def test_the_kinds_are_those_of_the_field() -> None:
    assert {method for method, score in METHODS.items() if score.kind == "uncertainty"} == {
        "dual", "dyn_unc", "ensemble_std", "entropy", "flip", "least_confidence", "margin", "tdds",
    }  # fmt: skip
    assert {method for method, score in METHODS.items() if not score.uses_labels} == {
        "ensemble_std", "entropy", "flip", "least_confidence", "margin", "prototype_distance",
        "tdds",
    }  # fmt: skip


@pytest.mark.parametrize(
    "method", [method for method, score in METHODS.items() if issubclass(score, LogScore)]
)
def test_a_score_of_a_log_is_made_from_the_log_it_names(method: str) -> None:
    assert log_score(method).sources() == Sources(log="short")


@pytest.mark.parametrize(
    "method",
    [
        method
        for method, score in METHODS.items()
        if issubclass(score, LogScore) and method != "confident_learning"
    ],
)
def test_a_log_that_serves_has_no_faults(method: str) -> None:
    assert list(log_score(method).faults(log())) == []


@pytest.mark.parametrize(
    ("score", "changes", "fault"),
    [
        (
            log_score("el2n", epoch=11),
            {},
            Fault("epoch", "epoch 11 is asked for, but the log short has 10."),
        ),
        (
            log_score("dyn_unc"),
            {"epochs": 9, "features_at": [9]},
            Fault("window", "it looks at windows of 10 epochs, but the log short has 9."),
        ),
        (
            log_score("dual", window=11),
            {},
            Fault("window", "it looks at windows of 11 epochs, but the log short has 10."),
        ),
        (
            log_score("tdds", window=20),
            {},
            Fault("window", "it looks at windows of 20 epochs, but the log short has 10."),
        ),
        (
            log_score("pred_sum"),
            {"proxies": 1},
            Fault("log", "it takes at least 2 proxies, but the log short has 1."),
        ),
        (
            log_score("ensemble_std"),
            {"proxies": 1},
            Fault("log", "it takes at least 2 proxies, but the log short has 1."),
        ),
        (
            log_score("forgetting"),
            {"epochs": 1, "features_at": [1]},
            Fault("log", "it takes at least 2 epochs, but the log short has 1."),
        ),
        (
            log_score("flip"),
            {"epochs": 1, "features_at": [1]},
            Fault("log", "it takes at least 2 epochs, but the log short has 1."),
        ),
        (
            log_score("grand"),
            {"gradient_norms": False},
            Fault("log", "it needs gradient_norms: true in logs.short."),
        ),
        (
            log_score("grand", epoch=4),
            {},
            Fault("epoch", "of epoch 4 nothing more is recorded, only of 5, 10."),
        ),
        (
            log_score("grand_last"),
            {"features_at": [], "gradient_norms": False},
            Fault("log", "it needs features_at in logs.short, the epochs it is read at."),
        ),
    ],
    ids=lambda value: value.method if isinstance(value, LogScore) else "",
)
def test_a_log_that_does_not_serve_is_refused_with_the_key_to_change(
    score: LogScore, changes: dict[str, Any], fault: Fault
) -> None:
    assert list(score.faults(log(**changes))) == [fault]


def test_every_fault_is_told_at_once() -> None:
    faults = log_score("pred_sum", epoch=2).faults(
        log(proxies=1, epochs=1, features_at=[], gradient_norms=False)
    )
    assert [fault.key for fault in faults] == ["log", "epoch"]


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ({"method": "dyn_unc", "log": "a", "window": 1}, "greater than or equal to 2"),
        # the one change of two epochs is its own mean
        ({"method": "tdds", "log": "a", "window": 2}, "greater than or equal to 3"),
        ({"method": "tdds", "log": "a", "alpha": 0}, "greater than 0"),
        ({"method": "el2n", "log": "a", "epoch": 0}, "greater than 0"),
        ({"method": "el2n", "log": "a", "epochs": 3}, "there is no key 'epochs'"),
        ({"method": "el2n"}, "Field required"),
        ({"method": "el3n", "log": "a"}, "Input tag 'el3n' .* does not match"),
        ({"method": "prototype_distance", "clustering": "c", "metric": "l1"}, "'cosine'"),
    ],
)
def test_a_block_that_makes_no_sense_is_refused(block: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        parse_score(block)
