"""What is said of methods."""

from dataclasses import replace

import pytest
from rich import get_console

from leanset.methods import methods, named
from leanset.showing import print_method, print_methods


def words(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().out.split())


def test_every_method_has_a_line_that_begins_with_its_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_methods()
    lines = capsys.readouterr().out.splitlines()
    beginnings = {line.split()[0] for line in lines if line and not line.startswith(" ")}
    assert beginnings >= {method.name for method in methods()}
    assert "Rules: which samples are kept" in {line.strip() for line in lines}


def test_a_line_tells_what_it_is_who_reads_labels_and_whose_it_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    print_methods()
    said = words(capsys)
    assert "random A uniform draw without replacement. no" in said
    assert "Zheng et al. 2023, algorithm 1" in said


def test_names_are_whole_on_a_narrow_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leanset.showing.methods.widen_pipes", lambda: None)
    monkeypatch.setattr(get_console(), "_width", 80)
    print_methods()
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("contextual_diversity ") for line in lines)
    assert max(map(len, lines)) <= 80


def test_one_method_is_shown_whole(capsys: pytest.CaptureFixture[str]) -> None:
    (method,) = named("ccs")
    print_method(method)
    said = words(capsys)
    assert said.startswith("ccs, a selector An equal share of every level of a score")
    assert "The `beta` hardest, a fraction of all N samples" in said
    assert "With `balance: proportional` each class" in said
    assert "Source: Zheng et al. 2023, algorithm 1 Needs: a score" in said
    assert "beta a number from 0, below 1 required" in said
    assert "strata a whole number from 1 50" in said


def test_the_kind_of_a_score_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    (method,) = named("el2n")
    print_method(method)
    assert "Kind: difficulty Needs: a training log Reads labels: yes" in words(capsys)


def test_what_a_docstring_says_is_not_taken_for_markup(capsys: pytest.CaptureFixture[str]) -> None:
    (method,) = named("pixels")
    print_method(replace(method, summary="[bold]as it is[/bold]"))
    assert "[bold]as it is[/bold]" in words(capsys)
