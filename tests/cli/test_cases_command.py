"""`triage test`: what cases show, which faults they let pass, and the people these would concern."""

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.command import run
from tests.conftest import SMALL
from triage.verify.trial import Judged, judged

OLD_WITH_CANCER = """
  - {id: old, demands: test, says: cancer at 60, answers: {age: 60, past: {cancer: yes}}, rest: "no",
     expect: {level: consultation_2w, could_reach: null, red_flags: [old_with_cancer]}}
  - {id: younger, demands: test, says: cancer at 59, answers: {age: 59, past: {cancer: yes}}, rest: "no",
     near_miss_of: old_with_cancer, expect: {level: consultation, could_reach: null}}
  - {id: well, demands: test, says: well at 60, answers: {age: 60}, rest: "no",
     near_miss_of: old_with_cancer, expect: {level: consultation, could_reach: null}}
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SMALL, tmp_path / "small"))


def add(pack: Path, cases: str) -> None:
    with (pack / "cases.yaml").open("a", encoding="utf-8") as file:
        file.write(cases)


def faults(pack: Path, *options: str) -> list[dict[str, object]]:
    data = json.loads(run("test", str(pack), "--mutate", "--format", "json", *options).out)
    assert data["faults"]["partial"] is False
    silent = data["faults"]["silent"]
    assert isinstance(silent, list)
    return silent


def test_weak_cases_let_faults_pass_and_each_is_a_person(pack: Path) -> None:
    said = run("test", str(pack), "--mutate").out
    assert "red_flags/old_with_cancer: 'age >= 60' made 'age >= 61'" in said
    assert '  answers: {"age": 60, "past": {"cancer": "yes"}}' in said
    assert "  level lower: consultation_2w (not excluded: emergency_ambulance)  →  consultation" in said


@pytest.mark.slow
def test_cases_at_the_threshold_leave_no_fault_of_a_flag_unnoticed(pack: Path) -> None:
    before = [one for one in faults(pack) if one["rule"] == "red_flags/old_with_cancer"]
    add(pack, OLD_WITH_CANCER)
    after = [one for one in faults(pack) if one["rule"] == "red_flags/old_with_cancer"]
    assert len(before) > 5
    assert after == []


@pytest.mark.slow
def test_the_people_are_written_and_run_to_the_level_that_was_claimed(pack: Path, tmp_path: Path) -> None:
    folder = tmp_path / "people"
    silent = faults(pack, "--people", str(folder))
    files = sorted(folder.iterdir())
    assert len(files) == len(silent)
    for file, one in zip(files, silent, strict=True):
        level, reach = one["levels_before"]  # type: ignore[misc]
        told = json.loads(run("run", str(pack), "--answers", str(file), "--no-input", "--format", "json").out)
        assert (told["level"]["id"], told["could_reach"] or told["level"]["id"]) == (level, reach)


def test_people_go_to_an_empty_folder_and_only_with_mutate(pack: Path, tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine").touch()
    result = run("test", str(pack), "--mutate", "--people", str(full))
    assert (result.code, "is not empty; name a new folder" in result.err) == (2, True)
    result = run("test", str(pack), "--people", str(tmp_path / "new"))
    assert (result.code, "add --mutate" in result.err) == (2, True)


@pytest.mark.slow
def test_fail_under_is_about_literals_and_with_mutate_about_faults(pack: Path) -> None:
    add(pack, OLD_WITH_CANCER)
    data = json.loads(run("test", str(pack), "--mutate", "--format", "json").out)
    for options, percent in (([], data["literals"]["percent"]), (["--mutate"], data["faults"]["percent"])):
        assert 0 < percent < 100
        assert run("test", str(pack), *options, "--fail-under", str(percent - 0.1)).code == 0
        assert run("test", str(pack), *options, "--fail-under", str(percent + 0.1)).code == 3


def test_a_case_that_does_not_hold_is_told_with_its_place(pack: Path) -> None:
    add(pack, OLD_WITH_CANCER.replace("age: 60, past", "age: 50, past"))
    result = run("test", str(pack), "--mutate")
    assert result.code == 3
    assert (
        "cases.yaml:6:14: error case-fails: old: level is consultation, expected consultation_2w"
        in result.out
    )


def test_literals_that_no_case_shows_are_told_with_their_place(pack: Path) -> None:
    place = (
        f"{pack}/red_flags.yaml:9:73: red_flags/old_with_cancer: no case shows that it matters when 'cancer'"
    )
    assert place in run("test", str(pack)).out
    add(pack, OLD_WITH_CANCER)
    assert place not in run("test", str(pack)).out


def test_what_is_broken_off_is_a_part_and_says_so(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken_off(*given: object) -> object:
        for number, one in enumerate(judged(*given)):  # type: ignore[arg-type]
            if number == 20:
                raise KeyboardInterrupt
            assert isinstance(one, Judged)
            yield one

    monkeypatch.setattr("triage.verify.trial.judged", broken_off)
    result = run("test", str(pack), "--mutate")
    assert result.code == 130
    assert "Interrupted after 20 of 114 faults: a partial result." in result.out
