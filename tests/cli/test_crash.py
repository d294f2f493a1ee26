"""Sessions that are killed: nothing that was answered is lost, and the end is the same.

The program runs as a process of its own and is killed without warning (SIGKILL) at a random moment:
while it starts, reads the session, writes an event, or waits. Then the session is gone on with, killed
again, and so on until it comes to its end. The moments are drawn from a fixed seed, but where exactly a
process is at such a moment differs from run to run.
"""

import os
import random
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Protocol, cast

import pexpect
import pytest

from tests.cli.command import run
from tests.conftest import ROOT, SMALL
from triage.interview import Answered, WentBack
from triage.loading import find_pack
from triage.session import read

pytestmark = pytest.mark.slow

# What a person types, by what the prompt asks for.
CALM = {
    "Stop here and show the summary": "go on",
    "Ask about this summary, or press Enter to end.": "",
    "Type yes, no, or don't know.": "no",
    "Type a whole number from": "63",
    "Type a number from 1 to": "2",
    "Type the numbers that apply": "?2",
    "Type 1 if it applies": "?1",
}
ALARMED = {**CALM, "Type yes, no, or don't know.": "yes", "Type the numbers that apply": "1,?2"}
NO_EVENT = ("go on", "")
TICK = 0.005


class Process(Protocol):
    """A running interview, however it is connected."""

    def send(self, line: str) -> None: ...
    def wait_for_prompt(self, until: float) -> str | None: ...
    def kill(self) -> int: ...


class Piped:
    """The program with pipes."""

    def __init__(self, *args: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "triage", "run", *args], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        self.out = b""

    def send(self, line: str) -> None:
        stdin = cast(IO[bytes], self.process.stdin)
        stdin.write(f"{line}\n".encode())
        stdin.flush()

    def wait_for_prompt(self, until: float) -> str | None:
        """What was shown before the next prompt; None if the time comes, or the end, before it."""
        shown = b""
        streams = {
            cast(IO[bytes], self.process.stderr).fileno(),
            cast(IO[bytes], self.process.stdout).fileno(),
        }
        while streams and time.monotonic() < until:
            for stream in select.select(list(streams), [], [], TICK)[0]:
                piece = os.read(stream, 65_536)
                if not piece:
                    streams.discard(stream)
                elif stream == cast(IO[bytes], self.process.stdout).fileno():
                    self.out += piece
                else:
                    shown += piece
            if shown.endswith(b"\n> "):
                return shown.decode()
        return None

    def kill(self) -> int:
        """Kill it, unless it has ended; its exit code, or the signal that ended it, below zero."""
        self.process.kill()
        self.out += self.process.communicate()[0]
        return self.process.returncode


class OnTerminal:
    """The program on a pseudo-terminal."""

    def __init__(self, *args: str) -> None:
        self.process = pexpect.spawn(
            sys.executable, ["-m", "triage", "run", *args], cwd=str(ROOT), dimensions=(24, 80), encoding="utf-8",
            env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}, echo=False,
        )  # fmt: skip
        self.process.delaybeforesend = None
        self.out = b""  # what a terminal shows is not told apart

    def send(self, line: str) -> None:
        self.process.sendline(line)

    def wait_for_prompt(self, until: float) -> str | None:
        try:
            self.process.expect(r"\n> $", timeout=max(until - time.monotonic(), TICK))
        except (pexpect.TIMEOUT, pexpect.EOF):
            return None
        return str(self.process.before)

    def kill(self) -> int:
        self.process.kill(signal.SIGKILL)
        self.process.wait()
        self.process.close()
        died = self.process.signalstatus
        return int(self.process.exitstatus or 0) if died is None else -int(died)


def held(file: Path) -> int:
    """The answers and steps back in a file; 0 if there is none yet. It must be readable, and not torn."""
    if not file.exists():
        return 0
    recording = read(file)
    assert recording.torn is None  # a line goes to the file in one piece
    return sum(isinstance(event, Answered | WentBack) for event in recording.events)


def reply_to(prompt: str, replies: Mapping[str, str]) -> str:
    """The line that answers a prompt: the one for what it says last."""
    text = re.sub(r"\s+", " ", prompt)
    return max((text.rindex(piece), line) for piece, line in replies.items() if piece in text)[1]


