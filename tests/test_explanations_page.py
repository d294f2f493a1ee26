"""docs/explanations.md: every example is run, and must be as shown.

`pytest tests/test_explanations_page.py --update-golden` records the output anew where a shown line still
begins a piece of it.
"""

import re
from pathlib import Path

import pytest

from tests.cli.command import run
from tests.conftest import ROOT
from tests.test_docs import Example, _examples, blocks, files_of, first_difference, prose, record, transcript
from triage.cli.explain import explain

PAGE = "docs/explanations.md"
EXAMPLES = [example for block in blocks(PAGE, "text") for example in _examples(block)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the examples run: the answers that the page shows."""
    for name, content in files_of(PAGE).items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.command for example in EXAMPLES])
def test_an_example_runs_as_the_page_shows(
    example: Example, folder: Path, pytestconfig: pytest.Config
) -> None:
    code, real = transcript(example)
    assert code == 0, "\n".join(real)
    assert example.shown
    if pytestconfig.getoption("update_golden"):
        record(example, real)
        return
    missing = first_difference(example.shown, real)
    assert missing is None, f"not in the output as shown:\n{missing}\n--- output:\n" + "\n".join(real)


def test_every_explanation_and_every_option_of_one_is_on_the_page() -> None:
    assert {example.command.split()[2] for example in EXAMPLES} == set(explain.commands)
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    options = {
        name for command in explain.commands.values() for param in command.params for name in param.opts if name[:2] == "--"
    }  # fmt: skip
    assert options - {"--pack"} <= set(re.findall(r"--[a-z]+", text))


def test_the_person_of_the_page_has_answered_everything(folder: Path) -> None:
    result = run("run", "--answers", "mine.yaml", "--no-input", "--format", "json")
    assert result.json["status"] == "complete"


def test_the_page_says_what_is_exact_and_what_is_not_claimed() -> None:
    text = prose(PAGE)
    for said in ("Whatever else is answered.", "Gates are taken on trust.", "Not claimed.", "Children."):
        assert f"**{said}**" in text
