"""Saved sessions: written at once, gone on with, replayed; and files that are no sessions."""

import fcntl
import json
import os
import re
import resource
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest

from tests.cli.command import Result, program, run
from tests.cli.terminal import Session
from tests.conftest import ROOT, SMALL
from triage.answers import Answer
from triage.assess import assess
from triage.interview import Answered, Event, Step, fold, next_step
from triage.loading import find_pack, load_cases, load_pack
from triage.pack import EMERGENCY, Case, Pack, Question
from triage.report.markdown import to_markdown
from triage.report.summary import summary
from triage.report.text import to_text
from triage.session import MAX_CHANGES, Recording, RulesChanged, entry_line, header_line, header_of, read
from triage.session import fold as fold_session
from triage.verify.cases import complete
from triage.view import View

PACK = str(SMALL)
LINES = "none\n40\nb\nnone\nyes\nno\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "s.jsonl"


def start(file: Path, lines: str, *options: str) -> Result:
    return run("run", PACK, "--save", str(file), *options, stdin=lines)


def go_on(file: Path, lines: str = "", *options: str, pack: str = PACK) -> Result:
    return run("run", pack, "--resume", str(file), *options, stdin=lines)


def replay(file: Path, *options: str, pack: str = PACK) -> Result:
    return run("replay", str(file), "--pack", pack, *options)


def events(file: Path) -> list[str]:
    """What happened, in a few words an event."""
    told = []
    for line in file.read_text(encoding="utf-8").splitlines()[1:]:
        event = json.loads(line)
        told.append(" ".join(str(event[key]) for key in ("event", "question", "item", "how") if key in event))
    return told


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


# --- saving -------------------------------------------------------------------------------------------


def test_every_step_of_an_interview_stands_in_the_file(file: Path) -> None:
    result = start(file, "?1,2\nback\n1\n40\nback\n\nb\nnone\nyes\nno\n")
    assert result.code == 0
    assert events(file) == [
        "asked alarm", "answered alarm", "asked alarm fever", "back", "asked alarm", "answered alarm",
        "asked age", "answered age", "asked hepatitis", "back", "asked age", "answered age",
        "asked hepatitis", "answered hepatitis", "asked past", "answered past", "asked benign", "answered benign",
        "asked no_stones", "answered no_stones", "end finished",
    ]  # fmt: skip
    assert f"your answers are saved in {file}." in flat(result.err)
    assert flat(result.err).endswith(f"The session is in {file}. Only you can read it. ")
    assert "nothing was saved" not in result.err


def test_the_summary_is_the_same_with_and_without_a_file(file: Path) -> None:
    saved, plain = start(file, LINES), run("run", PACK, stdin=LINES)
    assert (saved.code, saved.out) == (plain.code, plain.out)


def test_a_file_is_private_whatever_the_mask_says(file: Path) -> None:
    before = os.umask(0)
    try:
        start(file, "none\n")
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert os.listdir(file.parent) == [file.name]


