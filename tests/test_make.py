"""`make run` on a fresh clone: it does all set-up, starts the interview, and ends as an interview ends."""

import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

import pexpect
import pytest

from tests.conftest import ROOT


def missing(what: str) -> NoReturn:
    """Skip where something is not at hand; in continuous integration that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what}, and this is continuous integration")
    pytest.skip(f"skipped because {what}")


def cloned(folder: Path) -> Path:
    """A fresh clone of the checkout in ``folder``."""
    for tool in ("git", "make"):
        if shutil.which(tool) is None:
            missing(f"there is no {tool}")
    done = subprocess.run(
        ["git", "clone", "--quiet", "--no-local", str(ROOT), str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        missing("this is no git checkout")
    return folder


def inherited() -> dict[str, str]:
    """The environment without what a make around this test hands down to the one under test."""
    return {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}


def make(
    folder: Path, *args: str, stdin: str = "", env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(shutil.which("make")), "--no-print-directory", *args],
        cwd=folder, input=stdin, capture_output=True, text=True, check=False, timeout=300, env=inherited() | (env or {}),
    )  # fmt: skip


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone in which nothing has been set up."""
    return cloned(tmp_path_factory.mktemp("fresh") / "triage")


@pytest.fixture(scope="module")
def first(clone: Path) -> "subprocess.CompletedProcess[str]":
    """The first `make run` of a clone, which sets up everything; the person quits at once."""
    done = make(clone, "run", stdin="quit\n")
    if done.returncode and ("No matching distribution" in done.stderr or "Connection" in done.stderr):
        missing("the packages could not be fetched")
    return done


@pytest.mark.slow
def test_the_first_run_sets_up_everything_and_a_quit_is_no_error(
    first: "subprocess.CompletedProcess[str]",
) -> None:
    assert first.returncode == 0, first.stderr
    assert first.stderr.count("Setting up (once) ...") == 1
    assert "How old are you?" in first.stderr
    assert "You stopped before the end. Nothing was assumed, and nothing was saved." in first.stderr
    assert "make: ***" not in first.stderr
    assert first.stdout == ""


@pytest.mark.slow
def test_the_next_run_sets_up_nothing(clone: Path, first: "subprocess.CompletedProcess[str]") -> None:
    done = make(clone, "run", stdin="quit\n")
    assert done.returncode == first.returncode == 0
    assert done.stderr.startswith("This prepares your visit to a doctor")


@pytest.mark.slow
def test_the_end_of_input_is_no_error_of_make(clone: Path, first: "subprocess.CompletedProcess[str]") -> None:
    done = make(clone, "run")
    assert done.returncode == first.returncode == 0
    assert "The input ended before the interview did." in done.stderr
    assert "make: ***" not in done.stderr


@pytest.mark.slow
def test_the_summary_comes_on_standard_output(clone: Path, first: "subprocess.CompletedProcess[str]") -> None:
    lines = "none\n40\nb\nnone\nyes\nno\n"
    done = make(clone, "run", "ARGS=run tests/packs/small", stdin=lines)
    assert done.returncode == first.returncode == 0
    assert done.stdout.startswith("SUMMARY: A SMALL PACK FOR TESTS")


@pytest.mark.slow
def test_a_wrong_option_is_an_error_of_make_too(
    clone: Path, first: "subprocess.CompletedProcess[str]"
) -> None:
    done = make(clone, "run", "ARGS=run --agee 4")
    assert first.returncode == 0
    assert done.returncode != 0
    assert "No such option '--agee'" in done.stderr


@pytest.mark.slow
def test_setting_up_leaves_nothing_that_git_would_see(
    clone: Path, first: "subprocess.CompletedProcess[str]"
) -> None:
    assert first.returncode == 0
    done = subprocess.run(
        ["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True
    )
    assert done.stdout == ""


def terminal(clone: Path) -> "pexpect.spawn[str]":
    """`make run` in a terminal, at its first prompt."""
    child = pexpect.spawn(
        "make", ["run"], cwd=str(clone), dimensions=(24, 80), encoding="utf-8", timeout=30, env=inherited()
    )
    child.expect(r"\n> $")
    return child


def ended(child: "pexpect.spawn[str]") -> tuple[int | None, int | None, str]:
    """The exit code, the signal, and the last words of what runs in a terminal."""
    child.expect(pexpect.EOF)
    child.close()
    return child.exitstatus, child.signalstatus, str(child.before)


@pytest.mark.slow
def test_a_quit_in_a_terminal_leaves_make_with_0(
    clone: Path, first: "subprocess.CompletedProcess[str]"
) -> None:
    assert first.returncode == 0
    child = terminal(clone)
    child.sendline("quit")
    code, number, words = ended(child)
    assert (code, number) == (0, None)
    assert "You stopped before the end." in words
    assert "make: ***" not in words


@pytest.mark.slow
def test_ctrl_c_in_a_terminal_ends_make_as_interrupted_without_an_error_message(
    clone: Path, first: "subprocess.CompletedProcess[str]"
) -> None:
    assert first.returncode == 0
    child = terminal(clone)
    child.sendcontrol("c")
    code, number, words = ended(child)
    assert words.split("\n", 1)[1].split() == ["Interrupted.", "Nothing", "was", "saved."]
    assert (code, number) == (None, signal.SIGINT)  # the terminal sends it to make as well: 130 in a shell


# --- what a bare machine may lack -----------------------------------------------------------------


def without(folder: Path, module: str) -> Path:
    """A Python that lacks a module, as far as anybody who tries to import or run it can tell."""
    python = folder / "python"
    python.write_text(
        f'#!/bin/sh\ncase "$*" in *{module}*) echo "No module named {module}" >&2; exit 1;; esac\n'
        f'exec "{sys.executable}" "$@"\n'
    )
    python.chmod(python.stat().st_mode | stat.S_IXUSR)
    return python


@pytest.mark.slow
@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_missing_venv_gets_one_line_that_says_what_to_install(tmp_path: Path, module: str) -> None:
    folder = cloned(tmp_path / "triage")
    done = make(folder, "run", f"PYTHON={without(tmp_path, module)}")
    assert done.returncode != 0
    told, *rest = done.stderr.splitlines()
    assert told == "triage needs Python's venv module: install the package python3-venv, then try again."
    assert all(line.startswith("make: *** ") for line in rest)
    assert not (folder / ".venv").exists()


@pytest.mark.slow
def test_without_a_new_enough_python_one_line_says_which_is_needed(tmp_path: Path) -> None:
    folder = cloned(tmp_path / "triage")
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("python3", "python3.11", "python3.12", "python3.13", "python"):
        (tools / name).write_text("#!/bin/sh\nexit 1\n")
        (tools / name).chmod(0o755)
    done = make(folder, "run", env={"PATH": str(tools)})
    assert done.returncode != 0
    told, *rest = done.stderr.splitlines()
    assert told == "triage needs Python 3.11 or newer; none was found."
    assert all(line.startswith("make: *** ") for line in rest)


@pytest.mark.slow
def test_make_alone_lists_what_can_be_made(tmp_path: Path) -> None:
    done = make(cloned(tmp_path / "triage"))
    assert done.returncode == 0
    assert {line.split()[0] for line in done.stdout.splitlines()} >= {"run", "test", "test-all", "mutants"}
