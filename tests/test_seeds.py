import itertools
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from leanset.seeds import (
    Purpose,
    choice_seed,
    clustering_seed,
    derive,
    fold_seed,
    noise_seed,
    numpy_generator,
    proxy_seed,
    reporting_seed,
    sampling_seed,
    selection_seed,
    torch_generator,
    training_seed,
    validation_seed,
)

sweep_seeds = st.integers(0, 2**32)
runs = st.integers(0, 10_000)


def test_seeds_are_the_same_in_every_release() -> None:
    # a change here changes every result that was ever reported
    assert sampling_seed(0) == 2918264622725855777
    assert clustering_seed(0, 0) == 8597659618385908018
    assert selection_seed(0, 0) == 3291213472928352371
    assert training_seed(0, 0) == 2494635221133837524
    assert training_seed(0, 1) == 400285131179218532
    assert proxy_seed(0, 0) == 6102389744414414613
    assert choice_seed(0) == 3656545308831359174
    assert fold_seed(0) == 4625441644015172647
    assert validation_seed(0) == 71300412144211960
    assert noise_seed(0) == 5949034261645103513
    assert reporting_seed(0) == 7570335421732594266


@given(sweep_seeds, st.sampled_from(Purpose), runs)
def test_a_seed_fits_every_generator_and_carries_its_purpose(
    sweep_seed: int, purpose: Purpose, run: int
) -> None:
    seed = derive(sweep_seed, purpose, run)
    assert 0 <= seed < 2**63
    assert seed % 16 == purpose
    assert type(seed) is int


@given(sweep_seeds, sweep_seeds, runs, runs)
def test_a_training_seed_is_never_a_seed_of_another_purpose(
    sweep_seed: int, another: int, run: int, other: int
) -> None:
    assert training_seed(sweep_seed, run) != selection_seed(another, other)
    assert training_seed(sweep_seed, run) != clustering_seed(another, other)
    assert training_seed(sweep_seed, run) != sampling_seed(another)
    assert training_seed(sweep_seed, run) != proxy_seed(another, other)


def test_sweep_seed_purpose_and_run_each_change_the_seed() -> None:
    made = [derive(*parts) for parts in itertools.product(range(20), Purpose, range(100))]
    assert len(set(made)) == len(made)


@pytest.mark.parametrize(
    ("named", "purpose"),
    [
        (clustering_seed, Purpose.CLUSTERING),
        (selection_seed, Purpose.SELECTION),
        (training_seed, Purpose.TRAINING),
        (proxy_seed, Purpose.PROXY),
    ],
)
def test_each_named_seed_is_derived_from_its_purpose_and_run(
    named: Callable[[int, int], int], purpose: Purpose
) -> None:
    assert named(7, 3) == derive(7, purpose, 3)


@pytest.mark.parametrize(
    ("named", "purpose"),
    [
        (sampling_seed, Purpose.SAMPLING),
        (choice_seed, Purpose.CHOICE),
        (fold_seed, Purpose.FOLDS),
        (validation_seed, Purpose.VALIDATION),
        (noise_seed, Purpose.NOISE),
        (reporting_seed, Purpose.REPORTING),
    ],
)
def test_a_seed_that_all_runs_share_is_derived_from_its_purpose_alone(
    named: Callable[[int], int], purpose: Purpose
) -> None:
    assert named(7) == derive(7, purpose, 0)


def test_a_numpy_generator_repeats_itself_and_owes_nothing_to_the_global_state() -> None:
    seed = selection_seed(0, 0)
    first = numpy_generator(seed).random(5)
    np.random.seed(1)  # noqa: NPY002 - the global state is what must not matter
    assert (numpy_generator(seed).random(5) == first).all()
    assert (numpy_generator(selection_seed(0, 1)).random(5) != first).any()


def test_a_torch_generator_repeats_itself_and_leaves_the_global_state_alone() -> None:
    before = torch.get_rng_state()
    seed = training_seed(0, 0)
    first = torch.rand(5, generator=torch_generator(seed))
    assert torch.equal(torch.rand(5, generator=torch_generator(seed)), first)
    assert not torch.equal(torch.rand(5, generator=torch_generator(training_seed(0, 1))), first)
    assert torch.equal(torch.get_rng_state(), before)