def test_a_file_that_others_could_read_is_private_again_when_it_is_used(file: Path) -> None:
    start(file, "none\n")
    file.chmod(0o644)
    go_on(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_is_on_the_screen_is_on_the_disk_before_it(file: Path) -> None:
    session = Session("--save", str(file))
    assert events(file) == ["asked alarm"]
    session.send("none")
    assert events(file) == ["asked alarm", "answered alarm", "asked age"]
    session.send("back")
    assert events(file)[-2:] == ["back", "asked alarm"]
    session.send("1,2")
    assert "Stop here and show the summary" in session.since
    assert events(file)[-1] == "answered alarm"
    session.send("back")
    assert events(file)[-2:] == ["back", "asked alarm"]
    session.send("1,2")
    session.child.sendline("stop")
    assert session.finish() == 0
    assert events(file)[-2:] == ["answered alarm", "end stopped"]


def test_leaving_says_where_the_answers_are(file: Path) -> None:
    result = start(file, "none\nquit\n")
    assert result.code == 4
    assert events(file)[-1] == "end quit"
    said = f"You stopped before the end. Nothing was assumed. Your answers are in {file}. Only you can read it; --resume goes on with it."
    assert said in flat(result.err)
    ended = go_on(file, "40\n")
    assert ended.code == 4
    assert events(file)[-2:] == ["answered age", "asked hepatitis"]
    assert "The input ended before the interview did. Nothing was assumed. Your answers are in" in flat(
        ended.err
    )


def test_ctrl_c_says_where_the_answers_are(file: Path) -> None:
    session = Session("--save", str(file))
    session.send("none")
    assert session.key("c") == 130
    assert f"Interrupted. Your answers are in {file}." in session.everything
    assert events(file) == ["asked alarm", "answered alarm", "asked age"]


def test_ctrl_c_after_the_summary_says_where_the_answers_are_too(file: Path) -> None:
    session = Session()
    for line in ("none", "9", "1", f"save {file}"):
        session.send(line)
    assert session.key("c") == 130
    assert f"Interrupted. Your answers are in {file}." in flat(session.everything)
    assert "Nothing was saved" not in session.everything


def test_answers_given_beforehand_are_part_of_the_session(file: Path) -> None:
    session = Session("--save", str(file), "--age", "63", "--alarm", "fever")
    session.send("none")
    session.child.sendline("quit")
    assert session.finish() == 4
    lines = file.read_text().splitlines()
    assert json.loads(lines[1]) == {"event": "given", "answers": {"age": 63, "alarm": {"fever": "yes"}}}
    assert go_on(file, "b\nnone\nyes\nno\n", "--format", "json").json["answers"] == {
        "age": 63, "alarm": {"fever": "yes", "jaundice": "no", "black_stool": "no"}, "hepatitis": "b",
        "past": {"stones": "no", "cancer": "no", "injury": "no"}, "benign": "yes", "no_stones": "no",
    }  # fmt: skip


@pytest.mark.parametrize(("flags", "how"), [(["--age", "9"], "stopped"), (["--age", "9", "--alarm", "none", "--hepatitis", "never"], "finished")])  # fmt: skip
def test_a_run_that_asks_nothing_is_a_session_too(file: Path, flags: list[str], how: str) -> None:
    result = run("run", PACK, *flags, "--no-input", "--save", str(file))
    assert events(file) == ["given", f"end {how}"]
    assert replay(file).out == result.out
    assert date.today().isoformat() in result.out


def test_a_session_saved_after_its_summary_is_as_if_it_had_been_saved_all_along(file: Path) -> None:
    session = Session("--age", "63", "--format", "json", "--date", "2026-11-23")
    for line in ("?1,2", "no", "b", "back", "c", "none", "no", f"save {file}"):
        session.send(line)
    assert f"Your answers are in {file}." in flat(session.since)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert events(file) == [
        "given", "asked alarm", "answered alarm", "asked alarm fever", "answered alarm fever", "asked hepatitis",
        "answered hepatitis", "asked past", "back", "asked hepatitis", "answered hepatitis", "asked past",
        "answered past", "asked no_stones", "answered no_stones", "end finished",
    ]  # fmt: skip
    session.send("change past")
    session.send("1")
    assert events(file)[16:] == [
        "back", "back", "asked past", "answered past", "answered no_stones", "end finished",
    ]  # fmt: skip
    session.child.sendline("")
    assert session.finish() == 0
    again = replay(file, "--format", "json")
    assert again.json["answers"]["past"]["stones"] == "yes"
    assert again.out in session.everything


# --- a file that cannot be written ----------------------------------------------------------------------


def refused(result: Result, said: str) -> None:
    """One line, before anything was asked."""
    assert (result.code, result.out) == (2, "")
    assert result.err == f"Error: {said}\n"


def test_an_existing_file_is_never_touched_unless_forced(file: Path) -> None:
    file.write_text("a diary\n")
    said = f"--save: '{file}' exists (--resume {file} goes on with a session; --force replaces the file)"
    refused(start(file, LINES), said)
    assert file.read_text() == "a diary\n"
    assert start(file, LINES, "--force").code == 0
    assert events(file)[-1] == "end finished"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert os.listdir(file.parent) == [file.name]


def test_a_link_is_replaced_and_what_it_leads_to_is_not(tmp_path: Path, file: Path) -> None:
    diary = tmp_path / "diary"
    diary.write_text("a diary\n")
    file.symlink_to(diary)
    assert "exists" in start(file, LINES).err
    assert start(file, LINES, "--force").code == 0
    assert diary.read_text() == "a diary\n"


@pytest.mark.parametrize("force", [(), ("--force",)])
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no/folder/s.jsonl", "No such file or directory"),
        ("diary/s.jsonl", "Not a directory"),
        ("x" * 300, "File name too long"),
    ],
)
def test_a_place_that_cannot_hold_a_file_is_refused_at_once(
    tmp_path: Path, name: str, said: str, force: tuple[str, ...]
) -> None:
    (tmp_path / "diary").write_text("a diary\n")
    place = tmp_path / name
    refused(start(place, LINES, *force), f"--save: cannot write '{place}': {said}")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    refused(start(tmp_path, LINES, "--force"), f"--save: cannot write '{tmp_path}': Is a directory")
    assert "exists" in start(tmp_path, LINES).err


