"""YAML as authors mean it, with the line and column of everything.

``no`` is a word, not false; only ``true`` and ``false`` are booleans; equal keys, anchors, aliases
and tags are refused, and so are deep nesting, control characters and text that runs backwards.
Values are built straight from the parser's events, so a hostile file is stopped while it is read.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple, Protocol, TypeAlias

import yaml

from triage.errors import Issue, PackError, Place

Data: TypeAlias = "bool | int | float | str | list[Data] | dict[str, Data] | None"
Loc: TypeAlias = Sequence[str | int]

MAX_BYTES = 2_000_000
MAX_DEPTH = 30
MAX_VALUES = 200_000

_Parser: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,17}")
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}
# Text direction overrides can make a rule read as its opposite; other controls can drive a terminal.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)


class _Mark(Protocol):
    """The place of an event, as both of PyYAML's parsers give it."""

    index: int
    line: int
    column: int


def _mark(mark: _Mark | None) -> _Mark:
    assert mark is not None  # an event that was read from text has a place
    return mark


class Text(str):
    """A piece of text that remembers where it was written."""

    __slots__ = ("_end", "_file", "_start")
    _file: str
    _start: _Mark | None
    _end: _Mark | None

    @property
    def raw(self) -> str:
        """The text as it stands in the file, line breaks and all."""
        return self._file[_mark(self._start).index : _mark(self._end).index]

    @property
    def line(self) -> int:
        """The line on which ``raw`` begins, from zero."""
        return _mark(self._start).line

    @property
    def column(self) -> int:
        """The column in which ``raw`` begins, from zero."""
        return _mark(self._start).column


@dataclass(frozen=True, slots=True)
class Source:
    """One YAML file: its data, and its text to find places in."""

    path: str
    text: str = field(repr=False)
    data: Data = field(repr=False)

    def place(self, loc: Loc = (), *, key: bool = False) -> Place:
        """Where the value at ``loc`` stands (its nearest existing parent if there is none there).

        ``key=True`` gives the place of the last key instead of its value.
        """
        inside = _marked(self.text)
        mark = inside.mark
        for step in loc:
            found = inside.parts.get(step)
            if found is None:
                break
            name, inside = found
            mark = name if key else inside.mark
        return Place(self.path, mark.line + 1, mark.column + 1)


class _Marked(NamedTuple):
    """Where a value stands, and where its parts and their keys do."""

    mark: "_Mark"
    parts: "dict[str | int, tuple[_Mark, _Marked]]"


@lru_cache(maxsize=4)
def _marked(text: str) -> _Marked:
    """The places of everything in a text that was parsed before; one file can have many problems."""
    node = yaml.compose(text, Loader=_Parser)
    assert node is not None
    return _with_marks(node)


def _with_marks(node: yaml.Node) -> _Marked:
    if isinstance(node, yaml.MappingNode):
        parts = {key.value: (key.start_mark, _with_marks(value)) for key, value in reversed(node.value)}
    elif isinstance(node, yaml.SequenceNode):
        parts = {place: (part.start_mark, _with_marks(part)) for place, part in enumerate(node.value)}
    else:
        parts = {}
    return _Marked(node.start_mark, parts)


def read(path: Path, shown: str | None = None) -> Source:
    """Read one YAML file. Raises :class:`PackError` naming the place of the first problem."""
    name = shown or str(path)
    try:
        if path.exists() and not path.is_file():
            raise _refuse(name, "unreadable-file", "cannot read the file: it is no plain file")
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, RuntimeError) as error:  # a link to itself is a RuntimeError on some versions
        reason = getattr(error, "strerror", None) or str(error)
        raise _refuse(name, "unreadable-file", f"cannot read the file: {reason}") from None
    return parse(content, name)


def parse(content: bytes, name: str) -> Source:
    """Parse the bytes of one YAML file named ``name``. Raises :class:`PackError`."""
    if len(content) > MAX_BYTES:
        raise _refuse(name, "file-too-large", f"the file is larger than {MAX_BYTES // 1_000_000} MB")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        raise _refuse(name, "not-utf-8", "the file is not UTF-8 text", line, column) from None
    if found := _FORBIDDEN.search(text):
        line, column = _line_column(text, found.start())
        raise _refuse(name, "forbidden-character", _forbidden(found.group()), line, column)
    try:
        data = _Builder(name, text).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise _refuse(name, "yaml", error.problem or "not valid YAML", line, column) from None
    return Source(name, text, data)


