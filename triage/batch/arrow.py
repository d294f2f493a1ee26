"""Arrow tables, by the same engine: numpy packs columns into planes and unpacks the results.

Needs the extra ``batch``. What a row comes to is decided by :mod:`triage.batch.evaluating` alone; here
columns are only turned into planes and back, many rows in each step.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from triage.assess import SUPPORT_ORDER
from triage.batch.cells import BAD, EMPTY, Reader
from triage.batch.columns import Layout, Unit
from triage.batch.engine import WIDTH, Counted, Engine, Reject, counted, places
from triage.batch.evaluating import Result, Standing
from triage.batch.rows import CENTRE, ORIGINS, PLACES
from triage.batch.words import SILENT, SUPPORTS
from triage.pack import LEVELS
from triage.worlds import Plane

Bytes = NDArray[np.uint8]


class Coded(NamedTuple):
    """A text for every row, as the place of it among names."""

    codes: NDArray[np.int32]
    names: Sequence[str]


class Listed(NamedTuple):
    """Several texts for every row: where each row begins among the codes, and the codes of all rows."""

    offsets: NDArray[np.int32]
    codes: NDArray[np.int32]
    names: Sequence[str]


class ArrowDone(NamedTuple):
    """A block that was worked on: the keys and the fields of the kept rows, and what else is known."""

    keys: tuple["pa.Array", ...]
    fields: tuple[Coded | Listed, ...]
    rejects: tuple[Reject, ...]
    counts: Mapping[Counted, int]
    answered: frozenset[Unit]


class Cells(Sequence[object]):
    """An Arrow column as Python values, each made when it is looked at."""

    def __init__(self, column: "pa.Array") -> None:
        self.column = column

    def __len__(self) -> int:
        return len(self.column)

    def __getitem__(self, row):  # type: ignore[no-untyped-def]  # a sequence also has slices
        return self.column[row].as_py()


class ArrowEngine:
    """Works on blocks of Arrow columns. All fields but the reasons, which need each row by itself."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.words = engine.words
        self._told = [
            "" if support in SILENT else f"{cause.id}={support}"
            for cause in engine.pack.causes
            for support in SUPPORTS
        ]
        self._silent = np.array([not told for told in self._told], dtype=bool)

    def work(
        self,
        layout: Layout,
        columns: Sequence["pa.Array"],
        lines: Sequence[int],
        rejects: Sequence[Reject] = (),
    ) -> ArrowDone:
        """Work on rows given as columns that lie where the layout says, and the line of each row."""
        coded = [
            (reader, codes_of(reader, columns[reader.column.place])) for reader in self.engine.readers(layout)
        ]
        parts = [self._slice(layout, columns, coded, lines, at) for at in range(0, len(lines) or 1, WIDTH)]
        kept = np.concatenate([part.kept for part in parts])
        rows = np.fromiter(lines, dtype=np.int64, count=len(lines)) if None in layout.keys else None
        keys = [pa.array(rows) if place is None else columns[place] for place in layout.keys]
        if len(kept) < len(lines):
            keys = [key.take(pa.array(kept)) for key in keys]
        counts: Counter[Counted] = Counter()
        for part in parts:
            counts.update(part.counts)
        return ArrowDone(
            keys=tuple(keys),
            fields=tuple(map(_joined, zip(*(part.fields for part in parts), strict=True))),
            rejects=(*rejects, *(reject for part in parts for reject in part.rejects)),
            counts=counts,
            answered=frozenset().union(*(part.answered for part in parts)),
        )

    def _slice(
        self,
        layout: Layout,
        columns: Sequence["pa.Array"],
        coded: Sequence[tuple[Reader, list[Bytes]]],
        lines: Sequence[int],
        at: int,
    ) -> "_Part":
        width = min(WIDTH, len(lines) - at)
        planes, bad = self._encode(coded, at, width)
        result = self.engine.evaluator.evaluate(planes, width)
        out = bad | result.unfit
        cells = [Cells(column) for column in columns]
        rejects = tuple(
            reject
            for row in places(out, width)
            for reject in self.engine.rejected(layout, cells, lines[at + row], at + row)
        )
        keep = result.full ^ out
        rows = np.flatnonzero(bits_of(keep, width)) if out else np.arange(width)
        slots = self.engine.evaluator.compiled.slots
        answered = frozenset(
            Unit(slot.question, slot.item) for slot, plane in zip(slots, planes, strict=True) if plane
        )
        fields = tuple(field for name in self.engine.fields for field in self._field(name, result))
        if out:
            fields = tuple(_taken(field, rows) for field in fields)
        return _Part(fields, rows + at, rejects, counted(result, keep), answered)

    def _encode(
        self, coded: Sequence[tuple[Reader, list[Bytes]]], at: int, width: int
    ) -> tuple[list[Plane], Plane]:
        """As :meth:`Engine.encode`."""
        compiled = self.engine.evaluator.compiled
        planes, bad = [0] * len(compiled.slots), 0
        seen: dict[Unit, Plane] = {}
        full = (1 << width) - 1
        for reader, columns in coded:
            for unit, column in zip(reader.units, columns, strict=True):
                codes = column[at : at + width]
                here = set(np.flatnonzero(np.bincount(codes)).tolist())
                said = full ^ plane_of(codes, EMPTY) if EMPTY in here else full
                if BAD in here:
                    bad |= plane_of(codes, BAD)
                bad |= said & seen.get(unit, 0)
                seen[unit] = said | seen.get(unit, 0)
                for number, slot in enumerate(compiled.slots_of(*unit), start=1):
                    if number in here:
                        planes[compiled.slots[slot]] |= plane_of(codes, number)
        return planes, bad

    # --- results ------------------------------------------------------------------------------------

    def _field(self, name: str, result: Result) -> Iterator[Coded | Listed]:
        words, width = self.words, result.width
        match name:
            case "status":
                yield Coded(numbers_of(result.status, width), words.statuses)
            case "level":
                yield Coded(numbers_of(result.levels, width), words.levels)
            case "could_reach":
                yield Coded(numbers_of(result.could_reach, width), words.levels)
            case "headline":
                levels = numbers_of(result.levels, width)
                reached = numbers_of(result.could_reach, width)
                yield Coded(levels * len(LEVELS) + reached, words.headlines)
            case "red_flags":
                yield _listed([(result.flags[place], flag) for place, flag in words.flags], width)
            case "open":
                yield _listed(list(_open(result)), width)
            case "support":
                for standing in result.causes:
                    yield Coded(_support(standing, result), words.supports)
            case "causes":
                yield self._ranked(result)
            case _:
                raise KeyError(name)

    def _ranked(self, result: Result) -> Listed:
        """The causes of every row by the number of :func:`triage.batch.rows.standing_of`, sorted."""
        width = result.width
        if not result.causes:
            return Listed(np.zeros(width + 1, np.int32), np.zeros(0, np.int32), self._told)
        ranks = np.empty((width, len(result.causes)), dtype=np.int64)
        for place, standing in enumerate(result.causes):
            ranks[:, place] = self._standing(place, standing, result)
        ranks.sort(axis=1)
        told = ranks % PLACES * len(SUPPORTS) + ranks // (PLACES * 2 * CENTRE * ORIGINS)
        return _from_matrix(~self._silent[told], told, self._told)

    @staticmethod
    def _standing(place: int, standing: Standing, result: Result) -> NDArray[np.int64]:
        width = result.width
        support = _support(standing, result).astype(np.int64)
        origin = numbers_of(standing.origins, width)
        net = _count(standing.against, width) - _count(standing.supporting, width)
        best = support * ORIGINS + (ORIGINS - 1) - origin
        return (best * (2 * CENTRE) + CENTRE + net) * PLACES + place


