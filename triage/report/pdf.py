"""A document as a tagged PDF (PDF/UA-1): the compiler itself refuses bad structure and missing glyphs."""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from typst import Compiler, Fonts, TypstError

from triage.report.document import Document, Heading, PageBreak
from triage.report.layout import LAYOUT

_NO_GLYPH = re.compile(r'the text `"(.*)"` could not be displayed', re.DOTALL)
_ESCAPE = re.compile(r"\\u\{([0-9a-f]+)\}")


class MissingGlyphError(Exception):
    """A text needs characters that no font at hand can show; ``args[0]`` names them."""


def to_pdf(document: Document, fonts: Sequence[str] = (), language: str = "en") -> bytes:
    """The document as the bytes of a PDF; equal documents give equal bytes. Its first block is the title.

    ``fonts`` are folders with fonts for what the built-in ones cannot show; the machine's own are not
    used, so that the result is the same everywhere. Raises :class:`MissingGlyphError`.
    """
    compiler = Compiler(
        font_paths=Fonts(include_system_fonts=False, font_paths=list(fonts)),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(_data(document, language))},
    )
    try:
        made = compiler.compile(LAYOUT.encode(), format="pdf", pdf_standards=["ua-1"])
    except TypstError as error:
        lacking = _NO_GLYPH.search(error.message)
        if lacking is None:
            raise
        raise MissingGlyphError(_named(_ESCAPE.sub(_character, lacking[1]))) from None
    assert isinstance(made, bytes), "one PDF, not one file a page"
    return made


def holds_fonts(folder: str) -> bool:
    """Whether there is any font in a folder or below it."""
    found = Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
    return bool(found.families())


def _data(document: Document, language: str) -> dict[str, object]:
    """What the layout reads: each page as a list of its blocks, each block with its kind."""
    pages: list[list[dict[str, object]]] = [[]]
    for block in document:
        if isinstance(block, PageBreak):
            pages.append([])
        else:
            pages[-1].append({"kind": type(block).__name__, **asdict(block)})
    title = next((block.text for block in document if isinstance(block, Heading)), "")
    return {"title": title, "language": language, "pages": pages}


def _character(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16))


def _named(text: Iterable[str]) -> str:
    """Each character with its number and its name."""
    return ", ".join(
        f"'{char}' (U+{ord(char):04X} {unicodedata.name(char, 'unnamed')})" for char in dict.fromkeys(text)
    )