def test_a_pipe_is_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    refused(start(pipe, LINES, "--force"), f"--save: '{pipe}' is not a file that can hold a session")
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.fixture
def nobody() -> Iterator[None]:
    """Whoever is allowed everything gives that up for a while."""
    all_powerful = os.geteuid() == 0
    if all_powerful:
        os.seteuid(65534)
    yield
    if all_powerful:
        os.seteuid(0)


@pytest.mark.usefixtures("nobody")
def test_a_folder_that_may_not_be_written_is_refused_at_once() -> None:
    refused(start(Path("/s.jsonl"), LINES), "--save: cannot write '/s.jsonl': Permission denied")


def limited(size: int, *args: str) -> Result:
    """The program where no file can grow beyond a size, as on a disk that is full."""
    done = subprocess.run(
        [sys.executable, "-m", "triage", *args], input=LINES, capture_output=True, text=True, cwd=ROOT, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )  # fmt: skip
    return Result(done.returncode, done.stdout, done.stderr)


def test_a_full_disk_is_told_before_anything_is_asked(file: Path) -> None:
    refused(limited(100, "run", PACK, "--save", str(file)), f"--save: cannot write '{file}': File too large")
    assert os.listdir(file.parent) == []


def test_a_disk_that_fills_up_midway_is_told_once_and_loses_nothing_on_the_screen(file: Path) -> None:
    header = header_line(header_of(load_pack(SMALL), "0.1.0", "2026-11-23"))
    result = limited(len(header) + 170, "run", PACK, "--save", str(file))
    assert "Traceback" not in result.err
    assert (
        flat(result.err).count(
            f"Your answers cannot be saved in {file}: File too large. You can go on without."
        )
        == 1
    )
    assert result.out.startswith("SUMMARY: A SMALL PACK FOR TESTS")
    assert "- Hepatitis: hepatitis B" in result.out
    assert result.code == 2
    assert result.err.endswith(
        f"Error: --save: cannot write '{file}': File too large; the summary is above\n"
    )
    assert events(file) == ["asked alarm", "answered alarm"]
    assert read(file).torn is None
    assert go_on(file, LINES.partition("\n")[2]).code == 0


def test_leaving_a_session_that_could_not_be_saved_shows_the_answers(file: Path) -> None:
    session = Session("--save", str(file))
    pid = session.child.pid
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (file.stat().st_size, resource.RLIM_INFINITY))
    session.send("none")
    session.send("40")
    session.child.sendline("quit")
    assert session.finish() == 4
    said = flat(session.everything)
    assert (
        f"Your last answers could not be saved in {file}: File too large. - Danger signs: No: Fever;" in said
    )
    assert "- Age: 40 years" in said


def test_when_there_is_room_again_everything_is_saved(file: Path) -> None:
    session = Session("--save", str(file))
    pid = session.child.pid
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (file.stat().st_size + 30, resource.RLIM_INFINITY))
    session.send("none")
    assert f"Your answers cannot be saved in {file}: File too large." in flat(session.since)
    session.send("40")
    assert events(file) == ["asked alarm"]
    assert file.read_text().endswith("\n")
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    session.send("b")
    assert f"Your answers are saved in {file} again." in flat(session.since)
    assert events(file)[-2:] == ["answered hepatitis", "asked past"]
    session.child.sendline("quit")
    assert session.finish() == 4
    assert f"Your answers are in {file}." in flat(session.everything)


@pytest.mark.parametrize(
    "harm", [lambda file: file.unlink(), lambda file: file.write_text(""), lambda file: os.replace(ROOT / "nothing", file)]
)  # fmt: skip
def test_a_file_that_somebody_removes_or_shortens_is_noticed(
    file: Path, harm: Callable[[Path], object]
) -> None:
    session = Session("--save", str(file))
    try:
        harm(file)
    except FileNotFoundError:
        (file.parent / "other").write_text("another file\n")
        os.replace(file.parent / "other", file)
    session.send("none")
    assert f"cannot be saved in {file}: somebody moved, changed or cut it." in flat(session.since)
    assert "How old are you?" in session.since
    session.child.close(force=True)


