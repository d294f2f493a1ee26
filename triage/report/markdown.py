"""A document as Markdown, with everything that Markdown would read as markup escaped."""

import re

from triage.report.document import Block, Bullets, Callout, Document, Heading, Paragraph

_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~])")


def to_markdown(document: Document) -> str:
    """The document as Markdown text, ending in one line break."""
    return "\n\n".join(_block(block) for block in document) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading(level, text):
            return f"{'#' * level} {_plain(text)}"
        case Paragraph(text):
            return _plain(text)
        case Bullets(points):
            return "\n".join(f"- {_plain(point)}" for point in points)
        case Callout(_, title, lines):
            return "\n>\n".join(f"> {part}" for part in (f"**{_plain(title)}**", *map(_plain, lines)))


def _plain(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)
