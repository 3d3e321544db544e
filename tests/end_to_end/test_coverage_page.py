"""What docs/coverage.md says is true: its table is complete, its examples and figures are whole."""

import inspect
import re
from typing import Any, get_args

import pytest
import yaml

from leanset.embeddings import parse_embedding
from leanset.selectors import parse_selector
from leanset.selectors.base import MEMORY, SelectorBase
from leanset.selectors.facility_location import FacilityLocation
from leanset.selectors.grouped import Balance, Grouped
from leanset.selectors.weighing import Weighing
from leanset.training.log import LogSettings
from tests.benchmarks import coverage, coverage_growth, craig
from tests.end_to_end.project import REPOSITORY
from tests.end_to_end.rules import COVERING

PAGE = (REPOSITORY / "docs/coverage.md").read_text()
ROWS = re.findall(r"^\| `(\w+)` \|(.*)\|$", PAGE.partition("\n## ")[0], re.MULTILINE)
TABLE = {name: [cell.strip() for cell in cells.split(" | ")] for name, cells in ROWS}
EXAMPLES: list[dict[str, Any]] = [
    yaml.safe_load(example) for example in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
]
GRADIENTS = {"craig", "gradmatch", "glister"}
SHOWN = dict(re.findall(r"<!-- (make [^>]*?) -->\n(.*?)<!-- end -->", PAGE, re.DOTALL))
FIGURES: dict[str, str] = dict(
    re.findall(r"^\| `(\w+)` \| ([^|]*?) \|", SHOWN.get("make bench", ""), re.MULTILINE)
)


def test_its_table_holds_every_rule_that_reads_an_embedding_or_what_proxies_said() -> None:
    assert TABLE.keys() == COVERING.keys()


def made_from(rule: SelectorBase) -> str:
    needs = rule.needs()
    read = {
        "score": needs.scores,
        "clustering": needs.clusterings,
        "embedding": needs.embeddings,
        "log": needs.moments,
    }
    kinds = " and ".join(kind for kind, names in read.items() if names)
    return f"{kinds}, `dataset.validation`" if needs.validation else kinds


@pytest.mark.parametrize(("method", "rule"), COVERING.items())
def test_its_table_says_of_each_rule_what_it_declares(method: str, rule: SelectorBase) -> None:
    said = {True: "yes", False: "no"}
    by_class = isinstance(rule, Grouped) and rule.balance != "none"
    assert TABLE[method][1:] == [
        made_from(rule),
        said[by_class],
        said[isinstance(rule, Weighing)],
        said[rule.uses_labels()],
    ]


@pytest.mark.parametrize(("method", "rule"), COVERING.items())
def test_each_rule_names_the_paper_of_the_table_in_its_own_file(
    method: str, rule: SelectorBase
) -> None:
    described = inspect.getdoc(type(rule)) or ""
    (papers,) = re.findall(r"\(([^()]*\d{4})\)$", TABLE[method][0])
    for author, year in re.findall(r"([A-Z]\w+) (?:et al\. |and \w+ )?(\d{4})", papers):
        assert re.search(rf"\b{author}\b[^;:]*? {year}\b", described), author


def test_without_class_balance_only_the_rules_over_gradients_read_labels() -> None:
    assert "with `none` only the rules over gradients read labels" in " ".join(PAGE.split())
    assert "`balance: none | proportional | uniform`" in PAGE
    assert set(get_args(Balance)) == {"none", "proportional", "uniform"}
    unbalanced = {
        method: rule.model_copy(update={"balance": "none"})
        for method, rule in COVERING.items()
        if isinstance(rule, Grouped)
    }
    assert {method for method, rule in unbalanced.items() if rule.uses_labels()} == GRADIENTS


