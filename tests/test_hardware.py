import pytest
import torch

from leanset.hardware import one_thread


def fail_in_one_thread(seen: list[int]) -> None:
    with one_thread():
        seen.append(torch.get_num_threads())
        raise KeyError


def test_there_is_one_thread_inside_and_as_many_as_before_after_an_error() -> None:
    before, seen = torch.get_num_threads(), []
    torch.set_num_threads(2)
    try:
        with pytest.raises(KeyError):
            fail_in_one_thread(seen)
        assert (seen, torch.get_num_threads()) == ([1], 2)
    finally:
        torch.set_num_threads(before)
