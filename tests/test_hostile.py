"""Hostile and broken input: a short error with its place, quickly, in little memory, nothing raw on the screen.

Each piece of input meets the program in a process of its own with a terminal in front of it. The
processes are forked from one that has loaded the program already, so that many fit into a short test;
the system says how much processor time and memory each of them took.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.cli.command import run
from tests.conftest import ROOT, SMALL

SECONDS, MEGABYTES = 2, 300
LONGEST_LINE, LONGEST_EXCERPT, MOST_LINES = 500, 2_100, 300
# Control characters but line breaks, text that runs backwards, and bytes that are no text.
RAW = re.compile(
    "[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
ISSUE = re.compile(r"(?P<path>\S.*):\d+:\d+: (?:error|warning) (?P<code>[a-z0-9-]+): \S.*")

# Checks one pack, so that nothing is left to be loaded; then reads one request per line, forks, and
# answers with what the fork came to.
SERVER = r"""
import contextlib, difflib, io, json, os, pty, resource, signal, sys, traceback
from triage.cli import _run
import triage.assess, triage.cli.files, triage.cli.options, triage.cli.review, triage.cli.screen
import triage.cli.replay, triage.cli.resume, triage.cli.talk, triage.report.text, triage.verify.check

with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    assert _run(["check", sys.argv[1]]) == 0

while line := sys.stdin.readline():
    request = json.loads(line)
    process, terminal = pty.fork()
    if process == 0:
        signal.alarm(10)
        resource.setrlimit(resource.RLIMIT_AS, (2_000_000_000, 2_000_000_000))
        os.chdir(request["folder"])
        if request["nobody"]:
            os.setgid(65534)
            os.setuid(65534)
        code = _run(request["args"])
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    shown = bytearray()
    try:
        while part := os.read(terminal, 65_536):
            shown += part if len(shown) < 3_000_000 else b""
    except OSError:
        pass  # this is how a terminal says that nobody writes to it any more
    os.close(terminal)
    _, status, used = os.wait4(process, 0)
    answer = {
        "code": os.waitstatus_to_exitcode(status),
        "seconds": used.ru_utime + used.ru_stime,
        "megabytes": used.ru_maxrss / (1_000_000 if sys.platform == "darwin" else 1_000),
        "text": shown.decode("utf-8", "surrogateescape").replace("\r\n", "\n"),
    }
    print(json.dumps(answer), flush=True)
"""


@dataclass(frozen=True)
class Ran:
    """What one process showed, its exit code (negative: the signal that ended it), and what it took."""

    code: int
    seconds: float
    megabytes: float
    text: str

    def check(self, *codes: int) -> None:
        """It ended with one of these codes, quickly, and nothing on the screen could do harm."""
        assert "Traceback" not in self.text
        assert self.code in codes, self.text[-300:]
        assert self.seconds < SECONDS
        assert self.megabytes < MEGABYTES
        assert RAW.search(self.text) is None, RAW.search(self.text)
        lines = self.text.splitlines()
        assert self.code == 0 or len(lines) <= MOST_LINES
        assert max((len(line) for line in lines if line[:4].strip()), default=0) <= LONGEST_LINE
        assert max(map(len, lines), default=0) <= LONGEST_EXCERPT

    def issues(self) -> list[str]:
        """The lines that report a problem; there is no other line but excerpts and the sum."""
        found = []
        for line in self.text.splitlines():
            if ISSUE.fullmatch(line):
                found.append(line)
            else:
                assert line.startswith("    ") or re.match(
                    r"(1 error|\d+ errors), (1 warning|\d+ warnings)\b|\d+/\d+ |and \d+ more", line
                ), line
        return found


# Those that take longest; smaller ones of their kind stand beside them.
HEAVY = {
    "3,000 flags that add to nothing", "100,000 empty flags", "50,000 keys", "5,000 questions", "5,000 flags",
    "3,000 cases that fail", "50,000 questions", "100,000 events", "25,000 answers, each taken back",
}  # fmt: skip


def each(names: Iterable[str]) -> list[object]:
    """The names as parameters, the heavy ones slow."""
    return [pytest.param(name, marks=pytest.mark.slow if name in HEAVY else ()) for name in names]


class Machine:
    """Runs the program with a pack in front of it."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def run(self, folder: Path, *args: str, as_nobody: bool = False) -> Ran:
        """Run the program in ``folder`` with these arguments, if wanted as a user who may do little."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(
            json.dumps({"folder": str(folder), "args": args, "nobody": as_nobody}) + "\n"
        )
        self.process.stdin.flush()
        return Ran(**json.loads(self.process.stdout.readline()))


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    hidden = ("COLUMNS", "LINES", "FORCE_COLOR")
    env = {key: value for key, value in os.environ.items() if key not in hidden}
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(SMALL)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        env={**env, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "TERM": "xterm"},
    ) as process:  # fmt: skip
        yield Machine(process)
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a copy of the small pack under the name ``pack``."""
    shutil.copytree(SMALL, tmp_path / "pack")
    return tmp_path


