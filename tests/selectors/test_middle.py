from tests.selectors.examples import chosen, scored

from leanset.selectors import Middle

MIDDLE = Middle(method="middle", score="s")


def test_as_many_are_cut_off_at_one_end_as_at_the_other() -> None:
    # ranks 0 to 7, sample i has rank 7 - i; four of eight are the ranks 2 to 5
    eight = scored([float(7 - i) for i in range(8)])
    assert chosen(MIDDLE, 4, eight) == [2, 3, 4, 5]
    assert chosen(MIDDLE, 8, eight) == list(range(8))


def test_an_odd_rest_leaves_one_more_at_the_hard_end() -> None:
    # three of eight: two cut off at the easy end and three at the hard one
    assert chosen(MIDDLE, 3, scored([float(i) for i in range(8)])) == [2, 3, 4]


def test_with_balance_it_is_the_middle_of_each_class() -> None:
    # class 0 has the even samples 0 2 4, class 1 the odd ones 1 3 5
    rule = Middle(method="middle", score="s", balance="proportional")
    assert chosen(rule, 2, scored([float(i) for i in range(6)], [0, 1] * 3)) == [2, 3]