# --- going on -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", range(7))
def test_a_session_left_anywhere_comes_to_the_same_end(file: Path, after: int) -> None:
    lines = LINES.splitlines(keepends=True)
    whole = start(file.with_name("whole"), LINES, "--date", "2026-11-23")
    start(file, "".join(lines[:after]), "--date", "2026-11-23")
    result = go_on(file, "".join(lines[after:]))
    assert (result.code, result.out) == (0, whole.out)
    assert events(file) == events(file.with_name("whole"))


def test_drafts_and_closer_looks_are_gone_on_with(file: Path) -> None:
    session = Session("--save", str(file))
    for line in ("?1,2", "don't know", "40", "b", "back", "back"):
        session.send(line)
    session.child.kill(9)
    session.finish()
    again = Session("--resume", str(file))
    assert "You go on with your session of" in again.shown
    assert "Questions answered: 1; left: at most 4." in flat(again.everything)
    assert "Your answer so far: 40 years. Enter keeps it." in again.shown
    again.send("")
    assert "Your answer so far: hepatitis B. Enter keeps it." in again.since
    for line in ("", "none", "yes"):
        again.send(line)
    again.child.sendline("no")
    assert again.finish() == 0
    assert "Do you feel hot and shivery?" not in again.everything


def test_going_back_reaches_what_was_answered_before_the_break(file: Path) -> None:
    start(file, "none\n40\n")
    again = Session("--resume", str(file))
    again.send("back")
    assert "Your answer so far: 40 years." in again.since
    again.send("back")
    assert "Your answer so far: none." in again.since
    again.send("back")
    assert "This is the first question." in again.since


def test_an_emergency_is_told_again_and_stopping_is_offered(file: Path) -> None:
    start(file, "1,2\nstop\n")
    again = Session("--resume", str(file))
    assert "!!! Go to an emergency department now (now)" in again.shown
    assert "Stop here and show the summary, or go on with the questions?" in again.shown
    again.send("go on")
    assert "How old are you?" in again.since
    again.child.sendline("quit")
    assert again.finish() == 4
    stopped = go_on(file, "stop\n")
    assert (stopped.code, events(file)[-2:]) == (0, ["end quit", "end stopped"])
    assert stopped.out == replay(file).out


def test_a_finished_session_gives_its_summary_again_and_stays_as_it_is(file: Path) -> None:
    first = start(file, LINES)
    before = file.read_bytes()
    again = go_on(file)
    assert (again.code, again.out) == (0, first.out)
    assert file.read_bytes() == before


def test_on_another_day_the_summary_keeps_the_day_of_the_answers_and_says_so(file: Path) -> None:
    start(file, "none\n40\n", "--date", "2025-01-31")
    result = go_on(file, "b\nnone\nyes\nno\n")
    assert "What you said about now was about 2025-01-31." in flat(result.err)
    assert "Date: 2025-01-31" in result.out
    start(file.with_name("today"), "none\n")
    assert "What you said about now" not in go_on(file.with_name("today")).err


def test_a_torn_line_is_left_out_with_a_note_and_written_over(file: Path) -> None:
    start(file, "none\n40\n")
    whole = file.read_bytes()
    with file.open("ab") as end:
        end.write(b'{"event": "answered", "question": "hepatitis", "ans' + b"x" * 500)
    note = f"{file}:7: the last line was cut off while it was written; it is left out."
    shown = replay(file)
    assert (shown.code, note in flat(shown.err)) == (4, True)
    result = go_on(file, "c\n")
    assert note in flat(result.err)
    content = file.read_bytes()
    assert content.startswith(whole)
    assert events(file)[4:] == ["asked hepatitis", "answered hepatitis", "asked past"]


@pytest.mark.parametrize(
    "options",
    [["--age", "63"], ["--answers", "x.yaml"], ["--no-input"], ["--date", "2026-11-23"], ["--save", "other"], ["--alarm", "none"]],
)  # fmt: skip
def test_what_would_change_the_session_does_not_go_with_going_on(file: Path, options: list[str]) -> None:
    start(file, "none\n")
    before = file.read_bytes()
    result = go_on(file, "", *options)
    assert (result.code, result.out) == (2, "")
    assert f"Error: {options[0]} does not go with --resume: a session has its own" in result.err
    assert file.read_bytes() == before


def test_accepting_changes_without_a_session_is_a_mistake() -> None:
    result = run("run", PACK, "--accept-changes", "--no-input")
    assert (result.code, "--accept-changes goes with --resume" in result.err) == (2, True)


