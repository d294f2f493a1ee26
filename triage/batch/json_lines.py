"""JSON Lines: one object a line, whose values are answers in any form that an answers file may use."""

import json
from collections.abc import Callable, Sequence
from typing import NoReturn

from triage.errors import AnswerError, shown


class NoRowError(Exception):
    """A line that is no row; the text says why."""


def parsed(
    data: bytes, first: int, name_of: Callable[[str], object]
) -> tuple[list[dict[str, object]], list[int], list[tuple[int, str]]]:
    """The objects of a block, their lines, and the lines that are no such object with the reason."""
    rows: list[dict[str, object]] = []
    places: list[int] = []
    wrong: list[tuple[int, str]] = []
    for number, line in enumerate(data.split(b"\n"), start=first):
        if line.strip():
            try:
                rows.append(_object(line, name_of))
            except NoRowError as error:
                wrong.append((number, str(error)))
            else:
                places.append(number)
    return rows, places, wrong


def _object(line: bytes, name_of: Callable[[str], object]) -> dict[str, object]:
    """One line as an object whose names are known. Raises :class:`NoRowError`."""
    try:
        row: object = json.loads(line.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise NoRowError("the line is not text in UTF-8") from None
    except json.JSONDecodeError as error:
        raise NoRowError(f"not JSON: {error.msg} at column {error.colno}") from None
    except RecursionError:
        raise NoRowError("not JSON that can be read: it is nested too deeply") from None
    except ValueError as error:
        raise NoRowError(f"not JSON that can be read: {shown(error)}") from None
    if not isinstance(row, dict):
        raise NoRowError('a line is an object, such as {"age": 63}')
    try:
        for name in row:
            name_of(name)
    except AnswerError as error:
        raise NoRowError(str(error)) from None
    return row


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NoRowError(f"'{shown(twice)}' stands there twice")
    return found


def _no_number(text: str) -> NoReturn:
    raise NoRowError(f"{text} is no answer")


def to_json_lines(names: Sequence[str], columns: Sequence[Sequence[object]]) -> bytes:
    """Rows as JSON Lines; several things are a list."""
    encode = json.JSONEncoder(ensure_ascii=False, separators=(", ", ": ")).encode
    rows = zip(*columns, strict=True)
    return "".join(f"{encode(dict(zip(names, row, strict=True)))}\n" for row in rows).encode()
