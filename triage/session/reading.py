"""Reading a session from text: whole and in order, or the first line that is wrong.

A last line without its line break was torn off while it was written, and is left out. Every other
line must be as the program writes it, come where it can come, and fit the questions of the header.
An answer comes right after its prompt, unless it is the draft that was left of an earlier one.
"""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn, TypeVar, get_args

from triage.answers import Answer
from triage.errors import shown
from triage.interview import Answered, Step, WentBack
from triage.pack import Kind
from triage.session.record import (
    Asked,
    Ended,
    Entry,
    Given,
    Header,
    How,
    Part,
    Recording,
    RulesChanged,
    Wording,
    kept,
)
from triage.session.writing import FORMAT, Fields

MAX_BYTES = 4_000_000
MAX_CHANGES = 100  # of rules, in one session: each goes over all answers before it

_ID = re.compile(r"[a-z][a-z0-9_]{0,47}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_VERSION = re.compile(r"[0-9A-Za-z.+-]{1,40}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_KINDS: dict[object, Kind] = {kind: kind for kind in get_args(Kind)}
_HOW: dict[object, How] = {how: how for how in get_args(How)}

T = TypeVar("T")


class SessionError(Exception):
    """A session that cannot be used: in which file, at which line, and why."""

    def __init__(self, path: str, line: int, message: str) -> None:
        self.path, self.line, self.message = path, line, message
        super().__init__(f"{path}:{line}: {message}")


class _Wrong(Exception):
    """What is wrong with one line."""


def read(source: str | Path) -> Recording:
    """The session in a file, given as a path, or in a text.

    Raises :class:`SessionError` for one that cannot be used, :class:`OSError` for a file that cannot
    be read.
    """
    if isinstance(source, str):
        return parse(source.encode(errors="surrogatepass"), "session")
    if source.exists() and not source.is_file():
        raise SessionError(str(source), 1, "this is not a file that can hold a session")
    with source.open("rb") as file:
        return parse(file.read(MAX_BYTES + 1), str(source))


def parse(content: bytes, name: str) -> Recording:
    """The session in the bytes of a file named ``name``. Raises :class:`SessionError`."""
    if len(content) > MAX_BYTES:
        raise SessionError(name, 1, f"a session is not larger than {MAX_BYTES // 1_000_000} MB")
    *lines, torn = content.split(b"\n")
    reader = _Reader(_at(name, 1, _first, lines[0] if lines else b""))
    for number, line in enumerate(lines[1:], start=2):
        _at(name, number, reader.add, line)
    return Recording(reader.begun, tuple(reader.entries), len(lines) + 1 if torn else None)


def _at(name: str, number: int, take: Callable[[bytes], T], line: bytes) -> T:
    """What becomes of one line; what is wrong with it is told with its place."""
    try:
        return take(line)
    except _Wrong as wrong:
        raise SessionError(name, number, str(wrong)) from None


# --- the order of events ----------------------------------------------------------------------------


@dataclass(slots=True)
class _Reader:
    """Takes the events one by one; ``rules`` are those that hold, the answers those that count under them."""

    begun: Header
    rules: Header = field(init=False)
    changes: int = 0
    entries: list[Entry] = field(default_factory=list)
    given: list[tuple[Step, Answer]] = field(default_factory=list)
    path: list[tuple[Step, Answer]] = field(default_factory=list)
    drafts: dict[Step, Answer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rules = self.begun

    def add(self, line: bytes) -> None:
        """Add the event of a line, if it can come here."""
        entry = _entry(_fields(line))
        self._admit(entry)
        self.entries.append(entry)

    def _admit(self, entry: Entry) -> None:
        match entry:
            case Given(answers):
                if self.entries:
                    raise _Wrong("answers given beforehand can only come first")
                self.given = [(Step(name), answer) for name, answer in answers.items()]
                self._fit(self.given)
            case Asked(step):
                self._known(step)
            case Answered(step, answer):
                if self.entries[-1:] != [Asked(step)] and self.drafts.get(step) != answer:
                    raise _Wrong(f"'{step.question}' is answered here, but was not asked just before")
                self._fit([(step, answer)])
                self.path.append((step, answer))
                self.drafts.pop(step, None)
            case WentBack():
                if not self.path:
                    raise _Wrong("there is no answer to go back to")
                self.drafts.update([self.path.pop()])
            case RulesChanged():
                self._change(entry)
            case Ended():
                pass

    def _known(self, step: Step) -> Wording:
        asked = self.rules.questions.get(step.question)
        if asked is None:
            raise _Wrong(f"the header has no question '{step.question}'")
        if step.item is not None and (asked.kind != "several_of" or step.item not in asked.options):
            raise _Wrong(f"'{step.question}' has no item '{step.item}'")
        return asked

    def _fit(self, answered: Iterable[tuple[Step, Answer]]) -> None:
        for step, answer in answered:
            if not self._known(step).fits(step.item, answer):
                raise _Wrong(f"'{step.question}' cannot be answered with '{shown(answer)}'")

    def _change(self, entry: RulesChanged) -> None:
        """Other rules hold; what is left of the answers must fit them."""
        if (entry.header.pack, entry.header.date) != (self.rules.pack, self.rules.date):
            raise _Wrong("the new rules are of another pack, or of a session of another day")
        self.rules, self.changes = entry.header, self.changes + 1
        if self.changes > MAX_CHANGES:
            raise _Wrong("the rules changed too often in this session")
        dropped = frozenset(entry.dropped)
        self.given = list(kept(dropped, self.given))
        self.path = list(kept(dropped, self.path))
        self.drafts = dict(kept(dropped, self.drafts.items()))
        self._fit([*self.given, *self.path, *self.drafts.items()])


# --- one line ---------------------------------------------------------------------------------------


def _fields(line: bytes) -> Fields:
    """The object that a line holds."""
    try:
        value: object = json.loads(
            line.decode(), object_pairs_hook=_unique, parse_float=_refuse, parse_constant=_refuse
        )
    except UnicodeDecodeError:
        raise _Wrong("this line is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise _Wrong(
            f"this line is not JSON: {error.msg.removesuffix(' at')} at column {error.colno}"
        ) from None
    except RecursionError:
        raise _Wrong("this line is nested too deeply") from None
    except ValueError:
        raise _Wrong("this line holds a number that is no answer") from None
    if not isinstance(value, dict):
        raise _Wrong("this line is not an event")
    return value


def _unique(pairs: list[tuple[str, object]]) -> Fields:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise _Wrong("this line says something twice")
    return fields


def _refuse(text: str) -> NoReturn:
    raise _Wrong(f"'{shown(text)}' is no answer")


def _first(line: bytes) -> Header:
    """The header, if this is a session at all and of a format that is known."""
    try:
        fields = _fields(line)
    except _Wrong:
        fields = {}
    match fields:
        case {"session": int(written), **rest}:
            if written != FORMAT:
                raise _Wrong(f"this session has format {written}; this program knows format {FORMAT}")
            return _header(rest)
    raise _Wrong("this is not a session that `triage run --save` has begun")


def _header(fields: object) -> Header:
    match fields:
        case {"program": program, "pack": pack, "version": version, "digest": digest, "date": date,
              "questions": dict(questions), **rest} if not rest:  # fmt: skip
            return Header(
                _as(_VERSION, program),
                _as(_ID, pack),
                _as(_VERSION, version),
                _as(_DIGEST, digest),
                _as(_DATE, date),
                {_as(_ID, name): _wording(asked) for name, asked in questions.items()},
            )
    raise _Wrong("the header is not complete, or has more than a header has")


def _wording(fields: object) -> Wording:
    match fields:
        case {"kind": str(kind), "ask": str(ask), **rest} if kind in _KINDS:
            options = rest.pop("options", {})
            low, high, unit = (rest.pop(name, None) for name in ("min", "max", "unit"))
            if not rest and isinstance(options, dict) and isinstance(unit, str | None):
                labels = {_as(_ID, name): _text(label) for name, label in options.items()}
                return Wording(_KINDS[kind], ask, labels, _bound(low), _bound(high), unit)
    raise _Wrong("the header describes a question in a way that is not known")


def _entry(fields: Fields) -> Entry:
    match fields:
        case {"event": "given", "answers": dict(answers), **rest} if not rest:
            return Given({_as(_ID, name): _answer(answer) for name, answer in answers.items()})
        case {"event": "asked", **where}:
            return Asked(_step(where))
        case {"event": "answered", "answer": answer, **where}:
            return Answered(_step(where), _answer(answer))
        case {"event": "back", **rest} if not rest:
            return WentBack()
        case {"event": "rules changed", "header": header, "dropped": list(dropped), **rest} if not rest:
            return RulesChanged(_header(header), tuple(map(_part, dropped)))
        case {"event": "end", "how": str(how), **rest} if not rest and how in _HOW:
            return Ended(_HOW[how])
    raise _Wrong("this line is not an event of a session")


def _step(fields: Fields) -> Step:
    match fields:
        case {"question": question, **rest} if not rest:
            return Step(_as(_ID, question))
        case {"question": question, "plainer": True, **rest} if not rest:
            return Step(_as(_ID, question), None, plainer=True)
        case {"question": question, "item": item, "plainer": True, **rest} if not rest:
            return Step(_as(_ID, question), _as(_ID, item), plainer=True)
    raise _Wrong("this line does not say which question it is about")


def _answer(value: object) -> Answer:
    if isinstance(value, dict):
        return {_as(_ID, item): _text(state) for item, state in value.items()}
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return _text(value)


def _part(value: object) -> Part:
    question, dot, item = _text(value).partition(".")
    return Part(_as(_ID, question), _as(_ID, item) if dot else None)


def _bound(value: object) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise _Wrong("a bound is a whole number")


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    raise _Wrong(f"'{shown(value)}' stands where a word is expected")


def _as(pattern: re.Pattern[str], value: object) -> str:
    """A word of the form that it must have."""
    text = _text(value)
    if not pattern.fullmatch(text):
        raise _Wrong(f"'{shown(text)}' is not written as it must be here")
    return text
