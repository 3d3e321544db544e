from leanset.errors import LeansetError, nearest


def test_an_error_says_where_then_what_then_what_to_do() -> None:
    error = LeansetError("it is empty.", where="file.gz", remedy="Fetch it again.")
    assert str(error) == "file.gz: it is empty. Fetch it again."


def test_an_error_without_place_and_remedy_is_the_bare_sentence() -> None:
    assert str(LeansetError("it is empty.")) == "it is empty."


def test_after_a_list_what_to_do_stands_on_a_line_of_its_own() -> None:
    error = LeansetError("2 runs failed:\n  one\n  two", where="variant", remedy="Run it again.")
    assert str(error) == "variant: 2 runs failed:\n  one\n  two\nRun it again."


def test_a_misspelt_name_leads_to_the_right_one() -> None:
    assert nearest("furhtest", {"closest", "furthest"}) == "Did you mean 'furthest'?"


def test_a_name_like_no_other_lists_the_known_ones_in_order() -> None:
    assert nearest("zzz", {"b", "a"}) == "Known: a, b."


def test_where_nothing_is_defined_there_is_nothing_to_mean() -> None:
    assert nearest("pca50", ()) == "None is defined."
