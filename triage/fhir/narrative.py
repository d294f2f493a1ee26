"""Blocks of a document as the XHTML that FHIR allows in a narrative: no script, no link, no style."""

import re
from collections.abc import Iterable
from html import escape

from triage.fhir.names import Resource
from triage.report.document import (
    Block,
    Bullets,
    Callout,
    Chart,
    Heading,
    Notes,
    PageBreak,
    Paragraph,
    Table,
)

# What XML 1.0 has no character for.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def narrative(blocks: Iterable[Block]) -> Resource:
    """The blocks as a FHIR Narrative."""
    inner = "".join(_block(block) for block in blocks)
    return {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{inner}</div>'}


def said(*sentences: str) -> Resource:
    """Plain sentences as a FHIR Narrative, one paragraph each."""
    return narrative(Paragraph(sentence) for sentence in sentences)


def _block(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"<h{level}>{_safe(text)}</h{level}>"
        case Paragraph(text):
            return f"<p>{_safe(text)}</p>"
        case Bullets(points):
            return _list(points)
        case Callout(_, title, lines, beside):
            large = "".join(f"<p><b>{_safe(text)}</b></p>" for text in (title, beside) if text)
            return large + "".join(f"<p>{_safe(line)}</p>" for line in lines)
        case Table() | Chart():
            return _list(block.points())
        case Notes() | PageBreak():
            return ""


def _list(points: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{_safe(point)}</li>' for point in points)}</ul>"


def _safe(text: str) -> str:
    return escape(_UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", text), quote=False)
