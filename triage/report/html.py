"""A document as one HTML page: no script, nothing fetched, made as a tree so that text is never markup."""

import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import count
from typing import assert_never
from xml.etree.ElementTree import Element, SubElement, tostring

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
from triage.report.style import STYLE

_MARK = re.compile(r"(\[[^\[\]]*\])")
_POLICY = "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'"
MANY = 6  # a longer list is set in two columns on paper

Section = list[Block]


def to_html(document: Document, language: str = "en") -> str:
    """The document as a whole HTML page, ending in one line break. Its first block is the title."""
    page = Element("html", {"lang": language})
    _head(page, next((block.text for block in document if isinstance(block, Heading)), ""))
    _body(page, document)
    return f"<!DOCTYPE html>\n{tostring(page, encoding='unicode', method='html')}\n"


def _head(page: Element, title: str) -> None:
    head = _add(page, "head")
    digest = b64encode(sha256(STYLE.encode()).digest()).decode()
    _add(head, "meta", charset="utf-8")
    _add(head, "meta", **{"http-equiv": "Content-Security-Policy", "content": _POLICY.format(digest)})
    _add(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    _add(head, "meta", name="color-scheme", content="light dark")
    _add(head, "title", title)
    _add(head, "style").text = STYLE


def _body(page: Element, document: Document) -> None:
    """The title as the banner, then page by page; the list of what follows stands after the first page."""
    body = _add(page, "body")
    (banner, *front), *rest = _pages(document)
    header = _add(body, "header")
    for block in banner:
        _block(header, block)
    main = _add(body, "main")
    numbers = count(1)
    _page(_add(main, "div", css="page"), front, numbers)
    if rest:
        contents = _add(main, "nav", css="contents", **{"aria-label": "What follows"})
    for sections in rest:
        listed = _page(_add(main, "div", css="page inside"), sections, numbers)
        _links(contents, listed)


def _pages(document: Document) -> list[list[Section]]:
    """The blocks by page, and within a page by section; the very first section is the title."""
    pages: list[list[Section]] = [[[]]]
    for block in document:
        if isinstance(block, PageBreak):
            pages.append([])
        elif (isinstance(block, Heading) and block.level == 2) or not pages[-1]:
            pages[-1].append([block])
        else:
            pages[-1][-1].append(block)
    return pages


def _page(place: Element, sections: Sequence[Section], numbers: Iterator[int]) -> dict[str, str]:
    """Write the sections; the id and the words of each heading that opens one."""
    listed = {}
    for section in sections:
        part = _add(place, "section", id=f"part-{next(numbers)}")
        for block in section:
            _block(part, block)
        if isinstance(section[0], Heading):
            listed[part.attrib["id"]] = section[0].text
    return listed


def _links(contents: Element, listed: dict[str, str]) -> None:
    points = _add(contents, "ul")
    for name, text in listed.items():
        _add(_add(points, "li"), "a", text, href=f"#{name}")


def _block(place: Element, block: Block) -> None:
    match block:
        case Heading(level, text):
            _add(place, f"h{level}", text)
        case Paragraph(text):
            _add(place, "p", text)
        case Bullets(points):
            listed = _add(place, "ul", css="many" if len(points) >= MANY else "")
            for point in points:
                _add(listed, "li", point)
        case Callout():
            _callout(place, block)
        case Table():
            _table(place, block)
        case Chart():
            _chart(place, block)
        case Notes(title, lines):
            notes = _add(place, "div", css="notes")
            _add(notes, "h2", title)
            for _ in range(lines):
                _add(notes, "p", css="line")
        case PageBreak():
            pass
        case _:
            assert_never(block)


def _callout(place: Element, callout: Callout) -> None:
    box = _add(place, "div", css=f"callout {callout.tone}")
    for text in filter(None, (callout.title, callout.beside)):
        _add(box, "p", text, css="headline")
    for line in callout.lines:
        _add(box, "p", line)


def _table(place: Element, table: Table) -> None:
    body = _columns(place, table.head, "answers")
    for name, said in table.rows:
        row = _add(body, "tr")
        _add(row, "th", name, scope="row")
        _add(row, "td", said)


def _chart(place: Element, chart: Chart) -> None:
    body = _columns(place, chart.head, "chart")
    for bar in chart.bars:
        row = _add(body, "tr")
        _add(row, "th", bar.label, scope="row")
        _bar(row, bar.supporting, "for")
        _bar(row, bar.against, "against")


def _bar(row: Element, steps: int, side: str) -> None:
    """A cell with a bar of three steps; the word beside it says the same."""
    cell = _add(row, "td", css=side)
    bar = _add(cell, "span", css="bar", **{"aria-hidden": "true"})
    for step in range(1, len(STEPS)):
        _add(bar, "i", css="on" if step <= steps else "off")
    _add(cell, "span", STEPS[steps])


def _columns(place: Element, head: Sequence[str], css: str) -> Element:
    """A table with these column headers; its body."""
    table = _add(place, "table", css=css)
    row = _add(_add(table, "thead"), "tr")
    for name in head:
        _add(row, "th", name, scope="col")
    return _add(table, "tbody")


def _add(place: Element, tag: str, text: str = "", css: str = "", **attributes: str) -> Element:
    """A new element with this text; where a sentence comes from, in brackets, is set apart."""
    element = SubElement(place, tag, {"class": css} if css else {}, **attributes)
    plain, *marked = _MARK.split(text)
    element.text = plain or None
    for mark, after in zip(marked[::2], marked[1::2], strict=True):
        small = SubElement(element, "span", {"class": "mark"})
        small.text, small.tail = mark, after
    return element