# --- the contents of one file of a pack ------------------------------------------------------------

QUESTION = "  - {{id: {0}, kind: yes_no, section: S, ask: A?, label: L, why: W., basis: judgement{1}}}\n"
FLAG = "  - {{id: {0}, evidence: t, level: emergency, when: {1}, say: S., basis: judgement{2}}}\n"


def text(name: str) -> str:
    return (SMALL / name).read_text(encoding="utf-8")


def instead(name: str, old: str, new: str) -> bytes:
    assert old in text(name)
    return text(name).replace(old, new, 1).encode()


def more(name: str, lines: Iterator[str]) -> bytes:
    return (text(name) + "".join(lines)).encode()


def chain(count: int, last: str) -> Iterator[str]:
    """Facts each of which rests on the one before; the first one rests on ``last``."""
    yield f"  - {{id: f0, when: {last}, says: x}}\n"
    yield from (f"  - {{id: f{n}, when: f{n - 1}, says: x}}\n" for n in range(1, count))


Content = Callable[[], bytes]
FLAGS = "red_flags.yaml"
REFUSED: dict[str, tuple[str, Content, str]] = {
    "two equal keys": (FLAGS, lambda: instead(FLAGS, "evidence: test", "id: x, evidence: test"), ":2:31: error duplicate-key"),
    "an anchor": (FLAGS, lambda: b"a: &a [1]", ":1:4: error anchor"),
    "an alias": (FLAGS, lambda: b"a: *a", ":1:4: error alias"),
    "a merge": (FLAGS, lambda: b"<<: *a", ":1:5: error alias"),
    "a billion laughs": (FLAGS, lambda: b"a: &a [x,x]\n" + b"".join(b"b%d: &b%d [*a,*a]\n" % (n, n) for n in range(30)), ":1:4: error anchor"),
    "a tag that would run a program": (FLAGS, lambda: b"a: !!python/object/apply:os.system ['true']", ":1:4: error tag"),
    "a local tag": (FLAGS, lambda: b"a: !x {b: 1}", ":1:4: error tag"),
    "100,000 square brackets": (FLAGS, lambda: b"[" * 100_000, ":1:31: error too-deep"),
    "100,000 curly brackets": (FLAGS, lambda: b"{a: " * 100_000, ":1:121: error too-deep"),
    "100,000 closed brackets": (FLAGS, lambda: b"[" * 100_000 + b"]" * 100_000, ":1:31: error too-deep"),
    "100,000 nested points": (FLAGS, lambda: b"- " * 100_000, ":1:61: error too-deep"),
    "100,000 nested keys": (FLAGS, lambda: b"? " * 100_000, ":1:61: error too-deep"),
    "a condition of brackets": (FLAGS, lambda: instead(FLAGS, "fever and jaundice", "(" * 1_900 + "fever" + ")" * 1_900), ":2:71: error condition"),
    "a condition of nots": (FLAGS, lambda: instead(FLAGS, "fever and jaundice", "not " * 400 + "fever"), ":2:155: error condition"),
    "not a number": ("questions.yaml", lambda: instead("questions.yaml", "min: 0", "min: .nan"), ":2:102: error value"),
    "endless": ("questions.yaml", lambda: instead("questions.yaml", "max: 120", "max: .inf"), ":2:110: error value"),
    "a number of 5,000 digits": ("questions.yaml", lambda: instead("questions.yaml", "max: 120", "max: " + "9" * 5_000), ":2:110: error value"),
    "a number with a fraction": ("questions.yaml", lambda: instead("questions.yaml", "max: 120", "max: 1.5"), ":2:110: error value"),
    "no as an option": ("questions.yaml", lambda: instead("questions.yaml", "{id: never, label: never}", "{id: no, label: never}"), ":29:14: error reserved-name"),
    "a null character": (FLAGS, lambda: b"# \0\n" + text(FLAGS).encode(), ":1:3: error forbidden-character"),
    "an escape sequence": (FLAGS, lambda: instead(FLAGS, "It can be bleeding.", "\x1b[31mred"), " error forbidden-character: U+001B"),
    "a one-byte escape sequence": (FLAGS, lambda: instead(FLAGS, "It can be bleeding.", "\x9b31mred"), " error forbidden-character: U+009B"),
    "text that runs backwards": (FLAGS, lambda: instead(FLAGS, "It can be bleeding.", "a \u202e b"), " error forbidden-character: U+202E"),
    "text in another direction": (FLAGS, lambda: instead(FLAGS, "It can be bleeding.", "a \u2066 b"), " error forbidden-character: U+2066"),
    "UTF-16": (FLAGS, lambda: text(FLAGS).encode("utf-16"), ":1:1: error not-utf-8"),
    "UTF-16 without a mark": (FLAGS, lambda: text(FLAGS).encode("utf-16-be"), ":1:1: error forbidden-character: U+0000"),
    "UTF-32": (FLAGS, lambda: text(FLAGS).encode("utf-32"), ":1:1: error not-utf-8"),
    "latin-1": (FLAGS, lambda: ("# é\n" + text(FLAGS)).encode("latin-1"), ":1:3: error not-utf-8"),
    "a byte order mark": (FLAGS, lambda: text(FLAGS).encode("utf-8-sig"), ":1:1: error forbidden-character: U+FEFF"),
    "half a surrogate pair": (FLAGS, lambda: b"# \xed\xa0\x80\n" + text(FLAGS).encode(), ":1:3: error not-utf-8"),
    "an overlong slash": (FLAGS, lambda: b"# \xc0\xaf\n" + text(FLAGS).encode(), ":1:3: error not-utf-8"),
    "a character cut short": (FLAGS, lambda: b"# \xe2\x82\n" + text(FLAGS).encode(), ":1:3: error not-utf-8"),
    "a picture": (FLAGS, lambda: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 100, ":1:1: error not-utf-8"),
    "3 MB": (FLAGS, lambda: b"#" * 3_000_000, ":1:1: error file-too-large"),
    "one long line": (FLAGS, lambda: b"red_flags: '" + b"x" * 900_000 + b"'\n", ":1:12: error value"),
    "one long word": (FLAGS, lambda: b"x" * 900_000, ":1:1: error value"),
    "blanks before a word": (FLAGS, lambda: b" " * 900_000 + b"a", ":1:900001: error value"),
    "one long value": (FLAGS, lambda: instead(FLAGS, "level: emergency,", "level: " + "x" * 900_000 + ","), ":2:54: error value"),
    "nothing but line breaks": (FLAGS, lambda: b"\n" * 900_000, " error empty-file"),
    "nothing but a comment": (FLAGS, lambda: b"#" * 900_000, " error empty-file"),
    "nothing": (FLAGS, lambda: b"", ":1:1: error empty-file"),
    "colons": (FLAGS, lambda: b"a:" * 450_000, " error yaml"),
    "a text that never ends": (FLAGS, lambda: b'"' + b"x\n" * 450_000, " error yaml"),
    "100,000 documents": (FLAGS, lambda: b"---\na: 1\n" * 100_000, ":3:1: error several-documents"),
    "100,000 directives": (FLAGS, lambda: b"%TAG ! tag:x:\n" * 60_000 + b"---\na: 1\n", ":2:1: error yaml"),
    "another version": (FLAGS, lambda: b"%YAML 9.9\n---\na: 1\n", ":1:1: error yaml"),
    "an unknown cause of a flag": (FLAGS, lambda: instead(FLAGS, "fever and jaundice", "fever and typhoid"), ":2:81: error condition"),
    "a statement nobody wrote": ("advice.yaml", lambda: instead("advice.yaml", "[T1]", "[T9]"), ":2:5: error unknown-statement"),
    "a short circle": ("facts.yaml", lambda: instead("facts.yaml", '"hepatitis in (b, c)"', "not viral_hepatitis"), ":2:33: error fact-cycle"),
    "a circle of 3,000 facts": ("facts.yaml", lambda: more("facts.yaml", chain(3_000, "f2999")), " error fact-cycle"),
    "a condition of one long line": (FLAGS, lambda: instead(FLAGS, "fever and jaundice", "'" + "(" * 900_000 + "'"), ":2:71: error condition"),
    "one long key": (FLAGS, lambda: b"? " + b"x" * 900_000 + b"\n: 1\n", ":1:3: error unknown-field"),
    "3,000 unknown fields": (FLAGS, lambda: more(FLAGS, (FLAG.format(f"r{n}", "fever", ", zz: 1") for n in range(3_000))), " error unknown-field"),
    "3,000 flags that add to nothing": (FLAGS, lambda: more(FLAGS, (FLAG.format(f"r{n}", "fever", f", adds_to: x{n}") for n in range(3_000))), " error unknown-flag"),
    "3,000 conditions of unknown names": (FLAGS, lambda: more(FLAGS, (FLAG.format(f"r{n}", "fevr", "") for n in range(3_000))), " error condition"),
    "3,000 flags of one name": (FLAGS, lambda: more(FLAGS, (FLAG.format("r", "fever", "") for n in range(3_000))), " error name-taken"),
    "100,000 empty flags": (FLAGS, lambda: b"red_flags:\n" + b"  - {}\n" * 100_000, " error missing-field"),
    "400,000 numbers for flags": (FLAGS, lambda: b"red_flags: [" + b"1," * 400_000 + b"]\n", " error too-many-values"),
    "50,000 keys": (FLAGS, lambda: b"".join(b"k%d: 1\n" % n for n in range(50_000)), " error unknown-field"),
    "an escaped escape sequence in a text": (FLAGS, lambda: instead(FLAGS, "It can be bleeding.", r'"\e[31mred"'), " error forbidden-character"),
    "an escaped null character in a text": (FLAGS, lambda: instead(FLAGS, "It can be bleeding.", r'"\0"'), " error forbidden-character"),
    "escaped text that runs backwards": (FLAGS, lambda: instead(FLAGS, "It can be bleeding.", r'"\u202e"'), " error forbidden-character"),
    "half a surrogate pair, escaped": (FLAGS, lambda: instead(FLAGS, "It can be bleeding.", r'"\ud800"'), " error "),
    "an escaped escape sequence in a value": (FLAGS, lambda: instead(FLAGS, "level: emergency,", r'level: "\e[31m",'), " error "),
    "an escaped escape sequence in a key": (FLAGS, lambda: instead(FLAGS, "level: emergency,", r'"\e[31m": emergency,'), " error "),
    "an escaped escape sequence in a condition": (FLAGS, lambda: instead(FLAGS, "fever and jaundice", r'"fever and \e[31m"'), " error "),
    "an escaped escape sequence in a key that stands twice": (FLAGS, lambda: b'"a\\e": 1\n"a\\e": 2\n', " error "),
}  # fmt: skip


