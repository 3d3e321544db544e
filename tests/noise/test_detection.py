from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leanset.errors import LeansetError
from leanset.noise.detection import (
    COLUMNS,
    Detection,
    Mask,
    Scores,
    detection_table,
    judge_detector,
)


def mask(*wrong: int) -> Mask:
    return np.array(wrong, dtype=np.bool_)


def scores(*values: float) -> Scores:
    return np.array(values, dtype=np.float32)


@st.composite
def judged_cases(draw: st.DrawFn) -> tuple[Scores, Mask]:
    """Up to six samples with many ties, some of them wrong, not all."""
    wrong = draw(st.lists(st.booleans(), min_size=2, max_size=6).filter(lambda w: len(set(w)) == 2))
    values = draw(st.lists(st.integers(0, 2), min_size=len(wrong), max_size=len(wrong)))
    return scores(*values), mask(*wrong)


def test_a_detector_of_a_worked_example() -> None:
    # from the top: wrong, right, wrong, right, right
    detection = judge_detector(scores(9, 7, 5, 3, 1), mask(1, 0, 1, 0, 0))
    # of 2 × 3 pairs, the wrong one is above in 3 + 2
    assert detection.roc_auc == pytest.approx(5 / 6)
    # half of recall at precision 1/1, half at 2/3
    assert detection.average_precision == pytest.approx(1 / 2 * 1 + 1 / 2 * 2 / 3)
    # two wrong labels, so two suspects, of which one is wrong
    assert detection.k == 2
    assert detection.precision_at_k == detection.recall_at_k == pytest.approx(1 / 2)


def test_a_tie_at_the_boundary_counts_by_its_share_of_wrong_labels() -> None:
    # 5 is in; two of the three 4s fill up, and one of three is wrong: 1 + 2/3 found
    detection = judge_detector(scores(4, 5, 4, 4, 2), mask(0, 1, 1, 0, 1), k=3)
    assert detection.precision_at_k == pytest.approx((1 + 2 / 3) / 3)
    assert detection.recall_at_k == pytest.approx((1 + 2 / 3) / 3)


def test_a_perfect_detector_finds_everything() -> None:
    wrong = mask(0, 1, 1, 0, 0)
    assert judge_detector(scores(0, 9, 8, 1, 2), wrong) == Detection(1, 1, 2, 1, 1)


def test_a_reversed_detector_finds_nothing() -> None:
    # the wrong ones come fourth and fifth: precision 1/4 and 2/5 at half of the recall each
    detection = judge_detector(-scores(0, 9, 8, 1, 2), mask(0, 1, 1, 0, 0))
    assert detection == Detection(0, pytest.approx((1 / 4 + 2 / 5) / 2), 2, 0, 0)


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5])
def test_a_detector_that_knows_nothing_is_as_good_as_chance(k: int) -> None:
    detection = judge_detector(scores(3, 3, 3, 3, 3), mask(0, 1, 0, 0, 1), k)
    assert detection.roc_auc == pytest.approx(0.5)
    assert detection.average_precision == pytest.approx(2 / 5)
    assert detection.precision_at_k == pytest.approx(2 / 5)
    assert detection.recall_at_k == pytest.approx(k / 5)


@given(judged_cases(), st.data())
def test_precision_and_recall_are_means_over_all_orders_of_tied_samples(
    case: tuple[Scores, Mask], data: st.DataObject
) -> None:
    values, wrong = case
    k = data.draw(st.integers(1, len(wrong)))
    found = []
    for order in permutations(range(len(wrong))):
        ranked = sorted(order, key=lambda sample: -values[sample])
        found.append(sum(wrong[sample] for sample in ranked[:k]))
    detection = judge_detector(values, wrong, k)
    assert detection.precision_at_k == pytest.approx(np.mean(found) / k)
    assert detection.recall_at_k == pytest.approx(np.mean(found) / wrong.sum())


@given(judged_cases())
def test_the_area_under_the_curve_is_the_share_of_pairs_in_order(case: tuple[Scores, Mask]) -> None:
    values, wrong = case
    ahead = values[wrong][:, None] - values[~wrong][None]
    assert judge_detector(values, wrong).roc_auc == pytest.approx(
        ((ahead > 0) + 0.5 * (ahead == 0)).mean()
    )