def answer(
    process: Process, replies: Mapping[str, str], chance: random.Random, pace: float
) -> tuple[int, int]:
    """Answer until a random moment; how many replies were sent, and how many another prompt followed."""
    until = time.monotonic() + chance.choice([pace * chance.random(), pace * (1 + chance.random()), 60])
    left = chance.randrange(6)
    sent = seen = 0
    prompt = process.wait_for_prompt(until)
    while prompt is not None:
        line = reply_to(prompt, replies)
        if line not in NO_EVENT and "Question 1 " not in prompt and chance.random() < 0.15:
            line = "back"
        process.send(line)
        if left == 0:  # while the reply is read, judged and written
            until = time.monotonic() + chance.uniform(0, pace / 20)
        left -= 1
        prompt = process.wait_for_prompt(until)
        sent += line not in NO_EVENT
        seen += prompt is not None and line not in NO_EVENT
    return sent, seen


def to_the_end(pack: str, replies: Mapping[str, str]) -> tuple[str, float]:
    """What an interview that nobody kills prints, and how long it takes to its first prompt."""
    begun = time.monotonic()
    process = Piped(pack, "--format", "json", "--date", "2026-11-23")
    prompt = process.wait_for_prompt(begun + 60)
    pace = time.monotonic() - begun
    while prompt is not None:
        process.send(reply_to(prompt, replies))
        prompt = process.wait_for_prompt(time.monotonic() + 60)
    assert process.process.wait(60) == 0
    return process.out.decode(), pace


CROWD = [
    (Piped, SMALL, CALM, 110),
    (Piped, SMALL, ALARMED, 110),
    (Piped, find_pack("liver_calcification"), CALM, 60),
    (Piped, find_pack("liver_calcification"), ALARMED, 60),
    (OnTerminal, SMALL, ALARMED, 60),
]


@pytest.mark.parametrize(
    ("connect", "pack", "replies", "kills"), CROWD, ids=["calm", "alarmed", "shipped, calm", "shipped, alarmed", "terminal"]
)  # fmt: skip
def test_a_session_killed_again_and_again_loses_no_answer_and_comes_to_the_same_end(
    tmp_path: Path, connect: type[Piped | OnTerminal], pack: Path, replies: Mapping[str, str], kills: int
) -> None:
    expected, pace = to_the_end(str(pack), replies)
    chance = random.Random(f"{connect.__name__} {pack.name} {replies is CALM}")
    killed = finished = 0
    while killed < kills or not finished:
        file = tmp_path / f"{finished}.jsonl"
        begin = ["--resume", str(file)] if file.exists() else ["--save", str(file), "--date", "2026-11-23"]
        before = held(file)
        process = connect(str(pack), *begin, "--format", "json")
        sent, seen = answer(process, replies, chance, pace)
        code = process.kill()
        assert code in (0, -signal.SIGKILL)
        assert before + seen <= held(file) <= before + sent
        killed += code != 0
        if code == 0:
            finished += 1
            again = run("replay", str(file), "--pack", str(pack), "--format", "json")
            assert (again.code, again.out) == (0, expected)
            assert process.out in (expected.encode(), b"")
    strays = [path.name for path in tmp_path.iterdir() if not path.name[0].isdigit()]
    assert all(name.startswith(".") for name in strays)


def test_cut_at_every_byte_a_session_is_gone_on_with_to_the_same_end(tmp_path: Path) -> None:
    lines = ["?1,2", "no", "back", "don't know", "63", "b", "1", "no"]
    whole = tmp_path / "whole.jsonl"
    first = run("run", str(SMALL), "--save", str(whole), "--format", "json", stdin="\n".join(lines) + "\n")
    assert first.code == 0
    content = whole.read_bytes()
    start = content.index(b"\n") + 1
    file = tmp_path / "cut.jsonl"
    for cut in range(start, len(content) + 1):
        file.write_bytes(content[:cut])
        done = held_in(content[:cut])
        result = run(
            "run", str(SMALL), "--resume", str(file), "--format", "json", stdin="\n".join(lines[done:]) + "\n"
        )
        assert (result.code, result.out) == (0, first.out)
        again = run("replay", str(file), "--pack", str(SMALL), "--format", "json")
        assert (again.code, again.out, again.err) == (0, first.out, "")


def held_in(content: bytes) -> int:
    """The answers and steps back in the whole lines of a file."""
    whole = content[: content.rindex(b"\n") + 1]
    return whole.count(b'"event": "answered"') + whole.count(b'"event": "back"')
