"""A real pseudo-terminal with the program in it, and the screen that a person sees."""

import os
import re
import signal
import sys
from pathlib import Path
from typing import Any

import pexpect
import pyte

from tests.cli.loaded import spawn
from tests.conftest import ROOT, SMALL

PROMPT = "> "
AFTERWARDS = "Ask about this summary, or press Enter to end."


class Session:
    """`triage run` in a terminal of the given size; ``send`` types a line and waits for the next prompt.

    ``cold`` starts the interpreter anew; else it is the loaded program, forked.
    """

    def __init__(
        self,
        *options: str,
        pack: str | Path = SMALL,
        rows: int = 24,
        columns: int = 80,
        cold: bool = False,
        **env: str,
    ) -> None:
        base = {
            key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLUMNS", "LINES")
        }
        self.screen = pyte.HistoryScreen(columns, rows, history=2_000)
        self.stream = pyte.Stream(self.screen)
        self.raw = ""
        self.ended = False
        command = ["run", str(pack), *options]
        env = {**base, "TERM": "xterm", "PYTHONPATH": str(ROOT), **env}
        self.child: Any = (
            pexpect.spawn(
                sys.executable, ["-m", "triage", *command], dimensions=(rows, columns), env=env,
                encoding="utf-8", timeout=20,
            )
            if cold
            else spawn(command, env, rows, columns)
        )  # fmt: skip
        self.wait()

    def wait(self) -> None:
        """Read until a prompt waits for a reply, or the program has ended."""
        self.child.expect([r"(?:^|\n)> $", pexpect.EOF])
        self.ended = self.child.after is pexpect.EOF
        matched = self.child.after if isinstance(self.child.after, str) else ""
        self._feed(self.child.before + matched)

    def _feed(self, text: str) -> None:
        self.raw += text
        self.stream.feed(text)

    def send(self, line: str) -> str:
        """Type a line, wait, and return what is on the screen."""
        self.child.sendline(line)
        self.wait()
        return self.shown

    def key(self, control: str) -> int:
        """Press Ctrl and a key, wait for the end, and return the exit code."""
        self.child.sendcontrol(control)
        return self.finish()

    def finish(self) -> int:
        """Wait for the end, with Enter at the prompt after the summary, and return the exit code."""
        while not self.ended:
            if self.summarised:
                self.child.sendline("")
            self.wait()
        self.child.close()
        if self.child.signalstatus is not None:
            return 128 + int(signal.Signals(self.child.signalstatus))
        return int(self.child.exitstatus)

    @property
    def summarised(self) -> bool:
        """Whether the summary was shown and its own prompt waits."""
        return AFTERWARDS in " ".join(self.everything.split()) and self.everything.endswith(PROMPT)

    @property
    def shown(self) -> str:
        """The lines on the screen now, without trailing blanks."""
        return "\n".join(line.rstrip() for line in self.screen.display).strip("\n")

    @property
    def everything(self) -> str:
        """All that was ever shown, without escape sequences."""
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", self.raw).replace("\r", "")

    @property
    def since(self) -> str:
        """What was shown since the last reply."""
        return self.everything.rsplit("\n> ", 2)[-2 if self.everything.endswith(PROMPT) else -1]