@settings(max_examples=30)
@given(judged_cases(), st.randoms(use_true_random=False))
def test_a_verdict_does_not_hang_on_the_order_of_the_samples(
    case: tuple[Scores, Mask], random: object
) -> None:
    values, wrong = case
    order = np.arange(len(wrong))
    random.shuffle(order)  # type: ignore[attr-defined]
    one, other = judge_detector(values, wrong), judge_detector(values[order], wrong[order])
    assert one.k == other.k
    assert one.roc_auc == pytest.approx(other.roc_auc)
    assert one.average_precision == pytest.approx(other.average_precision)
    assert one.precision_at_k == pytest.approx(other.precision_at_k)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_score_that_is_no_number_is_refused(bad: float) -> None:
    with pytest.raises(LeansetError, match="the detector: 1 of 3 samples have a value that is NaN"):
        judge_detector(scores(1, bad, 2), mask(0, 1, 0))
    with pytest.raises(LeansetError, match="el2n: 1 of 3 samples have a value that is NaN"):
        detection_table({"el2n": [scores(1, bad, 2)]}, mask(0, 1, 0))


def test_scores_of_other_samples_are_refused() -> None:
    with pytest.raises(LeansetError, match="the detector: there are 2 scores of 3 labels"):
        judge_detector(scores(1, 2), mask(0, 1, 0))


@pytest.mark.parametrize("wrong", [mask(0, 0, 0), mask(1, 1, 1)], ids=["none", "all"])
def test_labels_that_are_all_right_or_all_wrong_are_refused(wrong: Mask) -> None:
    message = f"{wrong.sum()} of 3 labels are wrong, which leaves nothing to tell apart"
    with pytest.raises(LeansetError, match=message):
        judge_detector(scores(1, 2, 3), wrong)
    with pytest.raises(LeansetError, match=f"aum: {message}"):
        detection_table({"aum": [scores(1, 2, 3)]}, wrong)


@pytest.mark.parametrize("k", [0, -1, 4])
def test_a_number_of_suspects_that_there_cannot_be_is_refused(k: int) -> None:
    with pytest.raises(LeansetError, match=f"{k} suspects were asked of 3 samples"):
        judge_detector(scores(1, 2, 3), mask(0, 1, 0), k)


def test_the_table_has_a_row_for_every_detector_replicate_and_depth() -> None:
    wrong = mask(1, 1, 0, 0, 0, 0)
    found, missed = scores(6, 5, 4, 3, 2, 1), scores(1, 2, 3, 4, 5, 6)
    table = detection_table({"aum": [found], "flip": [found, missed]}, wrong)
    assert tuple(table.columns) == COLUMNS
    # two wrong labels: 1, 2 and 4 suspects
    depths = [("aum", 0), ("flip", 0), ("flip", 1)]
    rows = list(zip(table["detector"], table["replicate"], table["k"], strict=True))
    assert rows == [(*which, k) for which in depths for k in (1, 2, 4)]
    assert (table["wrong_labels"] == 2).all()
    assert table["roc_auc"].tolist() == [1] * 6 + [0] * 3
    assert table["precision_at_k"].tolist() == [1, 1, 0.5] * 2 + [0, 0, 0]
    assert table["recall_at_k"].tolist() == [0.5, 1, 1] * 2 + [0, 0, 0]


def test_a_row_of_the_table_is_what_judging_alone_says() -> None:
    rng = np.random.default_rng(0)
    wrong, values = rng.random(50) < 0.3, rng.integers(0, 9, 50).astype(np.float32)
    table = detection_table({"forgetting": [values]}, wrong)
    for row in table.to_dict("records"):
        alone = judge_detector(values, wrong, row["k"])
        assert {name: row[name] for name in COLUMNS[3:]} == vars(alone)


@pytest.mark.parametrize(
    ("wrong", "depths"), [(mask(1, 0, 0), [1, 2]), (mask(1, 1, 1, 0), [1, 3])], ids=["one", "most"]
)
def test_the_table_looks_at_one_suspect_at_least_and_never_at_more_than_there_are(
    wrong: Mask, depths: list[int]
) -> None:
    values = np.arange(len(wrong), dtype=np.float32)
    table = detection_table({"el2n": [values]}, wrong)
    assert table["k"].tolist() == depths
    assert (table["wrong_labels"] == wrong.sum()).all()
