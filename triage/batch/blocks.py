"""A stream of bytes cut into blocks of whole records, so that memory is bounded whatever the size of a file.

Where a block holds no quote, every line is a record and nothing needs to be looked at. Where it holds one,
the same reader finds the records that reads them later.
"""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from triage.batch.delimited import records
from triage.errors import AnswerError, Misfit

BLOCK = 2 << 20
MOST_BLOCKS = 4  # the longest record in quotes
QUOTE = b'"'
BOM = b"\xef\xbb\xbf"
# How a file begins that is no text in UTF-8, and what to do about it.
WRONG = {
    b"\xff\xfe": "it is UTF-16: give --encoding utf-16",
    b"\xfe\xff": "it is UTF-16: give --encoding utf-16",
    b"PK\x03\x04": "it is a spreadsheet or an archive: save the table as CSV",
    b"\xd0\xcf\x11\xe0": "it is a spreadsheet: save the table as CSV",
    b"\x1f\x8b": "it is compressed: unpack it first, as gzip -dc does",
    b"PAR1": "it is Parquet: give --input-format parquet",
}


class Stream(Protocol):
    """What blocks are read from."""

    def read(self, size: int, /) -> bytes:
        """Up to ``size`` bytes, none at the end."""


class Block(NamedTuple):
    """Whole records and the line of the first; ``wrong`` says why there is nothing but a line to reject."""

    data: bytes
    first: int
    wrong: str = ""


class Cutter:
    """Cuts a stream into blocks. With a ``delimiter`` a record may go over several lines in quotes."""

    def __init__(self, stream: Stream, size: int = BLOCK) -> None:
        self.stream = stream
        self.size = size
        self.delimiter = ""
        self.line = 1
        self._left = b""
        self._ended = False
        self._returns = False

    def begin(self) -> bytes:
        """The first bytes of the stream, without the mark of UTF-8; they will be read again.

        Raises :class:`AnswerError` for what is no text in UTF-8.
        """
        self._fill()
        for magic, advice in WRONG.items():
            if self._left.startswith(magic):
                raise AnswerError([Misfit("", f"this is not text in UTF-8; {advice}")])
        if b"\0" in self._left[:4096]:
            raise AnswerError([Misfit("", "this is not text: it holds zero bytes; is --encoding missing?")])
        self._left = self._left.removeprefix(BOM)
        self._returns = b"\r" in self._left and b"\n" not in self._left
        self._left = self._with_newlines(self._left)
        return self._left

    def skip(self, lines: int) -> None:
        """Pass over lines at the beginning: a header that was read from what :meth:`begin` returned."""
        self._take(_end_of(self._left, lines))

    def blocks(self) -> Iterator[Block]:
        """The stream in blocks."""
        while self._left or not self._ended:
            self._fill()
            if self._left:
                yield self._next()

    def _fill(self, times: int = 1) -> None:
        """Read on until there is enough for a block, or for several."""
        while not self._ended and len(self._left) < self.size * times:
            data = self.stream.read(self.size * times - len(self._left))
            self._ended = not data
            self._left += self._with_newlines(data)

    def _with_newlines(self, data: bytes) -> bytes:
        """Lines that end in nothing but a carriage return, as old programs write them, end like others."""
        return data.replace(b"\r", b"\n") if self._returns else data

    def _next(self) -> Block:
        if self._ended:
            end = len(self._left)
        elif self.delimiter and QUOTE in self._left:
            end = self._end_of_records()
        else:
            end = self._left.rfind(b"\n") + 1
        if end == 0:
            return self._enormous()
        first = self.line
        return Block(self._take(end), first)

    def _take(self, end: int) -> bytes:
        data, self._left = self._left[:end], self._left[end:]
        self.line += data.count(b"\n")
        return data

    def _end_of_records(self) -> int:
        """Where the last whole record ends; behind the first line, if there is none in several blocks."""
        for times in range(1, MOST_BLOCKS + 1):
            self._fill(times)
            lines = self._left.decode("latin-1").split("\n")[: None if self._ended else -1]
            last = 0
            for record in records(lines, self.delimiter, self._ended):
                last = record.end
            if last:
                break
        return len(self._left) if self._ended else _end_of(self._left, max(last, 1))

    def _enormous(self) -> Block:
        """A line that does not end within a block is passed over up to its end."""
        first = self.line
        while not self._ended and b"\n" not in self._left:
            self._left = b""
            self._fill()
        end = self._left.find(b"\n") + 1
        self._left = self._left[end:] if end else b""
        self.line += 1
        return Block(b"", first, f"the line is longer than {self.size:,} bytes; is a line break missing?")


def _end_of(data: bytes, lines: int) -> int:
    """Where so many lines end; 0 if the first does not."""
    end = 0
    for _ in range(lines):
        found = data.find(b"\n", end) + 1
        if not found:
            return end or 0
        end = found
    return end
