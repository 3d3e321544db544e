"""What docs/methods.md says is what the code says now."""

import importlib.util
import re

import pytest
import yaml

from leanset.clustering import parse_clusterer
from leanset.config import VariantSettings
from leanset.embeddings import parse_embedding
from leanset.methods import Method, methods
from leanset.scores import parse_score
from tests.end_to_end.project import REPOSITORY

SCRIPT = REPOSITORY / "docs/methods.py"
PAGE = (REPOSITORY / "docs/methods.md").read_text()
SECTIONS = dict(
    re.findall(r'<a id="([\w-]+)"></a>\n\n### \w+\n(.*?)(?=<a id|\n## |\Z)', PAGE, re.S)
)


def made_now() -> str:
    """The page as the script would write it."""
    spec = importlib.util.spec_from_file_location("methods_page", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return str(script.page())


def test_it_is_what_the_code_gives_now() -> None:
    assert made_now() == PAGE, "docs/methods.md is not what the code says: run `make docs`"


def test_make_docs_writes_it() -> None:
    makefile = (REPOSITORY / "Makefile").read_text()
    recipe = makefile.partition("\ndocs:")[2].partition("\n\n")[0]
    assert "docs/methods.py" in recipe


def test_every_method_has_a_section_that_the_contents_lead_to() -> None:
    assert SECTIONS.keys() == {f"{method.family}-{method.name}" for method in methods()}
    contents = PAGE.partition("\n## ")[0]
    assert set(re.findall(r"\(#([a-z]+-\w+)\)", contents)) == SECTIONS.keys()


def test_its_links_to_sections_are_those_of_its_headings() -> None:
    headings = re.findall(r"^## (.*)$", PAGE, re.MULTILINE)
    slugs = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    links = re.findall(r"^- \[[^\]]*\]\(#([^)]*)\)", PAGE, re.MULTILINE)
    assert set(links) == slugs
    for page in re.findall(r"\((\w+\.md)\)", PAGE):
        assert (REPOSITORY / "docs" / page).exists()


@pytest.mark.parametrize("method", methods(), ids=lambda method: f"{method.family} {method.name}")
def test_each_section_holds_all_there_is_to_say(method: Method) -> None:
    section = SECTIONS[f"{method.family}-{method.name}"]
    assert method.summary.split("`")[0] in section.replace("\\<", "<")
    assert f"- Reads labels: {method.reads_labels}" in section
    for setting in method.settings:
        assert f"| `{setting.key}` | {setting.kind} | " in section


def test_its_examples_are_real_files_and_of_their_method() -> None:
    parse = {
        "scores": parse_score, "embeddings": parse_embedding, "clusterings": parse_clusterer,
    }  # fmt: skip
    shown = 0
    for anchor, section in SECTIONS.items():
        for file, example in re.findall(r"```yaml\n# (\S+)\n(.*?)```", section, re.DOTALL):
            shown += 1
            assert example.strip() in (REPOSITORY / file).read_text() or anchor[:8] != "selector"
            ((block, content),) = yaml.safe_load(example).items()
            if block in parse:
                (entry,) = content.values()
                made = parse[block](entry)
            else:
                made = VariantSettings.model_validate(content).selector
            assert made.method == anchor.partition("-")[2]
    # all but what is brought from elsewhere
    assert shown >= len(methods()) - 6


def test_no_line_of_prose_is_taken_for_html() -> None:
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", PAGE, flags=re.DOTALL)
    assert re.findall(r"(?<!\\)<(?!a id=|/a>)", prose) == []
