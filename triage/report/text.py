"""A document as plain text for paper and pipes: no colour, no boxes, a fixed width."""

import textwrap
from collections.abc import Iterator

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


def to_text(document: Document, width: int = 80) -> str:
    """The document as text no wider than ``width`` columns, ending in one line break."""
    return "\n".join(_lines(document, max(width, 20))).strip("\n") + "\n"


def _lines(document: Document, width: int) -> Iterator[str]:
    for block in document:
        match block:
            case Heading(level, text):
                yield ""
                yield from _heading(level, text, width)
            case Paragraph(text):
                yield from _fill(text, width)
            case Bullets(points):
                for point in points:
                    yield from _fill(point, width, "- ")
            case Callout(tone, title, lines, beside):
                bar = "!" if tone == "alarm" else "*"
                for shown in (title, beside):
                    yield from _fill(shown, width, f"{bar * 3} ", f"{bar * 3} ")
                for line in lines:
                    yield from _fill(line, width, f"{bar}   ", f"{bar}   ")
            case Table() | Chart():
                for point in block.points():
                    yield from _fill(point, width, "- ")
            case Notes() | PageBreak():
                continue
        yield ""


def _heading(level: int, text: str, width: int) -> Iterator[str]:
    lines = list(_fill(text.upper() if level == 1 else text, width))
    yield from lines
    if level < 3:
        yield ("=" if level == 1 else "-") * max(map(len, lines))


def _fill(text: str, width: int, first: str = "", rest: str | None = None) -> list[str]:
    indent = " " * len(first) if rest is None else rest
    return textwrap.wrap(text, width, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False)