class _Part(NamedTuple):
    fields: tuple[Coded | Listed, ...]
    kept: NDArray[np.int64]
    rejects: tuple[Reject, ...]
    counts: Mapping[Counted, int]
    answered: frozenset[Unit]


def codes_of(reader: Reader, column: "pa.Array") -> list[Bytes]:
    """For each unit that a column answers one code for each row; each different cell is read once."""
    if pa.types.is_nested(column.type):
        return [np.frombuffer(codes, np.uint8) for codes in reader.columns(column.to_pylist())]
    if pa.types.is_string_view(column.type):
        column = column.cast(pa.string())
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    values = column.dictionary.to_pylist()
    tables = reader.columns([*values, None])
    indices = column.indices
    if indices.null_count:
        indices = indices.fill_null(len(values))
    where = indices.to_numpy(zero_copy_only=False)
    return [np.frombuffer(table, np.uint8)[where] for table in tables]


def plane_of(codes: Bytes, code: int) -> Plane:
    """The rows that have this code."""
    return int.from_bytes(np.packbits(codes == code, bitorder="little").tobytes(), "little")


def bits_of(plane: Plane, width: int) -> Bytes:
    """For each row 1 or 0."""
    packed = np.frombuffer(plane.to_bytes((width + 7) // 8, "little"), np.uint8)
    return np.unpackbits(packed, count=width, bitorder="little")


def numbers_of(planes: Sequence[Plane], width: int) -> NDArray[np.int32]:
    """For each row the number of the one plane that has it, from 0."""
    found = np.zeros(width, np.uint8)
    for number, plane in enumerate(planes):
        if number and plane:
            found += bits_of(plane, width) * np.uint8(number)
    return found.astype(np.int32)


def _count(planes: Sequence[Plane], width: int) -> NDArray[np.int64]:
    found = np.zeros(width, np.int64)
    for plane in planes:
        if plane:
            found += bits_of(plane, width)
    return found


def _support(standing: Standing, result: Result) -> NDArray[np.int32]:
    planes = [standing.support[name] & result.shown for name in SUPPORT_ORDER]
    return numbers_of([*planes, result.full ^ result.shown], result.width)


def _open(result: Result) -> Iterator[tuple[Plane, str]]:
    for question, plane in result.unasked.items():
        yield plane, question
        yield result.unknown[question], f"?{question}"


def _listed(named: Sequence[tuple[Plane, str]], width: int) -> Listed:
    """For every row the names of the planes that have it."""
    here = [(place, plane) for place, (plane, _) in enumerate(named) if plane]
    matrix = np.empty((width, len(here)), np.uint8)
    for number, (_, plane) in enumerate(here):
        matrix[:, number] = bits_of(plane, width)
    codes = np.broadcast_to(np.array([place for place, _ in here], np.int64), matrix.shape)
    return _from_matrix(matrix.astype(bool), codes, [name for _, name in named])


def _from_matrix(mask: NDArray[np.bool_], codes: NDArray[np.int64], names: Sequence[str]) -> Listed:
    """In every row the codes where the mask says so."""
    offsets = np.concatenate(([0], np.cumsum(mask.sum(axis=1)))).astype(np.int32)
    return Listed(offsets, codes[mask].astype(np.int32), names)


def _taken(field: Coded | Listed, rows: NDArray[np.int64]) -> Coded | Listed:
    """Some rows of a field."""
    if isinstance(field, Coded):
        return Coded(field.codes[rows], field.names)
    lengths = np.diff(field.offsets)
    keep = np.zeros(len(lengths), bool)
    keep[rows] = True
    offsets = np.concatenate(([0], np.cumsum(lengths[rows]))).astype(np.int32)
    return Listed(offsets, field.codes[np.repeat(keep, lengths)], field.names)


def _joined(parts: Sequence[Coded | Listed]) -> Coded | Listed:
    """A field of several slices as one."""
    first = parts[0]
    if len(parts) == 1:
        return first
    codes = np.concatenate([part.codes for part in parts])
    if isinstance(first, Coded):
        return Coded(codes, first.names)
    lengths = [np.diff(part.offsets) for part in parts if isinstance(part, Listed)]
    return Listed(
        np.concatenate(([0], np.cumsum(np.concatenate(lengths)))).astype(np.int32), codes, first.names
    )


def array_of(field: Coded | Listed) -> "pa.Array":
    """A field as an Arrow array: texts by dictionary, several things as lists of texts."""
    values = pa.DictionaryArray.from_arrays(pa.array(field.codes), pa.array(list(field.names), pa.string()))
    if isinstance(field, Coded):
        return values
    return pa.ListArray.from_arrays(pa.array(field.offsets), values.dictionary_decode())
