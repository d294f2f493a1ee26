"""What a cell says: text or a value of a table, held against the pack by the same code as any answer."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from triage.answers import Answer, normalise
from triage.batch.columns import Column, Unit
from triage.errors import AnswerError, Misfit
from triage.pack import Pack
from triage.worlds import Compiled

EMPTY = 0
BAD = 255
MOST_KEPT = 50_000
_WHOLE = re.compile(r"(\d{1,9})\.0+")
_TRUE = {"true": True, "false": False}

Codes = tuple[int, ...]


class Reader:
    """Reads the cells of one column; each different value is held against the pack once.

    A cell becomes one code for each unit that the column answers: 0 for no answer, then the place of the
    answer among the slots of the unit, from 1; 255 for a cell that cannot be read.
    """

    def __init__(self, compiled: Compiled, column: Column, closed: bool, separator: str) -> None:
        self.pack = compiled.pack
        self.compiled = compiled
        self.column = column
        self.closed = closed
        self.separator = separator
        self.question = self.pack.question[column.target.question]
        self.units = _units(self.pack, column.target)
        self._slots = [
            {slot.value: number for number, slot in enumerate(compiled.slots_of(*unit), start=1)}
            for unit in self.units
        ]
        self._kept = Kept(self._fresh)

    def columns(self, cells: Sequence[object], text: bool = False) -> list[bytes]:
        """For each unit of the column one code for each cell; ``text`` says that all cells are text."""
        if len(self._kept) > MOST_KEPT:
            self._kept = Kept(self._fresh)
        try:
            index = bytes(map(self._kept.__getitem__, cells if text else map(_key, cells)))
        except ValueError:  # there are more different cells than a byte can tell apart
            return self._one_by_one(cells)
        padding = bytes(256 - len(self._kept.codes))
        return [index.translate(bytes(table) + padding) for table in zip(*self._kept.codes, strict=True)]

    def _one_by_one(self, cells: Sequence[object]) -> list[bytes]:
        codes = [self._kept.codes[self._kept[_key(cell)]] for cell in cells]
        return list(map(bytes, zip(*codes, strict=True)))

    def _fresh(self, cell: object) -> Codes:
        try:
            answer = self.answer(cell)
        except AnswerError:
            return (BAD,) * len(self.units)
        if answer is None:
            return (EMPTY,) * len(self.units)
        if isinstance(answer, Mapping):
            return tuple(
                slots[answer[str(unit.item)]] if unit.item in answer else EMPTY
                for unit, slots in zip(self.units, self._slots, strict=True)
            )
        slot = self.compiled.slot(self.question.id, None, answer)
        return (self._slots[0][slot.value],)

    def answer(self, cell: object) -> Answer | None:
        """The canonical answer in a cell, None for an empty one; for an item, a map that holds it alone.

        Raises :class:`AnswerError` as :func:`triage.answers.normalise` does.
        """
        value = self._value(cell)
        if value is None:
            return None
        return normalise(self.pack, {self.question.id: value}).get(self.question.id)

    def _value(self, cell: object) -> object:
        """The cell in a form that answers may have in files."""
        value = _plain(cell, self.question.kind == "number")
        if value is None:
            return None
        item = self.column.target.item
        if item is not None:
            return {item: value}
        if self.question.kind != "several_of":
            return value
        if isinstance(value, str) and value not in ("none", "unknown"):
            value = [part for part in map(str.strip, value.split(self.separator)) if part]
        if self.closed and isinstance(value, list | tuple):
            return {"items": value, "closed": True}
        if self.closed and isinstance(value, Mapping):
            return {**value, "closed": True}
        return value


class Kept(dict[object, int]):
    """Numbers for the different cells of a column, with the codes of each."""

    def __init__(self, read: Callable[[object], Codes]) -> None:
        super().__init__()
        self.read = read
        self.codes: list[Codes] = [read(None)]

    def __missing__(self, key: object) -> int:
        self.codes.append(self.read(key.cell if isinstance(key, Kind) else key))
        self[key] = len(self.codes) - 1
        return self[key]


class Kind:
    """A cell that is no text, as the key of a map: equal to cells of the same kind that look the same."""

    __slots__ = ("cell", "look")

    def __init__(self, cell: object) -> None:
        self.cell = cell
        self.look = type(cell), repr(cell) if isinstance(cell, list | tuple | dict) else cell

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Kind) and self.look == other.look

    def __hash__(self) -> int:
        return hash(self.look)


def _key(cell: object) -> object:
    return cell if type(cell) is str else Kind(cell)


def _plain(cell: object, number: bool) -> object:
    """A cell as an answer: text without blanks and capitals, empty text as nothing, 63.0 as 63."""
    if isinstance(cell, str):
        text = cell.strip().lower()
        if number:
            return int(whole[1]) if (whole := _WHOLE.fullmatch(text)) else text or None
        return _TRUE.get(text, text.replace("-", "_")) if text else None
    if isinstance(cell, float):
        if cell != cell:  # what tables write for no value in a column of numbers
            return None
        return int(cell) if number and cell.is_integer() else cell
    return cell


def _units(pack: Pack, target: Unit) -> tuple[Unit, ...]:
    question = pack.question[target.question]
    if question.kind == "several_of" and target.item is None:
        return tuple(Unit(question.id, item) for item in question.choices)
    return (target,)


def answers_of(readers: Iterable[Reader], cells: Iterable[object]) -> dict[str, Answer]:
    """The answers that the cells of a row give. Raises :class:`CellError` with every misfit by column."""
    answers: dict[str, Answer] = {}
    misfits: list[tuple[str, Misfit]] = []
    for reader, cell in zip(readers, cells, strict=True):
        try:
            answer = reader.answer(cell)
        except AnswerError as error:
            misfits += [(reader.column.name, misfit) for misfit in error.misfits]
            continue
        if answer is None:
            continue
        before = answers.get(reader.question.id, {})
        if isinstance(answer, Mapping) and isinstance(before, Mapping) and not answer.keys() & before.keys():
            answers[reader.question.id] = {**before, **answer}
        elif before == {}:
            answers[reader.question.id] = answer
        else:
            message = f"another column answers '{reader.column.target}' too"
            misfits.append((reader.column.name, Misfit(reader.question.id, message, "keep one")))
    if misfits:
        raise CellError(misfits)
    return answers


class CellError(Exception):
    """Cells of one row that cannot be read: for each the name of its column and the misfit."""

    def __init__(self, misfits: Iterable[tuple[str, Misfit]]) -> None:
        self.misfits = tuple(misfits)
        super().__init__("; ".join(f"{name}: {misfit}" for name, misfit in self.misfits))