def test_its_examples_are_accepted_and_fit_each_other() -> None:
    made, variant = EXAMPLES
    ((log, recorded),) = made["logs"].items()
    assert LogSettings.model_validate(recorded).features_at
    (embedding,) = (parse_embedding(block) for block in made["embeddings"].values())
    assert embedding.source_log() == log
    ((_, block),) = variant.items()
    selector = parse_selector(block["selector"])
    assert [moment.log for moment in selector.needs().moments] == [log]
    (epochs,) = re.findall(r"`features_at: (\[[\d, ]+\])`", PAGE)
    LogSettings.model_validate({**recorded, "features_at": yaml.safe_load(epochs)})


def test_the_optimisers_it_names_are_those_there_are() -> None:
    assert "`batched`, the default" in PAGE
    default = FacilityLocation(method="facility_location", embedding="e").optimizer
    assert default.name == "batched"
    (stochastic,) = re.findall(r"`(\{name: stochastic.*?\})`", PAGE)
    for block in ({"name": "lazy"}, yaml.safe_load(stochastic)):
        for method, source in (("facility_location", "embedding"), ("craig", "log")):
            parse_selector({"method": method, source: "named", "optimizer": block})


def test_the_memory_limit_it_names_is_the_default() -> None:
    assert "`sweep.memory_limit` (2 GB)" in PAGE
    assert MEMORY == 2e9


def test_the_sweep_it_shows_is_whole() -> None:
    assert SHOWN.keys() == {"make sweep ENV=coverage", "make bench"}
    shown = SHOWN["make sweep ENV=coverage"]
    for heading in ("Test accuracy, %", "What selecting took", "How well subsets match the grad"):
        assert heading in shown
    variants = (REPOSITORY / "conf/base/parameters/variants/coverage").glob("*.yml")
    for name in ("full", "random", "stratified_random", *(path.stem for path in variants)):
        assert re.search(rf"^{name} ", shown, re.MULTILINE), name
    assert re.search(r"^\d+ runs |\d+ runs were taken from their records", shown, re.MULTILINE)


def test_every_figure_of_the_benchmarks_of_coverage_is_on_it() -> None:
    benchmarks = (
        coverage.FACILITY_LOCATION,
        coverage.K_CENTER,
        craig.CRAIG,
        coverage_growth.GROWTH,
        coverage_growth.MANY,
    )
    assert FIGURES.keys() == {name for benchmark in benchmarks for name in benchmark.names}


@pytest.mark.parametrize(
    ("figure", "unit", "least", "most"),
    [
        ("facility_location_vs_apricot", "x", 5, 1000),
        ("facility_location_vs_submodlib", "x", 5, 1000),
        ("facility_location_vs_plain_greedy", "x", 2, 1000),
        ("craig_mnist_60k", "s", 0, 10),
        ("craig_mnist_60k_peak", "GB", 0, 2),
    ],
)
def test_what_was_promised_was_measured(figure: str, unit: str, least: float, most: float) -> None:
    value, measured_in = FIGURES[figure].split()
    assert measured_in == unit
    assert least <= float(value) <= most


def test_the_figures_it_shows_exist() -> None:
    shown = re.findall(r"!\[[^]]+\]\(([^)]+)\)", PAGE)
    assert shown == ["figures/facility_location_growth.svg"]
    for file in shown:
        assert (REPOSITORY / "docs" / file).read_text().lstrip().startswith(("<svg", "<?xml"))


def test_the_page_of_the_craig_replica_holds_its_claims_and_a_verdict_on_each() -> None:
    page = (REPOSITORY / "docs/results/replica_craig.md").read_text()
    conf = REPOSITORY / "conf/replica_craig/parameters"
    published = yaml.safe_load((conf / "published.yml").read_text())["published"]
    hypotheses = yaml.safe_load((conf / "hypotheses.yml").read_text())["hypotheses"]
    texts = [claim["text"] for claim in (*published["claims"], *hypotheses)]
    assert len(texts) == 9
    for text in texts:
        assert re.search(rf"^(\d+\.|-) {re.escape(text)}: \*\*.+\*\*", page, re.MULTILINE), text