@pytest.mark.parametrize("name", each(REFUSED))
def test_a_hostile_file_is_refused_in_lines_with_its_place(machine: Machine, folder: Path, name: str) -> None:
    file, content, said = REFUSED[name]
    (folder / "pack" / file).write_bytes(content())
    checked = machine.run(folder, "check", "pack")
    checked.check(3)
    assert any(f"pack/{file}" in issue and said in issue for issue in checked.issues()), checked.text[:600]
    ran = machine.run(folder, "run", "pack", "--no-input")
    ran.check(3)
    assert ran.issues()


BIG: dict[str, tuple[str, Content]] = {
    "5,000 questions": ("questions.yaml", lambda: more("questions.yaml", (QUESTION.format(f"q{n}", "") for n in range(5_000)))),
    "3,000 questions each asked if the one before is": ("questions.yaml", lambda: more("questions.yaml", (QUESTION.format(f"q{n}", f", only_if: q{n - 1}" if n else "") for n in range(3_000)))),
    "a question with 10,000 answers": ("questions.yaml", lambda: more("questions.yaml", iter(("  - {id: zz, kind: one_of, section: S, ask: A?, label: L, why: W., basis: judgement, options: [", *(f"{{id: o{n}, label: l{n}}}, " for n in range(10_000)), "]}\n")))),
    "5,000 flags": (FLAGS, lambda: more(FLAGS, (FLAG.format(f"r{n}", "fever", "") for n in range(5_000)))),
    "3,000 facts that rest on each other": ("facts.yaml", lambda: more("facts.yaml", chain(3_000, "fever"))),
    "a flag that rests on 3,000 facts": ("facts.yaml", lambda: more("facts.yaml", chain(3_000, "viral_hepatitis")).replace(b"id: f2999,", b"id: old_or_young,")),
    "60 facts each twice in the next": ("facts.yaml", lambda: more("facts.yaml", iter(("  - {id: f0, when: fever, says: x}\n", *(f"  - {{id: f{n}, when: f{n - 1} and (iron or f{n - 1}), says: x}}\n" for n in range(1, 60)))))),
    "5,000 statements nobody cites": ("sources.yaml", lambda: more("sources.yaml", (f"  - {{id: Z{n}, document: T, where: x, says: x.}}\n" for n in range(5_000)))),
    "3,000 cases that fail": ("cases.yaml", lambda: b"cases:\n" + b"".join(b"  - {id: c%d, demands: x, says: x, answers: {age: 5}, expect: {level: emergency, could_reach: null}}\n" % n for n in range(3_000))),
    "300 cases that fail": ("cases.yaml", lambda: b"cases:\n" + b"".join(b"  - {id: c%d, demands: x, says: x, answers: {age: 5}, expect: {level: emergency, could_reach: null}}\n" % n for n in range(300))),
    "whole numbers at the edge": ("questions.yaml", lambda: instead("questions.yaml", "min: 0, max: 120", f"min: -{'9' * 18}, max: {'9' * 18}")),
}  # fmt: skip