def test_the_summary_never_takes_the_place_of_the_session(file: Path) -> None:
    start(file, LINES)
    before = file.read_bytes()
    same = str(file.parent / ".." / file.parent.name / file.name)
    for result in (
        go_on(file, "", "--output", same, "--force"),
        replay(file, "--output", same, "--force"),
        run("run", PACK, "--save", str(file), "--output", same, "--force", stdin=LINES),
    ):
        assert (result.code, result.out) == (2, "")
        assert "is the session; the summary needs another file" in result.err
    assert file.read_bytes() == before


# --- one at a time --------------------------------------------------------------------------------------


def test_a_file_in_use_is_refused_until_the_other_has_ended(file: Path) -> None:
    session = Session("--save", str(file))
    before = file.read_bytes()
    refused(go_on(file), f"--resume: another run is using '{file}'")
    refused(start(file, LINES, "--force"), f"--save: another run is using '{file}'")
    assert file.read_bytes() == before
    assert replay(file).code == 4
    session.child.kill(9)
    session.finish()
    assert go_on(file, LINES).code == 0


def test_going_on_locks_the_file_too(file: Path) -> None:
    start(file, "none\n")
    with file.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    session = Session("--resume", str(file))
    with file.open("rb") as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    session.child.close(force=True)


# --- other rules ----------------------------------------------------------------------------------------


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """The small pack, a version later: a shorter range, a reworded item, one option less and one question more."""
    folder = tmp_path / "newer"
    shutil.copytree(SMALL, folder)
    questions = folder / "questions.yaml"
    text = questions.read_text()
    for old, new in (
        ("max: 120", "max: 60"),
        ("label: Fever,", "label: Fever today,"),
        ("      - {id: injury, label: A liver injury}\n", ""),
        ("      - {id: b, label: hepatitis B}\n", "      - {id: b, label: hepatitis B}\n      - {id: e, label: hepatitis E}\n"),
    ):  # fmt: skip
        assert old in text
        text = text.replace(old, new)
    text += "  - {id: cough, kind: yes_no, section: You, ask: Do you cough?, label: Cough, why: Why not., basis: judgement}\n"
    questions.write_text(text)
    for name, old, new in (
        ("pack.yaml", '"1.0.0"', '"1.1.0"'),
        ("red_flags.yaml", "age >= 60 and cancer", "age >= 60 and (cancer or cough)"),
        ("causes/scar.yaml", "injury", "cancer"),
    ):
        edited = folder / name
        assert old in edited.read_text(), name
        edited.write_text(edited.read_text().replace(old, new))
    load_pack(folder)
    return folder


TOLD = """\
The rules have changed since this session was recorded:
- version 1.0.0 is now version 1.1.0
- 'cough' is a new question: Do you cough?
- 'age' went from 0 to 120 and goes from 0 to 60
- 'fever' of 'alarm' was worded 'Fever' and is worded 'Fever today'
- 'hepatitis' has a new option 'e'
- 'past' has no option 'injury' any more
These answers no longer fit, and do not count:
- alarm, fever (no): it is worded differently now
- age (63): it goes from 0 to 60 now
- past, injury (yes): there is no such option any more
"""


def held(file: Path) -> bytes:
    """A session under the old rules."""
    start(file, "2\n63\nb\n3\nquit\n")
    return file.read_bytes()


def test_under_other_rules_without_a_terminal_all_is_told_and_nothing_done(file: Path, newer: Path) -> None:
    before = held(file)
    result = go_on(file, LINES, pack=str(newer))
    assert (result.code, result.out) == (3, "")
    last = f"Error: the rules are not those that '{file}' was recorded with; --accept-changes goes on with the answers that fit\n"
    assert result.err == TOLD + last
    assert file.read_bytes() == before


def test_accepted_changes_are_recorded_and_what_fits_is_kept(file: Path, newer: Path) -> None:
    before = held(file)
    result = go_on(file, "none\n50\nno\n", "--accept-changes", "--format", "json", pack=str(newer))
    assert result.code == 0, result.err
    assert result.err.startswith(TOLD)
    assert result.json["answers"] == {
        "alarm": {"jaundice": "yes", "black_stool": "no", "fever": "no"}, "hepatitis": "b",
        "past": {"stones": "no", "cancer": "no"}, "age": 50, "no_stones": "no",
    }  # fmt: skip
    assert result.json["pack"]["version"] == "1.1.0"
    content = file.read_bytes()
    assert content.startswith(before)
    recording = read(file)
    assert (recording.header.version, recording.rules.version) == ("1.0.0", "1.1.0")
    again = replay(file, "--format", "json", pack=str(newer))
    assert (again.code, again.out) == (0, result.out)
    assert replay(file).code == 3


