"""Which alternative is chosen at each budget, and what choosing took."""

from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kedro_datasets.pandas import ParquetDataset

from leanset.choices import Choice, Trial, best, choices_of, trials_table


def trial(alternative: str, accuracy: float, budget: str = "10 %", seconds: float = 1.0) -> Trial:
    return Trial("mine", budget, 100, alternative, "subset", "key", accuracy, 50, seconds, "cpu")


HARD, EASY = trial("hardest", 0.8, seconds=3.0), trial("easiest", 0.9, seconds=4.0)


def test_the_alternative_with_the_highest_accuracy_is_the_best() -> None:
    assert best([HARD, EASY]) == [EASY]
    assert best([EASY, HARD]) == [EASY]


def test_of_equals_the_first_is_the_best() -> None:
    first, second, third = (trial(name, 0.5) for name in ("b", "a", "c"))
    assert best([first, second, third]) == [first]
    assert best([trial("d", 0.4), third, second, first]) == [third]


def test_every_budget_has_a_best_of_its_own_in_the_order_they_came() -> None:
    large = [trial("hardest", 0.95, "50 %"), trial("easiest", 0.91, "50 %")]
    assert best([large[1], HARD, large[0], EASY]) == [large[0], EASY]


def test_without_trials_nothing_is_chosen() -> None:
    assert best([]) == []
    assert choices_of(trials_table([])) == {}
    assert "chosen" in trials_table([]).columns


def test_the_table_shows_every_trial_and_which_was_chosen() -> None:
    table = trials_table([HARD, EASY])
    assert list(table.columns) == [
        "variant", "budget", "kept", "alternative", "selection", "run_key", "accuracy",
        "validation_samples", "seconds", "device", "chosen",
    ]  # fmt: skip
    assert table["alternative"].tolist() == ["hardest", "easiest"]
    assert table["accuracy"].tolist() == [0.8, 0.9]
    assert table["chosen"].tolist() == [False, True]


def test_of_equals_only_one_is_chosen() -> None:
    assert trials_table([trial("a", 0.5), trial("b", 0.5)])["chosen"].tolist() == [True, False]


def test_a_choice_took_all_the_trainings_it_rests_on() -> None:
    large = [trial("hardest", 0.95, "50 %", 10.0), trial("easiest", 0.91, "50 %", 20.0)]
    assert choices_of(trials_table([HARD, EASY, *large])) == {
        "10 %": Choice("easiest", 7.0),
        "50 %": Choice("hardest", 30.0),
    }


@settings(max_examples=50)
@given(
    st.dictionaries(
        st.sampled_from(["600", "10 %", "0.1 %"]),
        st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=1, max_size=4),
        max_size=3,
    )
)
def test_choices_come_back_from_a_parquet_file(accuracies: dict[str, list[float]]) -> None:
    trials = [
        trial(f"end{number}", accuracy, budget)
        for budget, tried in accuracies.items()
        for number, accuracy in enumerate(tried)
    ]
    file = BytesIO()
    trials_table(trials).to_parquet(file)
    assert choices_of(pd.read_parquet(file)) == {
        budget: Choice(f"end{tried.index(max(tried))}", float(len(tried)))
        for budget, tried in accuracies.items()
    }


def test_choices_come_back_from_the_catalog_with_the_types_they_had(tmp_path: Path) -> None:
    dataset = ParquetDataset(filepath=str(tmp_path / "choices.parquet"))
    dataset.save(trials_table([HARD, EASY]))
    back = dataset.load()
    pd.testing.assert_frame_equal(back, trials_table([HARD, EASY]), check_dtype=False)
    (choice,) = choices_of(back).values()
    assert choice == Choice("easiest", pytest.approx(7.0))
    assert (type(choice.alternative), type(choice.seconds)) == (str, float)
