"""Scripted answers: by options, by files, by lines from a pipe."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import Result, program, run
from tests.conftest import ROOT, SMALL
from triage.pack import Pack
from triage.wellformed import OPTIONS, RESERVED

PACK = str(SMALL)
ALL_NO = {"fever": "no", "jaundice": "no", "black_stool": "no"}


def answers(*args: str, stdin: str = "") -> object:
    """The answers that a run came to."""
    result = run("run", PACK, *args, "--no-input", "--format", "json", stdin=stdin)
    assert result.code == 0, result.err
    return result.json["answers"]


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--age", "63"], {"age": 63}),
        (["--age=unknown"], {"age": "unknown"}),
        (["--hepatitis", "b"], {"hepatitis": "b"}),
        (["--hepatitis", "B"], {"hepatitis": "b"}),
        (["--no-stones", "yes"], {"no_stones": "yes"}),
        (["--no_stones", "yes"], {"no_stones": "yes"}),
        (["--alarm", "fever"], {"alarm": {"fever": "yes"}}),
        (
            ["--alarm", "fever", "--alarm", "?black_stool"],
            {"alarm": {"fever": "yes", "black_stool": "unknown"}},
        ),
        (
            ["--alarm", "fever,?black-stool,!jaundice"],
            {"alarm": {"fever": "yes", "jaundice": "no", "black_stool": "unknown"}},
        ),
        (["--alarm", "none"], {"alarm": ALL_NO}),
        (["--alarm", "none-other"], {"alarm": ALL_NO}),
        (["--alarm", "fever", "--alarm", "none-other"], {"alarm": {**ALL_NO, "fever": "yes"}}),
        (["--age", "63", "--age", "63"], {"age": 63}),
        ([], {}),
    ],
)
def test_every_question_is_an_option_and_what_is_not_named_stays_unknown(
    flags: list[str], said: object
) -> None:
    assert answers(*flags) == said


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--agee", "3"], "No such option '--agee'. (Did you mean one of: '--age', '--date', '--save'?)"),
        (["--age", "150"], "--age: 'age' cannot be '150' (allowed: a whole number from 0 to 120, or unknown)"),
        (["--age", "-4"], "--age: 'age' cannot be '-4' (allowed: a whole number from 0 to 120, or unknown)"),
        (["--age", "3-4"], "--age: 'age' cannot be '3-4' (allowed: a whole number from 0 to 120, or unknown)"),
        (["--hepatitis", "B-C"], "--hepatitis: 'hepatitis' cannot be 'B-C' (allowed: never, b, c, unknown)"),
        (["--alarm", "black-stol"], "--alarm: there is no item 'black-stol' (did you mean 'black-stool'?;"),
        (["--alarm", "?none"], "--alarm: there is no item '?none' (did you mean 'none'?;"),
        (["--age", "63", "--age", "64"], "--age: two answers to one question: '63' and '64' (keep one)"),
        (["--hepatitis", "d"], "--hepatitis: 'hepatitis' cannot be 'd' (allowed: never, b, c, unknown)"),
        (["--alarm", "fevr"], "--alarm: there is no item 'fevr' (did you mean 'fever'?; '?' in front: not sure, '!': no)"),
        (["--alarm", "none", "--alarm", "fever"], "--alarm: 'none' and 'fever' contradict each other ('none-other' says no to the rest)"),
        (["--alarm", "fever,?fever"], "--alarm: 'alarm' says both yes and unknown to 'fever' (keep one of the two)"),
        (["--alarm", "fever,!fever"], "--alarm: 'alarm' says both yes and no to 'fever' (keep one of the two)"),
        (["--alarm", "none", "--iron", "yes"], "'iron' (yes) does not apply, because of the answer: Black stool: no (change one of the two answers or leave one out)"),
        (["--date", "tomorrow"], "a date is written like 2026-11-23"),
        (["--date", "2026-02-30"], "a date is written like 2026-11-23"),
        (["--date", "20261123"], "a date is written like 2026-11-23"),
        (["--format", "docx"], "'docx' is not one of 'text', 'markdown', 'html', 'pdf', 'json', 'fhir'."),
        (["--answers", "nowhere.yaml"], "--answers: cannot read 'nowhere.yaml': No such file or directory"),
        (["stray"], "Got unexpected extra argument (stray)"),
    ],
)  # fmt: skip
def test_a_wrong_option_says_what_is_allowed_and_exits_2(flags: list[str], said: str) -> None:
    result = run("run", PACK, *flags, "--no-input")
    assert result.code == 2
    assert said in result.err
    assert result.out == ""
    assert "Traceback" not in result.err


FORMS = {
    "map.yaml": "age: 63\nalarm:\n  fever: yes\n  black_stool: unknown\n",
    "map.json": '{"age": 63, "alarm": {"fever": "yes", "black_stool": "unknown"}}',
    "truth.json": '{"age": 63, "alarm": {"fever": true, "black_stool": "unknown", "jaundice": null}}',
    "list.yaml": "age: 63\nalarm: [fever, '?black_stool']\n",
}


@pytest.mark.parametrize("name", FORMS)
def test_answers_come_from_files_in_every_form_and_from_standard_input(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text(FORMS[name])
    expected = {"age": 63, "alarm": {"fever": "yes", "black_stool": "unknown"}}
    assert answers("--answers", str(file)) == expected
    assert answers("--answers", "-", stdin=FORMS[name]) == expected


def test_a_closed_list_says_no_to_the_rest(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("alarm: {items: [fever], closed: true}\n")
    assert answers("--answers", str(file)) == {"alarm": {**ALL_NO, "fever": "yes"}}


def test_flags_win_over_the_file_item_by_item(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("age: 40\nhepatitis: b\nalarm: {fever: yes, jaundice: yes}\n")
    found = answers("--answers", str(file), "--age", "63", "--alarm", "?fever", "--alarm", "black_stool")
    assert found == {
        "age": 63,
        "hepatitis": "b",
        "alarm": {"fever": "unknown", "jaundice": "yes", "black_stool": "yes"},
    }
    assert answers("--answers", str(file), "--alarm", "none") == {
        "age": 40,
        "hepatitis": "b",
        "alarm": ALL_NO,
    }
    closed = answers("--answers", str(file), "--alarm", "!fever,none-other")
    assert closed == {"age": 40, "hepatitis": "b", "alarm": {**ALL_NO, "jaundice": "yes"}}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("age: 63\nage: 64\n", ":2:1: error duplicate-key"),
        ("age: &x 63", ":1:6: error anchor"),
        ("[1, 2]", "must map question ids to answers, like 'age: 63'"),
        ("agee: 63", "there is no question 'agee' (did you mean 'age'?)"),
        ("age: .nan", "'age' cannot be '.nan'"),
        ("alarm: {fever: no, closed: maybe}", "'alarm' cannot be 'closed: maybe'"),
        ("age: 900\nhepatitis: x", "'age' cannot be '900' (allowed: a whole number from 0 to 120, or unknown)\n'hepatitis' cannot be 'x'"),
        ("", ":1:1: error empty-file"),
    ],
)  # fmt: skip
def test_a_broken_answers_file_is_refused_with_its_place(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(content)
    result = run("run", PACK, "--answers", str(file), "--no-input")
    assert (result.code, result.out) == (2, "")
    assert said in result.err


def test_help_lists_every_question_in_sections_with_its_choices(small: Pack) -> None:
    text = " ".join(run("run", PACK, "--help").out.split())
    for question in small.questions:
        assert f"--{question.id.replace('_', '-')}" in text
        for choice in question.choices:
            assert choice.replace("_", "-") in text
    assert (
        "Danger signs: --alarm ITEM Do you have any of these now? [fever | jaundice | black-stool | none | none-other]"
        in text
    )
    assert "[0 to 120, or unknown]" in text


def test_the_options_of_the_program_are_reserved_in_packs() -> None:
    own = {param.name for param in __import__("triage.cli.run", fromlist=["run"]).run.params}
    names = {
        name for param in __import__("triage.cli.run", fromlist=["run"]).run.params for name in param.opts
    }
    assert {name.lstrip("-").replace("-", "_") for name in names} <= OPTIONS
    assert own - {"file", "style", "fonts"} <= OPTIONS
    assert {"back", "quit", "why", "skip", "list", "help", "none", "unknown"} <= RESERVED


# --- asking or not ------------------------------------------------------------------------------

LINES = "none\n40\nb\nnone\nyes\nno\n"


def test_without_answers_and_terminal_lines_are_read_from_standard_input() -> None:
    result = run("run", PACK, stdin=LINES)
    assert result.code == 0
    assert result.out.startswith("SUMMARY: A SMALL PACK FOR TESTS")
    assert "How old are you?" in result.err
    assert "How old are you?" not in result.out


def test_the_end_of_input_is_never_an_answer() -> None:
    result = run("run", PACK, stdin="none\n40\n")
    assert (result.code, result.out) == (4, "")
    assert "The input ended before the interview did. Nothing was assumed" in result.err
    assert "- Have you had hepatitis?" in result.err


def test_an_unfinished_last_line_counts_and_an_empty_input_does_not() -> None:
    assert run("run", PACK, stdin=LINES.rstrip("\n")).code == 0
    assert run("run", PACK, stdin="").code == 4


def test_with_answers_and_without_a_terminal_nothing_is_asked() -> None:
    result = run("run", PACK, "--age", "40", stdin=LINES)
    assert (result.code, result.err) == (0, "")
    assert "This summary is not complete: 6 questions that matter were not answered." in " ".join(
        result.out.split()
    )


def test_no_input_never_asks() -> None:
    result = run("run", PACK, "--no-input", stdin=LINES)
    assert (result.code, result.err) == (0, "")


def test_an_emergency_in_a_pipe_can_be_stopped_at() -> None:
    result = run("run", PACK, stdin="1,2\nstop\n")
    assert result.code == 0
    assert "Go to an emergency department now" in result.out
    assert run("run", PACK, stdin="1,2\n").code == 4


def test_a_very_long_line_and_bytes_that_are_no_text_are_harmless() -> None:
    result = run("run", PACK, stdin=b"x" * 1_000_000 + b"\n\xff\xfe\x1b[31m\n" + LINES.encode())
    assert result.code == 0
    assert "\x1b" not in result.err
    assert max(map(len, result.err.splitlines())) <= 80


# --- what is written ----------------------------------------------------------------------------


def test_a_summary_file_is_private_whole_and_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "summary.txt"
    result = run("run", PACK, "--age", "63", "--output", str(file))
    assert (result.code, result.out) == (0, "")
    assert f"The summary is in {file}. Only you can read it." in result.err
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["summary.txt"]
    before = file.read_text()
    again = run("run", PACK, "--age", "64", "--output", str(file))
    assert again.code == 2
    assert "exists; use --force to replace it" in again.err
    assert file.read_text() == before
    assert run("run", PACK, "--age", "64", "--output", str(file), "--force", "--format", "json").code == 0
    assert json.loads(file.read_text())["answers"] == {"age": 64}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["summary.txt"]


@pytest.mark.parametrize("output", [".", "no/such/folder/x.txt"])
def test_a_file_that_cannot_be_written_is_refused_before_anything_is_asked(
    tmp_path: Path, output: str
) -> None:
    result = run("run", PACK, "--output", str(tmp_path / output), stdin=LINES)
    assert result.code == 2
    assert result.err.startswith("Usage:") or "--output" in result.err
    assert "How old" not in result.err


def test_nothing_is_written_unless_asked(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    result = program("run", PACK, stdin=LINES.encode(), cwd=home, HOME=str(home), XDG_CACHE_HOME=str(home))
    assert result.code == 0
    assert list(home.rglob("*")) == []


def test_a_closed_pipe_is_no_crash() -> None:
    command = f"{sys.executable} -m triage run {PACK} --age 40 --no-input | head -1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.stdout == "SUMMARY: A SMALL PACK FOR TESTS\n"
    assert done.stderr == ""
    assert done.returncode == 0


# --- exit codes and dates -----------------------------------------------------------------------


def test_the_level_is_an_exit_code_only_when_asked_for() -> None:
    alarm = ("--alarm", "fever,jaundice,none-other")
    assert run("run", PACK, *alarm).code == 0
    assert run("run", PACK, *alarm, "--exit-level").code == 13
    assert run("run", PACK, "--age", "40", "--exit-level").code == 10


def test_the_date_is_the_one_given_or_that_of_the_session() -> None:
    assert (
        run("run", PACK, "--age", "40", "--date", "2026-11-23", "--format", "json").json["date"]
        == "2026-11-23"
    )
    assert run("run", PACK, "--age", "40", "--format", "json").json["date"] is None
    assert run("run", PACK, "--format", "json", stdin=LINES).json["date"] is not None


def test_the_examples_of_the_help_run_on_the_shipped_pack() -> None:
    first = run(
        "run",
        "--age",
        "63",
        "--hepatitis",
        "b",
        "--alarm",
        "fever",
        "--alarm",
        "?black_stool",
        "--format",
        "json",
    )
    assert first.code == 0
    assert first.json["answers"] == {
        "age": 63,
        "alarm": {"black_stool": "unknown", "fever": "yes"},
        "hepatitis": "b",
    }
    assert (first.json["level"]["id"], first.json["could_reach"]) == (
        "consultation_24",
        "emergency_ambulance",
    )
    assert run("--age", "41", "--alarm", "none", "--format", "json").json["answers"]["age"] == 41


def test_the_program_leaves_with_the_code_of_the_run() -> None:
    def code(*args: str, stdin: bytes = b"") -> Result:
        return program(*args, stdin=stdin)

    assert code("run", PACK, "--age", "40", "--no-input").code == 0
    assert code("run", PACK, stdin=b"none\n").code == 4
    assert code("run", "no_such_pack").code == 3
    assert code("run", PACK, "--agee", "4").code == 2
