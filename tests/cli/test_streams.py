"""Streams that are full, closed or broken, files that are none, and how a file comes to its place."""

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import run
from tests.conftest import ROOT, SMALL
from triage.cli.files import place, write_private

PACK = str(SMALL)
FULL = Path("/dev/full")
needs_full = pytest.mark.skipif(not FULL.exists(), reason="skipped because there is no /dev/full")


def shell(command: str) -> "subprocess.CompletedProcess[str]":
    """A command line of bash in which `triage` is the program."""
    triage = f'triage() {{ "{sys.executable}" -m triage "$@"; }}\n'
    return subprocess.run(
        ["bash", "-c", triage + command], capture_output=True, text=True, cwd=ROOT, check=False, timeout=60
    )


# --- standard output and its like -----------------------------------------------------------------------

PRINTING = [
    f"run {PACK} --age 40 --no-input",
    f"run {PACK} --age 40 --no-input --format json",
    f"show {PACK}",
    f"check {PACK}",
    "schema assessment",
    "--help",
]


@needs_full
@pytest.mark.parametrize("command", PRINTING)
def test_a_full_disk_is_named_as_what_it_is_and_no_fault_of_the_program(command: str) -> None:
    done = shell(f"triage {command} > /dev/full")
    assert done.stderr == f"Error: cannot write to standard output: {os.strerror(errno.ENOSPC)}\n"
    assert done.returncode == 2


@needs_full
def test_a_full_disk_stops_an_explanation_and_a_replay_too(tmp_path: Path) -> None:
    answers, session = tmp_path / "a.yaml", tmp_path / "s.jsonl"
    answers.write_text("age: 40\n")
    assert run("run", PACK, "--age", "40", "--no-input", "--save", str(session)).code == 0
    for command in (
        f"explain how --answers {answers} --pack {PACK}",
        f"replay {session} --pack {PACK}",
    ):
        done = shell(f"triage {command} > /dev/full")
        assert done.stderr == f"Error: cannot write to standard output: {os.strerror(errno.ENOSPC)}\n"
        assert done.returncode == 2


@needs_full
def test_prompts_or_errors_that_nobody_can_read_end_the_run_without_a_crash() -> None:
    assert shell(f"echo none | triage run {PACK} 2> /dev/full").returncode == 2
    assert shell("triage run --agee 4 2> /dev/full").returncode == 2


def test_a_summary_for_a_closed_standard_output_is_not_lost_in_silence() -> None:
    done = shell(f"triage run {PACK} --age 40 --no-input >&-")
    assert done.stderr == f"Error: cannot write to standard output: {os.strerror(errno.EBADF)}\n"
    assert done.returncode == 2


def test_a_closed_standard_input_is_an_input_that_has_ended() -> None:
    done = shell(f"triage run {PACK} <&-")
    assert (done.returncode, done.stdout) == (4, "")
    assert "The input ended before the interview did." in done.stderr


def test_without_standard_error_the_prompts_do_not_get_into_the_summary() -> None:
    done = shell(f"printf 'none\\n40\\nb\\nnone\\nyes\\nno\\n' | triage run {PACK} 2>&-")
    assert done.returncode == 0
    assert done.stdout.startswith("SUMMARY: A SMALL PACK FOR TESTS")


# --- where answers may come from ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command",
    [
        "triage run {pack} --format json --no-input --answers <(echo 'age: 40')",
        "echo 'age: 40' | triage run {pack} --format json --no-input --answers /dev/stdin",
        "echo 'age: 40' | triage run {pack} --format json --no-input --answers -",
        "triage run {pack} --format json --no-input --answers /dev/fd/7 7< <(sleep 0.2; echo 'age: 40')",
    ],
)
def test_answers_come_through_a_pipe_that_the_shell_has_opened(command: str) -> None:
    done = shell(command.format(pack=PACK))
    assert done.returncode == 0, done.stderr
    assert '"age": 40' in done.stdout


def test_a_named_pipe_a_device_a_folder_and_no_name_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, said in (
        (str(tmp_path / "pipe"), "it is no regular file; for a pipe, use --answers -"),
        ("/dev/zero", "it is no regular file; for a pipe, use --answers -"),
        (str(tmp_path), os.strerror(errno.EISDIR)),
        ("", "--answers: '' is no name of a file; - is standard input"),
    ):
        result = run("run", PACK, "--no-input", "--answers", name)
        assert (result.code, result.out) == (2, "")
        assert said in result.err


# --- how a file comes to its place ----------------------------------------------------------------------


@pytest.mark.parametrize("force", [False, True])
def test_a_file_is_private_and_nothing_is_left_beside_it(tmp_path: Path, force: bool) -> None:
    file = tmp_path / "summary.txt"
    write_private(str(file), "one", force)
    assert (file.read_text(), os.listdir(tmp_path)) == ("one", ["summary.txt"])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    if not force:
        with pytest.raises(FileExistsError):
            write_private(str(file), "two", force)
    write_private(str(file), "three", True)
    assert (file.read_text(), os.listdir(tmp_path)) == ("three", ["summary.txt"])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


KILLED = """
import os, signal, sys
from triage.cli import files
os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)
files.write_private(sys.argv[1], "private", False)
"""


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="skipped because files need a name here")
def test_a_kill_before_a_new_file_is_whole_leaves_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path / "summary.txt")],
        env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == -9
    assert os.listdir(tmp_path) == []


def no_links(*_args: object, **_more: object) -> None:
    """What a file system without hard links answers."""
    raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))


@pytest.mark.parametrize("nameless", [True, False])
def test_a_file_is_written_also_where_there_are_no_hard_links_or_no_files_without_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nameless: bool
) -> None:
    if nameless:
        monkeypatch.setattr(os, "link", no_links)
    else:
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    file = tmp_path / "summary.txt"
    write_private(str(file), "one", False)
    with pytest.raises(FileExistsError):
        write_private(str(file), "two", False)
    assert (file.read_text(), os.listdir(tmp_path)) == ("one", ["summary.txt"])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_is_in_the_way_stays(tmp_path: Path) -> None:
    (tmp_path / "new").write_text("new")
    (tmp_path / "there").write_text("there")
    with pytest.raises(FileExistsError):
        place(str(tmp_path / "new"), tmp_path / "there")
    assert (tmp_path / "there").read_text() == "there"
