"""The pages of the theorems: one for each, on one template, and their examples come out as shown."""

import re
from pathlib import Path

import pytest

from tests.cli.command import run
from tests.conftest import ROOT
from tests.test_docs import Block, blocks, change, folder, text_of
from tests.test_proof_planted import forgetful
from triage.verify.proof import THEOREMS

__all__ = ["folder"]
NAMES = [theorem.id for theorem in THEOREMS]
OUTCOMES = ("fails", "holds")
CHANGES = ("diff", "forget")


def page(theorem: str) -> str:
    return f"docs/checks/{theorem}.md"


def test_every_theorem_has_its_page_and_the_index_and_the_page_of_the_proof_lead_to_it() -> None:
    assert {path.stem for path in (ROOT / "docs" / "checks").iterdir()} == {"README", *NAMES}
    assert re.findall(r"^\| \[`(\S+)`\]\(\1\.md\)", text_of("docs/checks/README.md"), re.MULTILINE) == NAMES
    assert re.findall(r"^\| \[`(\S+)`\]\(checks/\1\.md\)", text_of("docs/proof.md"), re.MULTILINE) == NAMES
    assert "](checks/README.md)" in text_of("docs/checks.md")


@pytest.mark.parametrize("theorem", NAMES)
def test_every_page_has_the_same_template(theorem: str) -> None:
    text = text_of(page(theorem))
    assert text.startswith(f"# `{theorem}`\n")
    assert re.findall(r"^\*\*(\w+)\.\*\*", text, re.MULTILINE) == ["Says", "Harm", "Fails", "Holds", "Mend"]
    marks = [block.mark for block in blocks(page(theorem))]
    assert marks in [[mark, "text"] * 2 for mark in CHANGES]


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("theorem", NAMES)
def test_an_example_comes_out_as_its_page_shows(
    theorem: str, outcome: str, folder: Path, monkeypatch: pytest.MonkeyPatch, pytestconfig: pytest.Config
) -> None:
    changed, shown = blocks(page(theorem))[2 * OUTCOMES.index(outcome) :][:2]
    if changed.mark == "diff":
        change(folder, changed)
    elif changed.text:
        forgetful(monkeypatch, causes=changed.text.split())
    result = run("check", "my_pack", "--prove")
    said = about(theorem, result.out)
    assert said.startswith(f"{outcome:<10} {theorem}: "), result.out + result.err
    assert result.code == (3 if outcome == "fails" else 0)
    if pytestconfig.getoption("update_golden"):
        record(shown, said)
    else:
        assert said == shown.text


def about(theorem: str, out: str) -> str:
    """The lines that the command prints about one theorem."""
    found = re.search(rf"^(?:fails|holds|not proven) +{theorem}: .*\n(?:  .*\n)*", out, re.MULTILINE)
    return found[0] if found else ""


def record(shown: Block, said: str) -> None:
    path = ROOT / shown.page
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    lines[shown.line - 1 : shown.line - 1 + shown.text.count("\n")] = [said]
    path.write_text("".join(lines), encoding="utf-8")