def _forbidden(char: str) -> str:
    what = unicodedata.name(char, "control character").lower()
    return f"U+{ord(char):04X} ({what}) is not allowed"


def _line_column(text: str, index: int) -> tuple[int, int]:
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


def _refuse(name: str, code: str, message: str, line: int = 1, column: int = 1, hint: str = "") -> PackError:
    return PackError([Issue(code, message, Place(name, line, column), hint)])


class _Builder:
    """Builds plain data from parser events, refusing what a pack may not contain."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self.next: Callable[[], yaml.Event] = _Parser(text).get_event
        self.count = 0

    def document(self) -> Data:
        self.next()  # the stream starts
        event = self.next()
        if isinstance(event, yaml.StreamEndEvent):
            raise self._stop(event, "empty-file", "the file is empty")
        data = self._value(self.next(), 0)
        self.next()  # the document ends
        event = self.next()
        if not isinstance(event, yaml.StreamEndEvent):
            raise self._stop(
                event, "several-documents", "one file holds one document", "remove the line '---'"
            )
        return data

    def _value(self, event: yaml.Event, depth: int) -> Data:
        self.count += 1
        if self.count > MAX_VALUES:
            raise self._stop(event, "too-many-values", f"the file holds more than {MAX_VALUES:,} values")
        if isinstance(event, yaml.ScalarEvent) and event.anchor is None and event.tag is None:
            return self._scalar(event)
        return self._no_scalar(event, depth)

    def _no_scalar(self, event: yaml.Event, depth: int) -> Data:
        if isinstance(event, yaml.AliasEvent):
            raise self._stop(event, "alias", "aliases are not allowed", "write the value out")
        assert isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent)
        if event.anchor is not None:
            raise self._stop(event, "anchor", "anchors are not allowed", "write the value out")
        if event.tag is not None:
            raise self._stop(event, "tag", "tags are not allowed", "remove the word that starts with '!'")
        if depth >= MAX_DEPTH:
            raise self._stop(event, "too-deep", f"nested more than {MAX_DEPTH} levels deep")
        return (
            self._sequence(depth + 1)
            if isinstance(event, yaml.SequenceStartEvent)
            else self._mapping(depth + 1)
        )

    def _sequence(self, depth: int) -> list[Data]:
        items: list[Data] = []
        event = self.next()
        while event.__class__ is not yaml.SequenceEndEvent:
            items.append(self._value(event, depth))
            event = self.next()
        return items

    def _mapping(self, depth: int) -> dict[str, Data]:
        items: dict[str, Data] = {}
        marks: dict[str, _Mark | None] = {}
        event = self.next()
        while event.__class__ is not yaml.MappingEndEvent:
            key = self._word(event) or self._value(event, depth)
            if not isinstance(key, str):
                raise self._stop(event, "key-not-text", "a key must be a word", "put it in quotes")
            if key in items:
                message = f"the key '{key}' is already on line {_mark(marks[key]).line + 1}"
                raise self._stop(event, "duplicate-key", message, "keep one of the two")
            name = str(key)
            marks[name] = event.start_mark
            items[name] = self._value(self.next(), depth)
            event = self.next()
        return items

    def _word(self, event: yaml.Event) -> str | None:
        """The plain word that a key is, if it can be nothing else; so are nearly all."""
        if not isinstance(event, yaml.ScalarEvent) or event.style or self.count >= MAX_VALUES:
            return None
        value: str = event.value
        if value in _WORDS or not value[0].isalpha() or event.anchor is not None or event.tag is not None:
            return None
        self.count += 1
        return value

    def _scalar(self, event: yaml.ScalarEvent) -> Data:
        value: str = event.value
        if not event.style:
            if value in _WORDS:
                return _WORDS[value]
            if value[0] in "-0123456789":
                if _INT.fullmatch(value):
                    return int(value)
                if _FLOAT.fullmatch(value):
                    return float(value)
        elif event.style == '"' and (found := _FORBIDDEN.search(value)):
            raise self._stop(event, "forbidden-character", _forbidden(found.group()))
        text = Text(value)
        text._file, text._start, text._end = self.text, event.start_mark, event.end_mark
        return text

    def _stop(self, event: yaml.Event, code: str, message: str, hint: str = "") -> PackError:
        mark = _mark(event.start_mark)
        return _refuse(self.name, code, message, mark.line + 1, mark.column + 1, hint)
