"""How things look on a terminal: wrapped lines, a little colour, nothing redrawn."""

import sys
from typing import IO

from rich.console import Console, OverflowMethod
from rich.text import Text

from triage.report.document import (
    Bullets,
    Callout,
    Chart,
    Document,
    Heading,
    Notes,
    PageBreak,
    Paragraph,
    Table,
)

WIDEST = 80
NARROWEST = 20
TONES = {"alarm": "bold red", "soon": "bold yellow", "calm": "bold green"}


class Screen:
    """Writes wrapped lines to a stream; colour only where it is welcome, never as the only sign."""

    def __init__(self, stream: IO[str], plain: bool = False) -> None:
        self._console = Console(
            file=stream, markup=False, emoji=False, highlight=False, no_color=plain or None, soft_wrap=True
        )
        self._styled = self._console.is_terminal and not plain and not self._console.no_color

    @property
    def width(self) -> int:
        """The columns to use: the terminal's, at most 80."""
        return max(NARROWEST, min(WIDEST, self._console.width if self._console.is_terminal else WIDEST))

    def line(self, text: str = "", *, indent: str = "", hang: str | None = None, style: str = "") -> None:
        """Write text wrapped to the width; ``indent`` starts the first line, ``hang`` the others.

        The name of a file is never broken, so that it can be copied.
        """
        rest = " " * len(indent) if hang is None else hang
        width = self.width - len(indent)
        whole_names = any("/" in word and len(word) > width for word in text.split())
        overflow: OverflowMethod = "ignore" if whole_names else "fold"
        lines = Text(text).wrap(self._console, width, overflow=overflow) or [Text()]
        for number, part in enumerate(lines):
            part.rstrip()
            whole = f"{rest if number else indent}{part.plain}"
            self._console.print(Text(whole, style if self._styled else ""))

    def document(self, document: Document) -> None:
        """Write a document block by block."""
        for block in document:
            match block:
                case Heading(level, text):
                    self.line(text.upper() if level == 1 else text, style="bold")
                case Paragraph(text):
                    self.line(text)
                case Bullets(points):
                    for point in points:
                        self.line(point, indent="- ")
                case Callout(tone, title, lines, beside):
                    bar = "!" if tone == "alarm" else "*"
                    for text in filter(None, (title, beside)):
                        self.line(text, indent=f"{bar * 3} ", hang=f"{bar * 3} ", style=TONES[tone])
                    for text in lines:
                        self.line(text, indent=f"{bar}   ", hang=f"{bar}   ")
                case Table() | Chart():
                    for point in block.points():
                        self.line(point, indent="- ")
                case Notes() | PageBreak():
                    continue
            self.line()

    def prompt(self) -> None:
        """Invite a reply, without a line break."""
        self._console.print("> ", end="")
        self._console.file.flush()


def show_document(document: Document) -> None:
    """Write a summary to the terminal on standard output."""
    Screen(sys.stdout).document(document)
