"""CSV as it is met: records over several lines, lines that are no records, cells that are formulas."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from triage.errors import AnswerError, Misfit, shown

DELIMITERS = (",", ";", "\t", "|")
NOT_UTF8 = "the line is not text in UTF-8; if the whole file is in another encoding, give --encoding"
_STRAY = re.compile("[\udc80-\udcff]")
_NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class Record(NamedTuple):
    """A record among lines: where it begins, the line behind it, its fields, or what is wrong with it."""

    begin: int
    end: int
    fields: list[str]
    wrong: str = ""


def records(lines: Sequence[str], delimiter: str, ended: bool = True) -> Iterator[Record]:
    """The records among lines, empty ones left out. A line that cannot begin a record is passed over.

    Unless the input has ``ended``, a record that the last line does not finish is left out.
    """
    at = 0
    while at < len(lines):
        # The bound name is the place of this turn: the reader is done with before the next one.
        reader = csv.reader(_from(lines, at), delimiter=delimiter, strict=True)
        before = 0
        try:
            for fields in reader:
                begin, before = at + before, reader.line_num
                if fields:
                    yield Record(begin, at + before, fields)
            return
        except csv.Error as error:
            if not ended and "unexpected end" in str(error):
                return
            yield Record(at + before, at + before + 1, [], _said(error))
            at += before + 1


def _from(lines: Sequence[str], at: int) -> Iterator[str]:
    return (f"{lines[number]}\n" for number in range(at, len(lines)))


def _said(error: csv.Error) -> str:
    """What Python's reader says, in words that help."""
    text = str(error)
    if "expected after" in text:
        return "something follows a closing quote; a quote within quotes is written twice"
    if "unexpected end" in text:
        return "a quote is opened and not closed"
    if "field larger" in text:
        return f"a cell is longer than {csv.field_size_limit():,} characters; is a quote not closed?"
    if "new-line character" in text:
        return "a carriage return stands within the line; put the cell in quotes"
    return text


def parsed(
    data: bytes, first: int, delimiter: str, width: int
) -> tuple[list[list[str]], list[int], list[Record]]:
    """The rows of a block that have as many fields as the header, their lines, and what is no row."""
    text = data.decode("utf-8", "surrogateescape")
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    found = None if '"' in text else _plain(lines, delimiter)
    clean = text.isascii() or not _STRAY.search(text)
    if found is not None and clean and set(map(len, found)) <= {width}:
        return found, list(range(first, first + len(found))), []
    rows: list[list[str]] = []
    places: list[int] = []
    wrong: list[Record] = []
    for record in records(lines, delimiter):
        said = record.wrong or _unfit(record.fields, width, clean)
        if said:
            wrong.append(record._replace(begin=first + record.begin, wrong=said))
        else:
            rows.append(record.fields)
            places.append(first + record.begin)
    return rows, places, wrong


def _plain(lines: list[str], delimiter: str) -> list[list[str]] | None:
    """The rows where every line is one, or None where it is not so."""
    try:
        return list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return None


def _unfit(fields: list[str], width: int, clean: bool) -> str:
    if len(fields) != width:
        return f"the line has {len(fields)} fields, the header has {width}"
    return NOT_UTF8 if not clean and any(map(_STRAY.search, fields)) else ""


def header(start: bytes, known: Iterable[str], delimiter: str | None) -> tuple[list[str], str, int]:
    """The names of the columns, the delimiter, and the number of lines up to the end of the header.

    Without a delimiter the one is taken that gives most of the ``known`` names, else most names.
    Raises :class:`AnswerError` if there is no header that can be read.
    """
    try:
        text = start.decode("utf-8")
    except UnicodeDecodeError:
        text = start.decode("utf-8", "surrogateescape")
    lines = text.split("\n")
    wanted = set(known)
    found = [_header(lines, one) for one in ([delimiter] if delimiter else DELIMITERS)]
    record, sign = max(found, key=lambda each: _fit(each[0], wanted))
    if record.wrong:
        raise AnswerError([Misfit("", f"the header cannot be read: {record.wrong}")])
    if not record.fields:
        raise AnswerError([Misfit("", "there is no header", "the first line names the columns")])
    for name in record.fields:
        if _STRAY.search(name):
            raise AnswerError(
                [Misfit("", f"the header is not text in UTF-8: '{shown(name)}'", "give --encoding")]
            )
    return [name.strip() for name in record.fields], sign, record.end


def _header(lines: list[str], delimiter: str) -> tuple[Record, str]:
    return next(records(lines, delimiter), Record(0, 0, [])), delimiter


def _fit(record: Record, wanted: set[str]) -> tuple[bool, int, int]:
    """How well a header is read with a delimiter: at all, with names that are known, with many names."""
    return not record.wrong, len(wanted & {name.strip() for name in record.fields}), len(record.fields)


def harmless(value: object) -> object:
    """A cell that no spreadsheet takes for a formula: one that looks like it gets an apostrophe in front."""
    if not isinstance(value, str) or not value.startswith(_FORMULA) or _NUMBER.fullmatch(value):
        return value
    return f"'{value}"


class Lines:
    """Collects the lines that a CSV writer makes."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.write = self.written.append


def to_csv(columns: Sequence[Sequence[object]], keys: int, separator: str) -> bytes:
    """Rows as CSV: the first ``keys`` columns made harmless, several things joined by the separator."""
    lines = Lines()
    cells = [_written(column, number < keys, separator) for number, column in enumerate(columns)]
    csv.writer(lines, lineterminator="\n").writerows(zip(*cells, strict=True))
    return "".join(lines.written).encode()


def _written(column: Sequence[object], key: bool, separator: str) -> Sequence[object]:
    if key:
        return list(map(harmless, column))
    if column and isinstance(column[0], tuple):
        return [separator.join(map(str, cell)) if isinstance(cell, tuple) else cell for cell in column]
    return column
