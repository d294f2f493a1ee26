"""A document as Markdown, with everything that Markdown would read as markup escaped."""

import re
from collections.abc import Sequence
from typing import assert_never

from triage.report.document import (
    STEPS,
    Block,
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

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~&$])")
_FIRST = re.compile(r"^(\d{0,9})([-+=.)])")  # what begins a list or underlines a heading


def to_markdown(document: Document) -> str:
    """The document as Markdown text, ending in one line break."""
    return "\n\n".join(filter(None, map(_block, document))) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"{'#' * level} {_plain(text)}"
        case Paragraph(text):
            return _plain(text)
        case Bullets(points):
            return "\n".join(f"- {_plain(point)}" for point in points)
        case Callout(_, title, lines, beside):
            large = (f"**{_plain(text)}**" for text in (title, beside) if text)
            return "\n>\n".join(f"> {part}" for part in (*large, *map(_plain, lines)))
        case Table(head, rows):
            return _table(head, rows)
        case Chart(head, bars):
            return _table(head, [(bar.label, STEPS[bar.supporting], STEPS[bar.against]) for bar in bars])
        case Notes() | PageBreak():
            return ""
        case _:
            assert_never(block)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = (map(_plain, head), ["---"] * len(head), *(map(_plain, row) for row in rows))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _plain(text: str) -> str:
    """The text on one line, with nothing in it that Markdown would take for markup."""
    escaped = _MARKUP.sub(r"\\\1", " ".join(text.split()))
    return _FIRST.sub(r"\1\\\2", escaped)
