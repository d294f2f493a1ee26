"""A block of rows, whatever file it came from: cells in, columns of the result and rejected rows out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, compress
from typing import NamedTuple

from triage.answers import Answer
from triage.batch.cells import BAD, EMPTY, CellError, Reader, answers_of
from triage.batch.columns import Column, Layout, Options, Unit, check_options
from triage.batch.evaluating import STATUSES, Evaluator, Result
from triage.batch.planes import bits_of, plane_of
from triage.batch.reasons import reasons
from triage.batch.rows import column, supports
from triage.batch.words import Words
from triage.errors import AnswerError, Misfit
from triage.pack import LEVELS, Level, Pack
from triage.view import View, check_live
from triage.worlds import Plane

WIDTH = 32_768  # rows evaluated at once: as many as keep all planes of a pack in the processor's cache
MOST_ANSWERS = 250

Cells = Sequence[object]


class Reject(NamedTuple):
    """A row that cannot be used: its line (or number), its keys, the column where known, and why."""

    line: int
    keys: tuple[object, ...]
    column: str
    reason: str


class Counted(NamedTuple):
    """What rows are counted by."""

    level: Level
    could_reach: Level
    status: str


@dataclass(frozen=True, slots=True)
class Done:
    """A block that was worked on: the columns of the result by name, kept rows only; the rest apart.

    ``columns`` begins with the keys. A cell is a text, or a tuple of texts for a field of several things.
    """

    columns: tuple[Sequence[object], ...]
    rejects: tuple[Reject, ...]
    counts: Mapping[Counted, int]
    answered: frozenset[Unit]


class Engine:
    """Works on blocks of rows under one pack."""

    def __init__(self, pack: Pack, options: Options, fields: Sequence[str]) -> None:
        check_options(pack, options, fields)
        self.pack = pack
        self.options = options
        self.fields = tuple(fields)
        self.evaluator = Evaluator(pack, tuple(dict.fromkeys(("status", *fields))))
        self.words = Words(pack)
        self._readers: dict[Column, Reader] = {}
        compiled = self.evaluator.compiled
        for unit in self.evaluator.units:
            count = len(compiled.slots_of(*unit))
            if count > MOST_ANSWERS:
                message = f"the rules tell {count} answers to '{unit}' apart"
                raise AnswerError([Misfit(unit.question, message, f"a table can tell {MOST_ANSWERS}")])

    def readers(self, layout: Layout) -> list[Reader]:
        """What reads the cells of each column that answers something."""
        return [self._reader(column) for column in layout.columns]

    def _reader(self, column: Column) -> Reader:
        if column not in self._readers:
            closed = column.target.question in self.options.closed
            self._readers[column] = Reader(self.evaluator.compiled, column, closed, self.options.separator)
        return self._readers[column]

    def work(
        self,
        layout: Layout,
        cells: Sequence[Cells],
        lines: Sequence[int],
        rejects: Iterable[Reject] = (),
        text: bool = False,
    ) -> Done:
        """Work on rows given as the cells of every column, and the line of each row.

        ``text`` says that all cells are text, which saves a look at each.
        """
        parts = [
            self._slice(layout, [one[at : at + WIDTH] for one in cells], lines[at : at + WIDTH], text)
            for at in range(0, len(lines) or 1, WIDTH)
        ]
        return joined(parts, rejects)

    def _slice(self, layout: Layout, cells: Sequence[Cells], lines: Sequence[int], text: bool) -> Done:
        width = len(lines)
        planes, bad = self.encode(layout, cells, width, text)
        result = self.evaluator.evaluate(planes, width)
        out = bad | result.unfit
        rejects = tuple(
            reject for row in places(out, width) for reject in self.rejected(layout, cells, lines[row], row)
        )
        keep = result.full ^ out
        keys = [lines if place is None else cells[place] for place in layout.keys]
        kept: list[Sequence[object]] = [*keys, *self._columns(layout, result, cells, keep)]
        if out:
            kept = [list(compress(one, bits_of(keep, width))) for one in kept]
        answered = frozenset(
            Unit(slot.question, slot.item)
            for slot, plane in zip(self.evaluator.compiled.slots, planes, strict=True)
            if plane
        )
        return Done(tuple(kept), rejects, counted(result, keep), answered)

    def encode(
        self, layout: Layout, cells: Sequence[Cells], width: int, text: bool = False
    ) -> tuple[list[Plane], Plane]:
        """One plane for each slot of the pack, and the rows with a cell that cannot be read.

        Rows in which two columns answer the same are among the latter.
        """
        compiled = self.evaluator.compiled
        planes, bad = [0] * len(compiled.slots), 0
        seen: dict[Unit, Plane] = {}
        full = (1 << width) - 1
        for reader in self.readers(layout):
            for unit, codes in zip(
                reader.units, reader.columns(cells[reader.column.place], text), strict=True
            ):
                bad |= plane_of(codes, BAD)
                said = full ^ plane_of(codes, EMPTY)
                bad |= said & seen.get(unit, 0)
                seen[unit] = said | seen.get(unit, 0)
                for number, slot in enumerate(compiled.slots_of(*unit), start=1):
                    planes[compiled.slots[slot]] |= plane_of(codes, number)
        return planes, bad

    def answers(self, layout: Layout, cells: Sequence[Cells], row: int) -> dict[str, Answer]:
        """The answers of one row. Raises :class:`CellError`."""
        readers = self.readers(layout)
        return answers_of(readers, (cells[reader.column.place][row] for reader in readers))

    def rejected(self, layout: Layout, cells: Sequence[Cells], line: int, row: int) -> Iterator[Reject]:
        """Why a row is rejected: the messages that one person's answers would get."""
        keys = tuple(cells[place][row] for place in layout.keys if place is not None)
        try:
            check_live(View(self.pack, self.answers(layout, cells, row)))
        except CellError as error:
            yield from (Reject(line, keys, name, str(misfit)) for name, misfit in error.misfits)
        except AnswerError as error:
            for misfit in error.misfits:
                names = [one.name for one in layout.columns if one.target.question == misfit.question]
                yield Reject(line, keys, ", ".join(names[:3]), str(misfit))

    def _columns(
        self, layout: Layout, result: Result, cells: Sequence[Cells], keep: Plane
    ) -> Iterator[Sequence[object]]:
        for field in self.fields:
            if field == "support":
                yield from supports(self.words, result)
            elif field == "reasons":
                wanted = bits_of(keep, result.width)
                yield [
                    reasons(self.pack, self.answers(layout, cells, row)) if want else ()
                    for row, want in enumerate(wanted)
                ]
            else:
                yield column(self.words, result, field)


