"""What `triage check` finds beyond loading: each check fires on a planted fault, and on nothing else."""

import shutil
from pathlib import Path

import pytest

from tests.conftest import SMALL
from triage.loading import load_cases
from triage.pack import Pack
from triage.verify.cases import complete, differences
from triage.verify.check import check_pack


def test_the_small_pack_is_sound() -> None:
    report = check_pack(SMALL)
    assert report.issues == ()
    assert report.summary().splitlines() == [
        "0 errors, 0 warnings in 7 questions, 5 red flags, 3 causes, 1 case, 1 outside statement, 0 conflicts",
        "3/3 seed statements: 2 used, 1 withheld with a reason; 0/0 problems dealt with",
    ]


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("sources.yaml", "  - {id: R1,", "  - {id: T4, document: T, where: w, says: x}\n  - {id: R1,", "sources.yaml:9:5: error unused-statement: statement 'T4' is neither cited nor withheld (cite it where it is used, or say why not in 'withheld')"),
        ("questions.yaml", ", plainer: Do you feel hot and shivery?", "", "questions.yaml:14:9: error no-plainer-question: 'fever' is read by an emergency flag and has no 'plainer' question"),
        ("questions.yaml", " plainer: Do you swallow iron tablets?,", "", "questions.yaml:17:5: error no-plainer-question: 'iron' is read by an emergency flag and has no 'plainer' question"),
        ("red_flags.yaml", "black_stool and not iron", "black_stool and not fever", "red_flags.yaml:4:70: error level-can-drop: 'fever' stands under 'not' in 'bleeding' and is not declared relieving (a worry must never lower a level)"),
        ("red_flags.yaml", "black_stool and not iron", "black_stool and not cancer", "red_flags.yaml:4:70: error level-can-drop: 'cancer' stands under 'not' in 'bleeding' and is not declared relieving (a worry must never lower a level)"),
        ("red_flags.yaml", "black_stool and not iron", "black_stool and not viral_hepatitis", "red_flags.yaml:4:70: error level-can-drop: 'hepatitis = b' stands under 'not' in 'bleeding' and is not declared relieving (a worry must never lower a level)"),
        ("advice.yaml", "Keep a daily routine.", "Take Examplamycin.", "advice.yaml:2:34: error medicine-named: 'examplamycin' is on the list of medicines not to be shown"),
        ("cases.yaml", "level: emergency,", "level: consultation,", "cases.yaml:3:14: error case-fails: both: level is emergency, expected consultation"),
        ("cases.yaml", "fever: yes", "fevr: yes", "cases.yaml:2:66: error case-answer: 'alarm' cannot be 'fevr' (did you mean 'fever'?)"),
        ("cases.yaml", "rest: \"no\"", "rest: maybe", "cases.yaml:2:119: error value: 'rest': input should be 'no' or 'unasked', not 'maybe' (allowed: no, unasked)"),
    ],
)  # fmt: skip
def test_a_planted_fault_is_found(tmp_path: Path, file: str, old: str, new: str, said: str) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(SMALL, folder)
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    found = [str(issue).replace(f"{folder}/", "") for issue in check_pack(folder).issues]
    assert said in found


def test_an_emergency_list_of_eight_is_too_long(tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(SMALL, folder)
    text = (folder / "questions.yaml").read_text()
    item = '      - {id: black_stool, label: "Black stool"'
    more = "".join(f"      - {{id: extra{n}, label: Extra {n}}}\n" for n in range(5))
    (folder / "questions.yaml").write_text(text.replace(item, more + item))
    assert [issue.code for issue in check_pack(folder).issues] == ["emergency-list-too-long"]
    (folder / "questions.yaml").write_text(text.replace(item, more.partition("\n")[2] + item))
    assert check_pack(folder).issues == ()


def test_a_pack_that_does_not_load_is_reported_all_the_same(tmp_path: Path) -> None:
    report = check_pack(tmp_path)
    assert [issue.code for issue in report.issues] == ["missing-file"] * 6
    assert report.summary() == "6 errors, 0 warnings"


def test_the_rest_of_a_case_has_nothing_to_report(small: Pack) -> None:
    (case,) = load_cases(SMALL)
    filled = complete(small, case)
    assert filled["alarm"] == {"fever": "yes", "jaundice": "yes", "black_stool": "no"}
    assert "iron" not in filled
    assert (filled["hepatitis"], filled["benign"]) == ("never", "no")
    assert complete(small, case.model_copy(update={"rest": "unasked"})) == {
        "age": 40, "alarm": {"fever": "yes", "jaundice": "yes"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"could_reach": "emergency"}, "could_reach is the same, expected emergency"),
        ({"status": "unsettled"}, "status is complete, expected unsettled"),
        ({"reassured": True}, "reassured is False, expected True"),
        ({"red_flags": ("bleeding",)}, "red flag bleeding does not fire"),
        ({"causes": {"scar": "strong"}}, "scar is none, expected strong"),
        ({"causes": {"scra": "strong"}}, "there is no cause 'scra' (did you mean 'scar'?)"),
        ({"red_flags": ("bleding",)}, "there is no red flag 'bleding' (did you mean 'bleeding'?)"),
        ({"first": "scra"}, "there is no cause 'scra' (did you mean 'scar'?)"),
        ({"says_not": ("No such words",)}, "no sentence of the pack says 'No such words'"),
        ({"first": "scar"}, "the first cause is bile_stones, expected scar"),
        ({"not_first": ("bile_stones",)}, "bile_stones must not stand first"),
    ],
)
def test_a_case_that_fails_says_how(small: Pack, change: dict[str, object], told: str) -> None:
    (case,) = load_cases(SMALL)
    expect = case.expect.model_copy(update=change)
    assert list(differences(small, case.model_copy(update={"expect": expect}))) == [told]
    assert list(differences(small, case)) == []