@pytest.mark.parametrize("command", ["check", "run"])
@pytest.mark.parametrize("name", each(BIG))
def test_a_big_pack_is_read_or_refused_in_little_time(
    machine: Machine, folder: Path, name: str, command: str
) -> None:
    file, content = BIG[name]
    (folder / "pack" / file).write_bytes(content())
    ran = machine.run(folder, command, "pack", *(("--no-input",) if command == "run" else ()))
    ran.check(0, 3)
    assert ran.code == 0 or ran.issues()


# --- what stands in the place of a file or folder --------------------------------------------------


def replaced_by(make: Callable[[Path], None]) -> Callable[[Path], None]:
    def replace(path: Path) -> None:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        make(path)

    return replace


def sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(200_000_000)


PLACES: dict[str, tuple[Callable[[Path], None], str]] = {
    "a pipe that nobody writes to": (replaced_by(os.mkfifo), ""),
    "an endless device": (replaced_by(lambda path: path.symlink_to("/dev/zero")), ""),
    "an empty device": (replaced_by(lambda path: path.symlink_to("/dev/null")), ""),
    "the terminal": (replaced_by(lambda path: path.symlink_to("/dev/tty")), ""),
    "a folder": (replaced_by(os.mkdir), "unreadable-file"),
    "a link to itself": (replaced_by(lambda path: path.symlink_to(path.name)), ""),
    "a link to nothing": (replaced_by(lambda path: path.symlink_to("nowhere")), ""),
    "200 MB of nothing": (sparse, "file-too-large"),
}  # fmt: skip