def test_on_a_terminal_the_person_decides(file: Path, newer: Path) -> None:
    before = held(file)
    session = Session("--resume", str(file), pack=newer)
    assert "Go on with the answers that fit? The rest is asked again." in session.shown
    assert "Type yes or no." in session.shown
    session.send("")
    session.send("perhaps")
    session.child.sendline("no")
    assert session.finish() == 4
    assert f"Nothing was changed in {file}." in flat(session.everything)
    assert file.read_bytes() == before
    session = Session("--resume", str(file), pack=newer)
    assert session.key("d") == 4
    assert file.read_bytes() == before
    session = Session("--resume", str(file), pack=newer)
    session.send("yes")
    assert "  1  Fever today" in session.shown
    assert "Jaundice" not in session.since
    assert events(file)[-2:] == ["rules changed", "asked alarm"]
    session.child.close(force=True)


def test_a_question_that_applies_no_longer_is_named(file: Path, tmp_path: Path) -> None:
    session = Session("--save", str(file))
    for line in ("3", "yes"):
        session.send(line)
    session.child.sendline("quit")
    session.finish()
    folder = tmp_path / "gated"
    shutil.copytree(SMALL, folder)
    questions = folder / "questions.yaml"
    questions.write_text(questions.read_text().replace("only_if: black_stool,", "only_if: fever,"))
    result = go_on(file, "", pack=str(folder))
    assert result.code == 3
    assert flat(result.err).startswith(
        "The rules have changed since this session was recorded: - the version is still 1.0.0, but its content is "
        "not the same - every question is the same; the rules behind them changed These answers do not count, "
        "because their questions do not apply under the new rules: - iron Error:"
    )


def test_a_change_that_concerns_no_answer_says_that_all_fit(file: Path, newer: Path) -> None:
    start(file, "skip\n")
    file_text = file.read_text().replace('"fever": "unknown", ', "")
    file.write_text(file_text)
    result = go_on(file, "", pack=str(newer))
    assert (result.code, "\nEvery answer still fits.\n" in result.err) == (3, True)


def test_a_session_whose_rules_changed_far_too_often_is_begun_anew(file: Path, newer: Path) -> None:
    start(file, "none\n")
    rules = entry_line(RulesChanged(header_of(load_pack(SMALL), "0.1.0", date.today().isoformat())))
    with file.open("a") as end:
        end.write(rules * MAX_CHANGES)
    assert go_on(file, "40\n").code == 4
    before = file.read_bytes()
    said = f"{file}: the rules changed too often in this session; begin anew"
    refused(go_on(file, LINES, "--accept-changes", pack=str(newer)), said)
    assert file.read_bytes() == before


def test_a_session_of_another_pack_is_refused(file: Path) -> None:
    before = held(file)
    said = f"{file}: this is a session of the pack 'small', not of 'liver_calcification'"
    refused(run("run", "--resume", str(file)), said)
    refused(run("replay", str(file), "--pack", "liver_calcification"), said)
    assert file.read_bytes() == before


# --- replaying ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", ["text", "markdown", "json"])
@pytest.mark.parametrize("lines", [LINES, "1,2\nstop\n", "?1,2\nskip\nback\nno\nskip\nskip\nskip\nskip\nskip\n", "none\n40\nback\nback\n2\n\nb\n1,?2\nyes\nno\n"])  # fmt: skip
def test_a_replay_is_the_summary_byte_for_byte(file: Path, lines: str, style: str) -> None:
    first = start(file, lines, "--format", style, "--date", "2026-11-23")
    assert first.code == 0
    before = file.read_bytes()
    again = replay(file, "--format", style)
    assert (again.code, again.out, again.err) == (0, first.out, "")
    assert file.read_bytes() == before


def test_a_replay_can_be_written_to_a_private_file(file: Path, tmp_path: Path) -> None:
    first = start(file, LINES)
    output = tmp_path / "summary.txt"
    result = replay(file, "--output", str(output))
    assert (result.code, result.out) == (0, "")
    assert output.read_text() == first.out
    assert stat.S_IMODE(output.stat().st_mode) == 0o600
    assert replay(file, "--output", str(output)).code == 2
    assert replay(file, "--output", str(output), "--force").code == 0


def test_a_replay_as_a_program_of_its_own_is_the_same(file: Path) -> None:
    first = program("run", PACK, "--save", str(file), stdin=LINES.encode())
    again = program("replay", str(file), "--pack", PACK)
    assert (again.code, again.out, again.err) == (0, first.out, "")