def joined(parts: Sequence[Done], rejects: Iterable[Reject] = ()) -> Done:
    """Several pieces as one, with rows that were rejected before, in the order of their lines."""
    counts: Counter[Counted] = Counter()
    for part in parts:
        counts.update(part.counts)
    pieces = zip(*(part.columns for part in parts), strict=True)
    told = [*rejects, *(reject for part in parts for reject in part.rejects)]
    return Done(
        columns=tuple(list(chain.from_iterable(each)) for each in pieces),
        rejects=tuple(sorted(told, key=lambda reject: reject.line)),
        counts=counts,
        answered=frozenset().union(*(part.answered for part in parts)),
    )


def places(plane: Plane, width: int) -> Iterator[int]:
    """The rows that a plane has, from the first."""
    return compress(range(width), bits_of(plane, width)) if plane else iter(())


def counted(result: Result, keep: Plane) -> Counter[Counted]:
    """How many of the rows to keep have each level, with what is not excluded and the status."""
    counts: Counter[Counted] = Counter()
    for level, certain in zip(LEVELS, result.levels, strict=True):
        for reach, possible in zip(LEVELS, result.could_reach, strict=True):
            here = certain & possible & keep
            for status, plane in zip(STATUSES, result.status, strict=True) if here else ():
                if count := (here & plane).bit_count():
                    counts[Counted(level, reach, status)] = count
    return counts
