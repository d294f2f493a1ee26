"""The program as a whole: help, start-up, check, show, schema, and what a misspelt word gets."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from tests.cli.command import program, run
from tests.conftest import ROOT, SMALL
from triage import __version__

HEAVY = ("pydantic", "yaml", "rich", "triage.pack", "triage.loading")


UNUSED_IN_A_RUN = (
    "rich", "importlib.metadata", "email", "tempfile", "multiprocessing", "triage.fhir.reading", "triage.explain",
    "triage.session", "triage.verify", "triage.worlds", "triage.batch",
)  # fmt: skip


def imported(args: list[str], names: tuple[str, ...]) -> str:
    """Which of the modules a command imports, as it runs in a process of its own."""
    code = (
        "import sys\nfrom triage.cli import _run\n"
        f"code = _run({args!r})\n"
        f"print([name for name in {names!r} if name in sys.modules], file=sys.stderr)\nsys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0
    return done.stderr


@pytest.mark.parametrize(
    "args", [["--help"], ["--version"], ["-h"], ["check", "--help"], ["schema", "--help"]]
)
def test_help_and_version_start_without_the_rest(args: list[str]) -> None:
    assert imported(args, HEAVY) == "[]\n"


def test_a_run_with_given_answers_starts_without_what_it_does_not_need(tmp_path: Path) -> None:
    (tmp_path / "answers.yaml").write_text("age: 63\n")
    args = ["run", str(SMALL), "--answers", str(tmp_path / "answers.yaml"), "--no-input", "--format", "json"]
    assert imported(args, UNUSED_IN_A_RUN) == "[]\n"


def test_completion_knows_the_commands_and_starts_without_the_rest() -> None:
    env = {"_TRIAGE_COMPLETE": "bash_complete", "COMP_WORDS": "triage s", "COMP_CWORD": "1"}
    result = program(**env)
    assert "plain,show" in result.out
    assert "plain,schema" in result.out


def test_every_command_has_help_and_stands_in_the_help_of_the_program() -> None:
    from triage.cli import COMMANDS
    from triage.cli import program as group

    text = run("--help").out
    assert list(group.commands) == list(COMMANDS)
    for name, command in group.commands.items():
        assert command.help
        assert f"  {name} " in text
        assert COMMANDS[name] in text
        assert isinstance(command, click.Command)


def test_the_version_is_the_one_of_the_package() -> None:
    assert run("--version").out == f"triage {__version__}\n"


def test_a_misspelt_command_gets_a_suggestion() -> None:
    result = run("chek")
    assert result.code == 2
    assert "there is no command 'chek' (did you mean 'check'?)" in result.err


def test_the_launcher_of_a_checkout_is_the_same_program(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), "--version"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.stdout == f"triage {__version__}\n"


def test_triage_alone_starts_the_interview_about_the_liver() -> None:
    result = run(stdin="")
    assert result.code == 4
    assert "calcification in the liver" in result.err
    assert "How old are you?" in result.err


def test_a_pack_that_does_not_exist_gets_a_suggestion() -> None:
    result = run("run", "liver_calcificaton", "--no-input")
    assert result.code == 3
    assert "did you mean 'liver_calcification'?" in result.err


def test_a_fault_of_the_program_is_a_short_message_and_exit_1(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("triage.assess.assess", broken)
    result = run("run", str(SMALL), "--age", "4", "--no-input")
    assert result.code == 1
    assert "This is a fault in triage, not in your answers: RuntimeError: boom" in result.err
    assert "Traceback" not in result.err
    monkeypatch.setenv("TRIAGE_DEBUG", "1")
    assert "Traceback" in run("run", str(SMALL), "--age", "4", "--no-input").err


# --- check --------------------------------------------------------------------------------------


def test_check_counts_and_passes() -> None:
    result = run("check", str(SMALL))
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith("0 errors, 0 warnings in 7 questions")
    shipped = run("check")
    assert (shipped.code, shipped.err) == (0, "")
    assert shipped.out.startswith("0 errors, 0 warnings in ")
    assert "130/130 seed statements: " in shipped.out


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    folder = tmp_path / "pack"
    shutil.copytree(SMALL, folder)
    path = folder / "red_flags.yaml"
    path.write_text(
        path.read_text()
        .replace("fever and jaundice", "fevr and jaundice")
        .replace("level: consultation_24", "level: soon")
    )
    return folder


def test_check_prints_every_problem_in_one_line_with_a_caret_under_conditions(faulty: Path) -> None:
    result = run("check", str(faulty))
    assert result.code == 3
    lines = result.out.splitlines()
    assert (
        lines[0]
        == f"{faulty}/red_flags.yaml:2:71: error condition: nothing is called 'fevr' (did you mean 'fever'?)"
    )
    assert lines[1:3] == ["    fevr and jaundice", "    ^"]
    assert len([line for line in lines if ": error " in line]) == 3
    assert result.err == "3 errors, 0 warnings\n"


def test_check_as_json(faulty: Path) -> None:
    found = run("check", str(faulty), "--format", "json")
    assert found.code == 3
    assert found.json["ok"] is False
    assert found.json["issues"][0] == {
        "code": "condition", "severity": "error", "message": "nothing is called 'fevr'", "hint": "did you mean 'fever'?",
        "path": f"{faulty}/red_flags.yaml", "line": 2, "column": 71,
    }  # fmt: skip
    assert run("check", str(SMALL), "--format", "json").json["ok"] is True


def test_check_of_an_empty_folder_names_what_is_missing(tmp_path: Path) -> None:
    result = run("check", str(tmp_path))
    assert result.code == 3
    assert result.out.count("missing-file") == 6


# --- show and schema ----------------------------------------------------------------------------


def test_show_lists_what_a_pack_contains() -> None:
    content = run("show", str(SMALL), "--format", "json").json
    assert [question["id"] for question in content["questions"]] == [
        "age", "alarm", "iron", "hepatitis", "past", "benign", "no_stones",
    ]  # fmt: skip
    assert content["questions"][0] | {"why": None} == {
        "id": "age", "kind": "number", "ask": "How old are you?", "only_if": None, "options": [], "min": 0, "max": 120, "why": None,
    }  # fmt: skip
    assert content["questions"][1]["options"][0] == {"id": "fever", "label": "Fever"}
    assert {"id": "bleeding", "level": "emergency_ambulance", "when": "black_stool and not iron"} in content[
        "red_flags"
    ]
    assert [(s["id"], s["document"], s["status"], s["reason"]) for s in content["statements"]] == [
        ("T1", "T", "used", None), ("T2", "T", "used", None), ("T3", "T", "withheld", "It is a medicine."), ("R1", "R", "used", None),
    ]  # fmt: skip
    text = run("show", str(SMALL)).out
    assert "  T3 [T, withheld because It is a medicine.]: Take examplamycin." in text
    assert "  iron [yes_no]: Do you take iron? (only if black_stool)" in text


@pytest.mark.parametrize("what", ["assessment", "pack"])
def test_the_schemas_kept_in_the_repository_are_the_ones_of_the_program(what: str) -> None:
    kept = ROOT / "docs" / "schema" / f"{what}.json"
    assert kept.read_text(encoding="utf-8") == run("schema", what).out
    assert json.loads(kept.read_text(encoding="utf-8"))
