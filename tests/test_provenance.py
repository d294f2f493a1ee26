"""Where everything comes from: each check fires on a planted fault, and on nothing else."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import SMALL
from triage.loading import load_pack, read_pack
from triage.pack import Pack
from triage.provenance import carried, references
from triage.verify.check import check_pack

PROBLEM = "problems:\n  - {{id: P1, statements: [{of}], severity: [unsafe], says: It is wrong., handled: We say so., by: [{by}]}}\n"
CONFLICT = (
    "conflicts:\n  - {{id: rest, about: How much rest, sides: [{{statements: [T1], says: Much.}}, {{statements: [{of}], says: Little.}}],\n"
    "     taken: Much., by: [{by}], basis: {basis}}}\n"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SMALL, tmp_path / "pack")
    return tmp_path / "pack"


def change(folder: Path, file: str, old: str, new: str) -> list[str]:
    """Plant a fault and return every issue, without the folder."""
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    return [str(issue).replace(f"{folder}/", "") for issue in check_pack(folder).issues]


def append(folder: Path, text: str) -> list[str]:
    """Add to sources.yaml and return every issue, without the folder."""
    with (folder / "sources.yaml").open("a") as file:
        file.write(text)
    return [str(issue).replace(f"{folder}/", "") for issue in read_pack(folder).issues]


def test_outside_evidence_may_stand_beside_another_voice_and_a_seed_statement_may_not(folder: Path) -> None:
    extra = "  - {{id: X, document: {of}, where: line 9, says: Rest helps.}}\n"
    with (folder / "sources.yaml").open("a") as file:
        file.write(extra.format(of="R"))
    assert change(folder, "advice.yaml", "sources: [T1]", "sources: [T1, X]") == []
    (issue,) = change(folder, "sources.yaml", "id: X, document: R", "id: X, document: T")
    assert "statement-carries-nothing: seed statement 'X' only stands beside others" in issue


# --- citations with their words ------------------------------------------------------------------


@pytest.mark.parametrize("words", ["daily routine", "Keep a DAILY", "routine."])
def test_a_statement_may_be_cited_for_words_that_are_said(folder: Path, words: str) -> None:
    assert change(folder, "advice.yaml", "sources: [T1]", f"sources: [T1 for {words}]") == []
    assert load_pack(folder).general.advice[0].sources == ("T1",)


def test_words_that_are_not_said_are_refused(folder: Path) -> None:
    assert change(folder, "advice.yaml", "sources: [T1]", "sources: [T1 for late nights]") == [
        "advice.yaml:2:5: error words-not-said: 'T1' is cited for 'late nights', which is not said here (cite the words as they stand)"
    ]


def test_a_question_may_cite_for_the_words_of_its_options(folder: Path) -> None:
    assert change(folder, "questions.yaml", "sources: [R1]", "sources: [R1 for black stool]") == []
    found = change(folder, "questions.yaml", "R1 for black stool", "R1 for swallow iron")
    assert len(found) == 1
    assert "words-not-said" in found[0]


@pytest.mark.parametrize("written", ["T1 for", "T1 because of it", "1T", "'T1 for '"])
def test_a_source_that_cannot_be_read_says_how_one_is_written(folder: Path, written: str) -> None:
    (issue,) = change(folder, "advice.yaml", "sources: [T1]", f"sources: [{written}]")
    assert "a source is the id of a statement, such as 'S16' or 'S31 for hepatitis B'" in issue


# --- used or withheld ------------------------------------------------------------------------------


def test_a_seed_statement_beside_others_carries_nothing_until_its_words_are_named(folder: Path) -> None:
    # T2 is the only source of one piece of evidence; beside R1 it would be an ornament.
    text = (folder / "causes" / "bile_stones.yaml").read_text()
    (folder / "causes" / "bile_stones.yaml").write_text(text.replace("[T2]", "[T2, R1]"))
    assert "T2" not in carried(load_pack(folder))
    (issue,) = check_pack(folder).issues
    assert issue.code == "statement-carries-nothing"
    assert "seed statement 'T2' only stands beside others; nothing rests on it" in str(issue)


def test_outside_evidence_may_stand_beside_as_a_second_voice(folder: Path) -> None:
    changed = change(
        folder, "red_flags.yaml", "basis: sourced, sources: [R1]", "basis: sourced, sources: [R1, T1]"
    )
    assert changed == []


def test_a_statement_that_nobody_cites_is_forgotten(folder: Path) -> None:
    evidence = folder / "causes" / "bile_stones.yaml"
    evidence.write_text(evidence.read_text().replace("basis: sourced, sources: [T2]", "basis: judgement"))
    assert [str(issue).replace(f"{folder}/", "") for issue in check_pack(folder).issues] == [
        "sources.yaml:7:5: error unused-statement: statement 'T2' is neither cited nor withheld (cite it where it is used, or say why not in 'withheld')"
    ]


# --- problems and conflicts ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "by",
    ["withheld/T3", "statement/T1", "question/age", "fact/viral_hepatitis", "flag/bleeding", "cause/scar",
     "evidence/bile_stones/known", "advice/alcohol", "switch_off/cancer", "term/jaundice"],
)  # fmt: skip
def test_a_problem_is_dealt_with_by_anything_that_has_a_name(folder: Path, by: str) -> None:
    assert append(folder, PROBLEM.format(of="T3", by=by)) == []
    (problem,) = load_pack(folder).problems
    assert problem.by == (by,)


def test_what_deals_with_a_problem_must_exist(folder: Path) -> None:
    assert append(folder, PROBLEM.format(of="T3", by="flag/bleding")) == [
        "sources.yaml:11:97: error unknown-reference: 'P1' is said to be dealt with by 'flag/bleding', which does not exist (did you mean 'flag/bleeding'?)"
    ]


def test_a_statement_that_is_used_cannot_be_said_to_be_withheld(small: Pack) -> None:
    assert "withheld/T3" in references(small)
    assert not {"withheld/T1", "statement/T3"} & references(small)


def test_a_problem_names_statements_that_exist(folder: Path) -> None:
    (issue,) = append(folder, PROBLEM.format(of="T9", by="withheld/T3"))
    assert "unknown-statement: there is no statement 'T9'" in issue


def test_a_conflict_names_its_sides_and_may_deal_with_a_problem(folder: Path) -> None:
    assert append(folder, CONFLICT.format(of="T2", by="advice/routine", basis="judgement")) == []
    assert append(folder, PROBLEM.format(of="T2", by="conflict/rest")) == []
    assert "conflict/rest" in references(load_pack(folder))


def test_a_conflict_is_held_to_the_same_laws(folder: Path) -> None:
    found = append(folder, CONFLICT.format(of="T7", by="advice/rutine", basis="sourced"))
    assert len(found) == 3
    assert any("unknown-statement" in issue for issue in found)
    assert any("unknown-reference" in issue for issue in found)
    assert any("no-source" in issue for issue in found)