@pytest.mark.parametrize("file", ["questions.yaml", "facts.yaml", "cases.yaml", "causes/scar.yaml"])
@pytest.mark.parametrize("name", PLACES)
def test_what_is_no_file_is_never_read_as_one_nor_passed_over(
    machine: Machine, folder: Path, name: str, file: str
) -> None:
    place, code = PLACES[name]
    place(folder / "pack" / file)
    ran = machine.run(folder, "check", "pack")
    ran.check(3)
    assert any(f"pack/{file}" in issue and code in issue for issue in ran.issues()), ran.text


@pytest.mark.parametrize("file", ["questions.yaml", "cases.yaml", "causes/scar.yaml", "causes", "."])
def test_what_may_not_be_read_is_named(machine: Machine, file: str) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        shutil.copytree(SMALL, folder / "pack")
        (folder / "pack" / file).chmod(0)
        ran = machine.run(folder, "check", "pack", as_nobody=os.geteuid() == 0)
        (folder / "pack" / file).chmod(0o700)
    ran.check(3)
    assert any(f"pack/{file}".rstrip("/.") in issue for issue in ran.issues()), ran.text


@pytest.mark.parametrize("name", ["a file", "a link to itself", "nothing"])
def test_a_pack_whose_causes_cannot_be_found_is_refused(machine: Machine, folder: Path, name: str) -> None:
    causes = folder / "pack" / "causes"
    shutil.rmtree(causes)
    if name == "a file":
        causes.write_text("x")
    elif name == "a link to itself":
        causes.symlink_to("causes")
    for args in (("check", "pack"), ("run", "pack", "--no-input")):
        ran = machine.run(folder, *args)
        ran.check(3)
        assert "pack/causes" in ran.text


def test_a_link_to_the_folder_above_is_not_followed_round_and_round(machine: Machine, folder: Path) -> None:
    (folder / "pack" / "causes" / "up").symlink_to("..")
    machine.run(folder, "check", "pack").check(0)


@pytest.mark.parametrize("content", ["", "id: {0}\ntitle: T\ncode: C\n"])
def test_thousands_of_causes_are_read_or_refused_and_none_is_dropped(
    machine: Machine, folder: Path, content: str
) -> None:
    cause = content and text("causes/scar.yaml").replace("id: scar", "id: {0}", 1).replace("{say", "{{say")
    for number in range(3_000):
        told = cause.replace("{0}", f"c{number}").replace("{{say", "{say")
        (folder / "pack" / "causes" / f"c{number}.yaml").write_text(told)
    for args in (("check", "pack"), ("run", "pack", "--no-input")):
        ran = machine.run(folder, *args)
        ran.check(3)
        assert ran.issues()


@pytest.mark.slow
def test_a_pack_of_many_big_files_is_read_or_refused_in_little_time(machine: Machine, folder: Path) -> None:
    cause = text("causes/scar.yaml")
    filler = "".join(f"# {'x' * 70}\n" for _ in range(12_000))
    for number in range(100):
        told = cause.replace("id: scar", f"id: c{number}", 1) + filler
        (folder / "pack" / "causes" / f"c{number}.yaml").write_text(told)
    machine.run(folder, "run", "pack", "--no-input").check(0, 3)


NAMES = {
    "an escape sequence": b"\x1b[31mred",
    "text that runs backwards": "a\u202eb".encode(),
    "a line break": b"a\nb",
    "bytes that are no text": b"\xff\xfe",
}