def test_an_unfinished_session_says_what_was_not_answered_and_gives_no_summary(file: Path) -> None:
    start(file, "1,2\ngo\n40\nquit\n")
    result = replay(file)
    assert (result.code, result.out) == (4, "")
    assert result.err.startswith("!!! From your answers so far: Go to an emergency department now (now)\n")
    assert (
        "\n\nThis session did not come to its end. Nothing was assumed.\nNot answered: 3 questions.\n- Have you had hepatitis?\n"
        in result.err
    )


def test_a_session_killed_after_its_last_answer_has_a_summary(file: Path) -> None:
    first = start(file, LINES)
    file.write_text(file.read_text().replace('{"event": "end", "how": "finished"}\n', ""))
    assert replay(file).out == first.out


def test_other_rules_are_never_replayed(file: Path, newer: Path) -> None:
    start(file, LINES)
    result = replay(file, pack=str(newer))
    assert (result.code, result.out) == (3, "")
    old, new = load_pack(SMALL).digest[:16], load_pack(newer).digest[:16]
    assert result.err == (
        f"Error: '{file}' was recorded with version 1.0.0 of the rules (digest {old}); these are version 1.1.0 "
        f"(digest {new}), so it cannot be replayed\n"
    )


def test_the_pack_is_found_by_its_name_or_asked_for(file: Path) -> None:
    flags = ["--age", "41", "--danger", "none", "--alarm", "none", "--no-input"]
    first = run("run", *flags, "--save", str(file))
    assert run("replay", str(file)).out == first.out
    other = file.with_name("small")
    start(other, LINES)
    refused(
        run("replay", str(other)),
        f"{other}: the pack 'small' does not come with the program; name its folder with --pack",
    )


def typed(pack: Pack, case: Case) -> str:
    """What the person of a case types, from the first prompt to the last: the truth, else "don't know"."""
    truth = complete(pack, case)
    events: list[Event] = []
    lines = []
    while True:
        state = fold(pack, events)
        step = next_step(pack, state.answers, state.clarified)
        if step is None:
            return "".join(f"{line}\n" for line in lines)
        line, answer = reply(pack.question[step.question], step, truth.get(step.question, "unknown"))
        before = View(pack, state.answers).fired_rank()
        events.append(Answered(step, answer))
        after = fold(pack, events)
        lines.append(line)
        rose = View(pack, after.answers).fired_rank() > max(before, EMERGENCY - 1)
        if rose and next_step(pack, after.answers, after.clarified) is not None:
            lines.append("go on")


def reply(question: Question, step: Step, said: Answer) -> tuple[str, Answer]:
    """The line and the answer that it stands for."""
    if question.kind != "several_of":
        return str(said), said
    states = said if isinstance(said, Mapping) else {}
    if step.item is not None:
        return states.get(step.item, "unknown"), states.get(step.item, "unknown")
    answer = {item: states.get(item, "unknown") for item in question.choices}
    marks = {"yes": "", "unknown": "?"}
    parts = [
        f"{marks[state]}{place}" for place, state in enumerate(answer.values(), start=1) if state in marks
    ]
    return ",".join(parts) or "none", answer


LIVER = find_pack("liver_calcification")
CASES = load_cases(LIVER)
STYLES = ("text", "markdown", "json")


def replays_in_every_style(pack: Pack, case: Case, style: str, file: Path) -> None:
    """Hold the interview of a case and compare what it prints with what is replayed, in all styles."""
    lines = typed(pack, case)
    first = run("run", "--save", str(file), "--format", style, stdin=lines)
    assert first.code == 0, first.err
    recording = read(file)
    assert recording.ended == "finished"
    assessment = assess(pack, fold_session(pack, recording.events).answers, date=recording.header.date)
    expected = {
        "json": assessment.model_dump_json(by_alias=True, indent=2) + "\n",
        "markdown": to_markdown(summary(pack, assessment)),
        "text": to_text(summary(pack, assessment)),
    }
    assert first.out == expected[style]
    for again in STYLES:
        result = run("replay", str(file), "--format", again)
        assert (result.code, result.err) == (0, "")
        assert result.out == expected[again]


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(CASES)), ids=[case.id for case in CASES])
def test_the_session_of_every_case_replays_byte_for_byte(liver: Pack, file: Path, number: int) -> None:
    replays_in_every_style(liver, CASES[number], STYLES[number % 3], file)


@pytest.mark.parametrize("number", range(0, len(CASES), 220))
def test_the_sessions_of_some_cases_replay_byte_for_byte(liver: Pack, file: Path, number: int) -> None:
    replays_in_every_style(liver, CASES[number], STYLES[number % 3], file)


# --- files that are no sessions -------------------------------------------------------------------------


