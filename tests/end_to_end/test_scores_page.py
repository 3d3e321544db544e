"""What docs/scores.md says is true: its tables are complete, its examples are accepted."""

import re

import yaml

from leanset.config import DatasetSettings
from leanset.noise import parse_noise
from leanset.scores import METHODS, parse_score
from tests.end_to_end.project import REPOSITORY
from tests.end_to_end.rules import COVERING, RULES

PAGE = (REPOSITORY / "docs/scores.md").read_text()


def rows(section: str) -> dict[str, list[str]]:
    """The table of a section: the other cells of each row by its method."""
    lines = re.findall(r"^\| `(\w+)` \|(.*)\|$", section, re.MULTILINE)
    return {name: [cell.strip() for cell in cells.split(" | ")] for name, cells in lines}


def test_its_table_of_scores_is_complete_and_says_of_each_what_it_declares() -> None:
    table = rows(PAGE.partition("## Naming")[0])
    assert table.keys() == METHODS.keys()
    for name, (_, kind, reads_labels, _) in table.items():
        assert kind == METHODS[name].kind, name
        assert reads_labels == ("yes" if METHODS[name].uses_labels else "no"), name


def test_its_table_of_rules_holds_every_rule_that_reads_a_score() -> None:
    table = rows(PAGE.partition("The rules over a score:")[2].partition("## How far")[0])
    of_a_score = {name for name, rule in RULES.items() if rule.needs().scores}
    assert table.keys() == (of_a_score | {"denoised"}) - COVERING.keys()


def test_its_examples_are_accepted() -> None:
    scores, noise = (
        yaml.safe_load(example) for example in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    )
    for block in scores["scores"].values():
        parse_score(block)
    assert parse_noise(noise["dataset"]["noise"]).kind == "symmetric"
    (other,) = re.findall(r"# noise: (.*)", PAGE)
    assert parse_noise(yaml.safe_load(other)).kind == "asymmetric"
    assert "noise" in DatasetSettings.model_fields


def test_the_sweeps_it_shows_are_whole() -> None:
    shown = re.findall(r"<!-- make sweep ENV=(\w+) -->(.*?)<!-- end -->", PAGE, re.DOTALL)
    assert [env for env, _ in shown] == ["noise_symmetric", "noise_asymmetric", "noise_few"]
    for env, text in shown:
        for heading in ("Test accuracy, %", "Finding the ", "oracle_clean", "runs on "):
            assert heading in text, env


def test_the_page_of_the_difficulty_replica_holds_every_score_and_a_verdict_on_it() -> None:
    page = (REPOSITORY / "docs/results/replica_difficulty.md").read_text()
    block = (REPOSITORY / "conf/replica_difficulty/parameters/hypotheses.yml").read_text()
    hypotheses = yaml.safe_load(block)["hypotheses"]
    assert len(hypotheses) == 6
    for hypothesis in hypotheses:
        score = hypothesis["better"].removesuffix("_hardest")
        assert len(re.findall(rf"^\| {score} \|", page, re.MULTILINE)) == 3, score
        assert re.search(rf"^- {re.escape(hypothesis['text'])}: \*\*.+\*\*$", page, re.MULTILINE)