@pytest.mark.parametrize("place", ["causes", "."])
@pytest.mark.parametrize("name", NAMES)
def test_a_file_with_a_hostile_name_is_refused_and_its_name_is_not_shown_raw(
    machine: Machine, folder: Path, name: str, place: str
) -> None:
    path = os.path.join(os.fsencode(folder / "pack" / place), NAMES[name] + b".yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write("a: 1\n")
    for args in (("check", "pack"), ("run", "pack", "--no-input")):
        ran = machine.run(folder, *args)
        ran.check(3)
        assert ran.issues()


@pytest.mark.parametrize("command", ["check", "run", "show"])
@pytest.mark.parametrize(
    "name", ["x\x1b[31m", "x\u202e", "a\nb", "\udcff", "x" * 5_000, "x/" * 3_000, ".", "/dev/zero"]
)
def test_a_hostile_name_of_a_pack_is_refused_and_not_shown_raw(
    machine: Machine, folder: Path, name: str, command: str
) -> None:
    ran = machine.run(folder, command, name)
    ran.check(3)
    assert ran.issues()


# --- files with answers ----------------------------------------------------------------------------

ANSWERS: dict[str, tuple[Content, str]] = {
    "markup": (lambda: b'age: "[bold]4[/bold]"', "'age' cannot be '[bold]4[/bold]'"),
    "an escape sequence": (lambda: b"age: \x1b[31m4", ":1:6: error forbidden-character"),
    "an escaped escape sequence": (lambda: b'age: "\\e[31m4"', ""),
    "an escaped escape sequence in a key": (lambda: b'"\\e[31mage": 4', ""),
    "an escaped escape sequence in a list": (lambda: b'alarm: ["\\e[31mfever"]', ""),
    "an escaped escape sequence in a map": (lambda: b'alarm: {"\\e[31mfever": yes}', ""),
    "an escaped escape sequence in a state": (lambda: b'alarm: {fever: "\\e[31m"}', ""),
    "an escaped escape sequence in a closed list": (lambda: b'alarm: {items: ["\\e]0;x\\a"], closed: true}', ""),
    "an escaped escape sequence in a key that stands twice": (lambda: b'"a\\e": 1\n"a\\e": 2', ""),
    "escaped text that runs backwards": (lambda: b'hepatitis: "\\u202eb"', ""),
    "a line break": (lambda: b'age: "4\\n5"', ""),
    "a very long text": (lambda: b"age: " + b"x" * 900_000, "..."),
    "a very long key": (lambda: b"? " + b"x" * 900_000 + b"\n: 1", "..."),
    "a number of 900,000 digits": (lambda: b"age: " + b"9" * 900_000, "..."),
    "an impossible age": (lambda: b"age: 121", "'age' cannot be '121' (allowed: a whole number from 0 to 120, or unknown)"),
    "an age before birth": (lambda: b"age: -1", "'age' cannot be '-1'"),
    "an age in days": (lambda: b"age: 4.5", "'age' cannot be '4.5'"),
    "an age beyond numbers": (lambda: b"age: .inf", "'age' cannot be '.inf'"),
    "an age that is none": (lambda: b"age: .nan", "'age' cannot be '.nan'"),
    "an age of another script": (lambda: "age: \u0664\u0660".encode(), "'age' cannot be"),
    "an age of 18 digits": (lambda: b"age: " + b"9" * 18, "'age' cannot be"),
    "a list for an age": (lambda: b"age: [4]", "'age' cannot be"),
    "a map for an age": (lambda: b"age: {4: 5}", ""),
    "nested lists for an age": (lambda: b"age: " + b"[" * 25 + b"]" * 25, "'age' cannot be"),
    "100,000 brackets": (lambda: b"age: " + b"[" * 100_000, "error too-deep"),
    "50,000 questions": (lambda: b"".join(b"k%d: 1\n" % n for n in range(50_000)), "there is no question 'k0'"),
    "100,000 items": (lambda: b"alarm: [" + b",".join(b"k%d" % n for n in range(100_000)) + b"]", "'alarm' cannot be 'k0'"),
    "50,000 items in a map": (lambda: b"alarm: {" + b",".join(b"k%d: yes" % n for n in range(50_000)) + b"}", "'alarm' cannot be 'k0'"),
    "two equal keys": (lambda: b'"age": 4\nage: 5', ":2:1: error duplicate-key"),
    "an alias": (lambda: b"age: &a 4\nalarm: *a", ":1:6: error anchor"),
    "a tag that would run a program": (lambda: b'age: !!python/object/apply:os.system ["true"]', ":1:6: error tag"),
    "UTF-16": (lambda: "age: 4".encode("utf-16"), ":1:1: error not-utf-8"),
    "latin-1": (lambda: "hepatitis: é".encode("latin-1"), ":1:12: error not-utf-8"),
    "a byte order mark": (lambda: b"\xef\xbb\xbfage: 4", ":1:1: error forbidden-character"),
    "3 MB": (lambda: b"#" * 3_000_000, ":1:1: error file-too-large"),
    "nothing": (lambda: b"", ":1:1: error empty-file"),
    "a list": (lambda: b"[age, 4]", "must map question ids to answers"),
    "one word": (lambda: b"x" * 100_000, "must map question ids to answers"),
}  # fmt: skip


@pytest.mark.parametrize("name", each(ANSWERS))
def test_a_hostile_file_of_answers_is_refused_in_few_lines(machine: Machine, folder: Path, name: str) -> None:
    content, said = ANSWERS[name]
    (folder / "answers").write_bytes(content())
    ran = machine.run(folder, "run", "pack", "--no-input", "--answers", "answers")
    ran.check(2)
    assert said in ran.text
    assert "SUMMARY" not in ran.text


def test_the_same_answer_many_times_is_one_answer(machine: Machine, folder: Path) -> None:
    (folder / "answers").write_bytes(b"alarm: [" + b"fever," * 100_000 + b"]")
    ran = machine.run(folder, "run", "pack", "--no-input", "--answers", "answers", "--format", "json")
    ran.check(0)
    assert json.loads(ran.text)["answers"] == {"alarm": {"fever": "yes"}}


@pytest.mark.parametrize("name", ["/dev/zero", "/dev/random", "/dev/null", "/proc/self/mem", ".", "loop", "sparse", "nowhere", "x" * 5_000, "x\x1b[31m", "x\u202e", "\udcff", ""])  # fmt: skip
def test_what_is_no_file_of_answers_is_refused(machine: Machine, folder: Path, name: str) -> None:
    (folder / "loop").symlink_to("loop")
    sparse(folder / "sparse")
    ran = machine.run(folder, "run", "pack", "--no-input", "--answers", name)
    ran.check(2)
    assert "--answers: " in ran.text


# --- flags -----------------------------------------------------------------------------------------

FLAGS_GIVEN: dict[str, tuple[str, ...]] = {
    "markup": ("--age", "[red]4[/red]"),
    "an escape sequence": ("--age", "\x1b[31m4"),
    "an escape sequence for an option": ("--hepatitis", "\x1b]0;title\x07"),
    "an escape sequence for an item": ("--alarm", "\x1b[2J"),
    "text that runs backwards": ("--alarm", "\u202efever"),
    "bytes that are no text": ("--alarm", "\udcff"),
    "a line break": ("--age", "4\n5"),
    "a number of 100,000 digits": ("--age", "9" * 100_000),
    "a very long item": ("--alarm", "x" * 100_000),
    "100,000 commas": ("--alarm", "," * 100_000),
    "an impossible age": ("--age", "121"),
    "nothing": ("--age", ""),
    "a hostile option": ("--\x1b[31m", "3"),
    "an option with a hostile end": ("--age\x1b[31m", "3"),
    "a hostile format": ("--format", "\x1b[31m"),
    "a hostile date": ("--date", "\x1b[31m"),
    "an impossible date": ("--date", "9999-99-99"),
    "a hostile word": ("\x1b[31m",),
    "a word that runs backwards": ("\u202e",),
    "a hostile folder": ("--output", "/nowhere/\x1b[31m/x"),
    "a hostile file": ("--output", "/\x1b[31m/x"),
    "a very long file": ("--output", "x" * 5_000),
    "a device": ("--output", "/dev/null"),
    "a folder that is a file": ("--output", "answers/x"),
}  # fmt: skip


@pytest.mark.parametrize("name", FLAGS_GIVEN)
def test_a_hostile_flag_is_refused_and_not_shown_raw(machine: Machine, folder: Path, name: str) -> None:
    (folder / "answers").write_text("age: 4\n")
    ran = machine.run(folder, "run", "pack", "--no-input", *FLAGS_GIVEN[name])
    ran.check(2)
    assert "Error: " in ran.text
    assert "SUMMARY" not in ran.text


@pytest.mark.parametrize("args", [("\x1b[31m",), ("schema", "\x1b[31m"), ("check", "pack", "\x1b[31m"), ("show", "--format", "\x1b[31m"), ("x" * 100_000,)])  # fmt: skip
def test_a_hostile_word_to_any_command_is_refused_and_not_shown_raw(
    machine: Machine, folder: Path, args: tuple[str, ...]
) -> None:
    machine.run(folder, *args).check(2)


# --- recorded sessions -----------------------------------------------------------------------------

ASKED = b'{"event": "asked", "question": "age"}\n'
SAID = b'{"event": "answered", "question": "age", "answer": %s}\n'


def header(pack: Path) -> dict[str, object]:
    """The first line of a session that the program has recorded."""
    file = pack.parent / "session"
    assert run("run", str(pack), "--save", str(file), stdin="quit\n").code == 4
    first = json.loads(file.read_bytes().split(b"\n")[0])
    assert isinstance(first, dict)
    return first


def changed(first: dict[str, object]) -> bytes:
    """An event that says that other rules hold, which are the same."""
    rules = {name: value for name, value in first.items() if name != "session"}
    return json.dumps({"event": "rules changed", "dropped": [], "header": rules}).encode() + b"\n"


def line(fields: dict[str, object], **other: object) -> bytes:
    return json.dumps({**fields, **other}).encode() + b"\n"


SESSIONS: dict[str, Callable[[dict[str, object]], bytes]] = {
    "nothing": lambda first: b"",
    "a picture": lambda first: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 100,
    "5 MB": lambda first: b"#" * 5_000_000,
    "100,000 brackets": lambda first: b"[" * 100_000,
    "100,000 brackets in an event": lambda first: line(first) + b'{"event": ' + b"[" * 100_000 + b"\n",
    "200,000 keys": lambda first: line(first) + b"{" + b",".join(b'"k%d":1' % n for n in range(200_000)) + b"}\n",
    "a number of 100,000 digits": lambda first: line(first) + ASKED + SAID % (b"9" * 100_000),
    "a number of 4,000 digits": lambda first: line(first) + ASKED + SAID % (b"9" * 4_000),
    "a format of 4,000 digits": lambda first: b'{"session": ' + b"9" * 4_000 + b"}\n",
    "not a number": lambda first: line(first) + ASKED + SAID % b"NaN",
    "an escape sequence in an answer": lambda first: line(first) + ASKED + SAID % b'"\\u001b[31m"',
    "an escape sequence in a question": lambda first: line(first) + b'{"event": "asked", "question": "\\u001b[31m"}\n',
    "an escape sequence in the header": lambda first: line(first, version="\x1b[31m"),
    "an escape sequence in a line that is torn off": lambda first: line(first) + b'{"event": "\x1b[31m',
    "half a surrogate pair": lambda first: line(first) + ASKED + SAID % b'"\\ud800"',
    "other rules": lambda first: line(first, digest="0" * 64),
    "100,000 events": lambda first: line(first) + ASKED * 100_000,
    "25,000 answers, each taken back": lambda first: line(first) + (ASKED + SAID % b"5" + b'{"event": "back"}\n') * 25_000,
    "4 MB of new rules": lambda first: line(first) + changed(first) * (3_900_000 // len(changed(first))),
}  # fmt: skip


@pytest.mark.parametrize("name", each(SESSIONS))
def test_a_hostile_recorded_session_is_refused_or_has_no_end(
    machine: Machine, folder: Path, name: str
) -> None:
    (folder / "hostile").write_bytes(SESSIONS[name](header(folder / "pack")))
    ran = machine.run(folder, "replay", "hostile", "--pack", "pack")
    ran.check(2, 3, 4)
    assert "SUMMARY" not in ran.text


@pytest.mark.parametrize("option", [("replay",), ("run", "pack", "--resume")])
@pytest.mark.parametrize("name", ["/dev/zero", "/dev/tty", "pipe", ".", "loop", "sparse", "nowhere", "x\x1b[31m", "x\u202e", "x" * 5_000, ""])  # fmt: skip
def test_what_is_no_recorded_session_is_refused(
    machine: Machine, folder: Path, name: str, option: tuple[str, ...]
) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "loop").symlink_to("loop")
    sparse(folder / "sparse")
    ran = machine.run(folder, *option, name)
    ran.check(2)
    assert "Error: " in ran.text


# --- lines that are typed --------------------------------------------------------------------------

NONSENSE = [
    "[red]x[/red]", "[link=http://x]y[/link]", "\x1b[31mred", "\x1b]0;title\x07", "\x9b2J", "a\u202eb", "\u2066", "\x00",
    "\x7f\x08\x08", "{0}", "%s", "${HOME}", "$(true)", "'; --", "../../..", "!!python/object", "&a *a", "\ufeff1,2",
    "\U0001f600", "e\u0301" * 2_000, "\u0661", "\u00b2", "\u2460", "x" * 100_000, "1," * 50_000, "?" * 3_000, "9" * 3_999, "1e9", "-1", "nan",
    "1;2", "0x1", "1_0", "+1", "1.", "１", "true", "null", "none none", "??1", "?1?", "1?", "?", ",,", "﷽" * 500,
]  # fmt: skip


def test_a_typed_line_that_is_nonsense_is_never_an_answer_nor_shown_raw() -> None:
    lines = "\n".join(NONSENSE)
    told = run("run", str(SMALL), stdin=f"{lines}\nlist\nquit\n".encode())
    assert told.code == 4
    assert RAW.search(told.err) is None
    assert "No answers so far." in told.err
    assert max(map(len, told.err.splitlines())) <= 80


@pytest.mark.parametrize("before", [[], ["none"], ["none", "40"], ["3"]])
@pytest.mark.parametrize("typed", ["0000000010", "00000000000", "1000000000", "0" * 50 + "9"])
def test_a_long_number_is_no_line_on_the_screen(before: list[str], typed: str) -> None:
    lines = "\n".join((*before, typed, "list", "quit"))
    told = run("run", str(SMALL), stdin=f"{lines}\n")
    assert told.code == 4
    assert "is not one of the answers" in told.err


@pytest.mark.parametrize("name", ["age", "alarm", "hepatitis", "iron"])
@pytest.mark.parametrize("word", ["\x1b[31m", "[red]", "\u202e", "x" * 5_000])
def test_an_answer_on_standard_input_is_refused_and_not_shown_raw(name: str, word: str) -> None:
    told = run("run", str(SMALL), "--no-input", "--answers", "-", stdin=json.dumps({name: word}))
    assert (told.code, told.out) == (2, "")
    assert RAW.search(told.err) is None
    assert max(map(len, told.err.splitlines())) <= LONGEST_LINE