def sparse(path: Path) -> None:
    with path.open("wb") as content:
        content.truncate(1_000_000_000)


HOSTILE: dict[str, tuple[Callable[[Path], object], str]] = {
    "nothing": (lambda path: None, "No such file or directory"),
    "empty": (lambda path: path.write_bytes(b""), ":1: this is not a session that `triage run --save` has begun"),
    "answers": (lambda path: path.write_text("age: 63\n"), ":1: this is not a session that `triage run --save` has begun"),
    "binary": (lambda path: path.write_bytes(os.urandom(10_000)), ":1: this is not a session that `triage run --save` has begun"),
    "one huge line": (lambda path: path.write_bytes(b"[" * 5_000_000), ":1: a session is not larger than 4 MB"),
    "a sparse gigabyte": (sparse, ":1: a session is not larger than 4 MB"),
    "deep": (lambda path: path.write_bytes(b"[" * 3_000_000 + b"\n"), ":1: this is not a session that `triage run --save` has begun"),
    "a folder": (lambda path: path.mkdir(), ""),
    "a pipe": (os.mkfifo, ""),
    "a loop": (lambda path: path.symlink_to(path), "Too many levels of symbolic links"),
    "a link to nothing": (lambda path: path.symlink_to("nowhere"), "No such file or directory"),
    "a device": (lambda path: path.symlink_to("/dev/zero"), ""),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_session_is_refused_in_one_line_and_left_alone(file: Path, name: str) -> None:
    make, said = HOSTILE[name]
    make(file)
    before = os.lstat(file) if os.path.lexists(file) else None
    for result in (go_on(file, LINES), replay(file)):
        assert (result.code, result.out) == (2, "")
        assert re.fullmatch(r"Error: [^\n]+\n", result.err)
        assert str(file) in result.err
        assert said in result.err
    if before is not None:
        after = os.lstat(file)
        assert (after.st_mtime_ns, after.st_size, after.st_mode) == (
            before.st_mtime_ns,
            before.st_size,
            before.st_mode,
        )


CONTROL = "\x1b]0;hacked\x07\x1b[2J\N{RIGHT-TO-LEFT OVERRIDE}"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"answer": 63', '"answer": 999', ":5: 'age' cannot be answered with '999'"),
        ('"answer": 63', f'"answer": {json.dumps(CONTROL)}', ":5: 'age' cannot be answered with"),
        ('"question": "age", "answer"', '"question": "alarm", "answer"', ":5: 'alarm' is answered here, but was not asked just before"),
        ('{"event": "end", "how": "quit"}', CONTROL, ":11: this line is not JSON"),
        ('"Do you take iron?"', '"Do you take gold?"', ":1: the questions of the header are not those of the pack"),
        ('"max": 120', '"max": 9' + "9" * 4_000, ":1: the questions of the header are not those of the pack"),
    ],
)  # fmt: skip
def test_an_edited_session_is_refused_in_one_line_and_left_alone(
    file: Path, old: str, new: str, said: str
) -> None:
    text = held(file).decode()
    assert old in text
    file.write_text(text.replace(old, new))
    before = file.read_bytes()
    for result in (go_on(file, LINES), replay(file)):
        assert (result.code, result.out) == (2, "")
        assert re.fullmatch(r"Error: [^\n]+\n", result.err)
        assert f"{file}{said}" in result.err
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", result.err)
    assert file.read_bytes() == before


def test_given_answers_that_rule_each_other_out_are_refused(file: Path) -> None:
    run("run", PACK, "--alarm", "none", "--no-input", "--save", str(file))
    file.write_text(file.read_text().replace('"black_stool": "no"}}', '"black_stool": "no"}, "iron": "yes"}'))
    said = f"{file}:2: 'iron' (yes) does not apply, because of the answer: Black stool: no"
    for result in (go_on(file, LINES), replay(file)):
        assert (result.code, result.out) == (2, "")
        assert result.err.startswith(f"Error: {said}")


def test_words_of_a_changed_pack_cannot_drive_the_terminal(file: Path, newer: Path) -> None:
    text = held(file).decode()
    file.write_text(text.replace('"ask": "How old are you?"', f'"ask": {json.dumps(CONTROL + "x" * 90)}'))
    result = go_on(file, LINES, pack=str(newer))
    assert result.code == 3
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", result.err)


def test_the_file_can_be_read_while_it_is_written(file: Path) -> None:
    session = Session("--save", str(file))
    session.send("none")
    found: Recording = read(file)
    assert len(found.events) == 3
    session.child.close(force=True)
