"""CSV as it is met: records over several lines, lines that are no records, cells that are formulas."""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, cast

from triage.errors import AnswerError, Misfit, shown

DELIMITERS = (",", ";", "\t", "|")
NOT_UTF8 = "the line is not text in UTF-8; if the whole file is in another encoding, give --encoding"
_STRAY = re.compile("[\udc80-\udcff]")
LONGEST = 131_072  # the longest line that is taken apart at once; longer ones go cell by cell
_NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?")
_SPECIAL = (",", '"', "\n", "\r")
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


class Parsed(NamedTuple):
    """The rows of a block that are as wide as the header, column by column; their lines; what is no row."""

    cells: list[Sequence[str]]
    lines: Sequence[int]
    wrong: list[Record]


def parsed(data: bytes, first: int, delimiter: str, width: int) -> Parsed:
    """Take a block apart. Where every line is a row and has no quotes, that is done for all of it at once."""
    text = data.decode("utf-8", "surrogateescape").removesuffix("\n")
    clean = text.isascii() or not _STRAY.search(text)
    if clean and width > 1 and '"' not in text:
        cells = _plain(text.replace("\r\n", "\n").removesuffix("\r"), delimiter, width)
        if cells is not None:
            return Parsed(cells, range(first, first + len(cells[0])), [])
    rows: list[list[str]] = []
    places: list[int] = []
    wrong: list[Record] = []
    for record in records(text.split("\n"), delimiter):
        said = record.wrong or _unfit(record.fields, width, clean)
        if said:
            wrong.append(record._replace(begin=first + record.begin, wrong=said))
        else:
            rows.append(record.fields)
            places.append(first + record.begin)
    return Parsed(list(zip(*rows, strict=True)) or [()] * width, places, wrong)


def _plain(text: str, delimiter: str, width: int) -> list[Sequence[str]] | None:
    """The columns of a text in which every line has ``width`` cells without quotes; None if it is not so.

    Each first cell keeps the line break in front of it until it is clear that it stands where it should.
    """
    flat = f"\n{text}".replace("\n", f"{delimiter}\n").split(delimiter)
    lines = text.count("\n") + 1
    if len(flat) != width * lines + 1 or "\r" in text or max(map(len, text.split("\n"))) > LONGEST:
        return None
    starts = flat[1::width]
    if not all(cell[:1] == "\n" for cell in starts):
        return None
    return [[cell[1:] for cell in starts], *(flat[place::width] for place in range(2, width + 1))]


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


def to_csv(columns: Sequence[Sequence[object]], keys: int, separator: str) -> bytes:
    """Rows as CSV: the first ``keys`` columns made harmless, several things joined by the separator."""
    cells = [written(column, number < keys, separator) for number, column in enumerate(columns)]
    lines = list(map(",".join, zip(*cells, strict=True)))
    return "\n".join([*lines, ""]).encode() if lines else b""


def written(column: Sequence[object], key: bool, separator: str) -> Sequence[str]:
    """The cells of a column as they stand in the file."""
    if key:
        texts = [str(harmless(cell)) if cell is not None else "" for cell in column]
    elif column and isinstance(column[0], tuple):
        texts = [separator.join(map(str, cell)) for cell in cast(Sequence[tuple[object, ...]], column)]
    else:
        texts = list(cast(Sequence[str], column))
    together = "".join(texts)
    return list(map(_quoted, texts)) if any(sign in together for sign in _SPECIAL) else texts


def _quoted(text: str) -> str:
    """A cell that holds what has a meaning in CSV, in quotes."""
    if not any(sign in text for sign in _SPECIAL):
        return text
    return '"{}"'.format(text.replace('"', '""'))
