"""The exact difference of two versions of a pack: for how many people what changes, and who is one of them.

A solver finds people, or proves that there are none; decision diagrams count.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Generic, NamedTuple

from triage.answers import Answers
from triage.pack import LEVELS, RANK, Leave, Pack
from triage.verify.formula import Formula
from triage.verify.joined import Joined
from triage.verify.space import Space
from triage.verify.theorems.chance import Chance
from triage.verify.unequal import possible
from triage.worlds import P, Sheet

if TYPE_CHECKING:
    from oxidd.bdd import BDDFunction

NOT_TOLD = "not told"


@dataclass(frozen=True, slots=True)
class Change:
    """People for whom something changes in the same way.

    ``count`` is how many of them answer everything, None if they were too many to count. ``answers`` are the
    fewest that show the change; ``waived`` are the places of the waivers that give leave for some of them,
    and ``open`` says whether something is lowered for others, whom ``answers`` are then of.
    """

    what: str
    before: str
    after: str
    answers: Answers
    count: int | None
    lowers: bool
    waived: tuple[int, ...]
    open: bool


class Cell(NamedTuple, Generic[P]):
    """Those of whom one thing is so under the old pack, and those of whom another is under the new one."""

    what: str
    before: str
    after: str
    old: P
    new: P

    @property
    def lowers(self) -> bool:
        """Whether this is a lower level, or less that can be reached."""
        return self.what in ("level", "could_reach") and RANK[self.after] < RANK[self.before]


def cells(old: Sheet[P], new: Sheet[P]) -> Iterator[Cell[P]]:
    """Everything that can change: level, what can be reached, the support of each cause, reassurance."""
    yield from _moves(
        "level", dict(zip(LEVELS, old.levels(), strict=True)), dict(zip(LEVELS, new.levels(), strict=True))
    )
    yield from _moves("could_reach", _reach(old), _reach(new))
    for cause in {cause.id: None for sheet in (old, new) for cause in sheet.compiled.pack.causes}:
        yield from _moves(cause, _support(old, cause), _support(new, cause))
    yield from _moves("reassured", _reassured(old), _reassured(new))


def _moves(what: str, old: dict[str, P], new: dict[str, P]) -> Iterator[Cell[P]]:
    if old != new:
        for before in reversed(old):
            for after in new:
                if before != after:
                    yield Cell(what, before, after, old[before], new[after])


def _reach(sheet: Sheet[P]) -> dict[str, P]:
    """Where each level is the highest that can be reached."""
    least = [sheet.full, *possible(sheet), sheet.none]
    return {level: least[rank] & (sheet.full ^ least[rank + 1]) for rank, level in enumerate(LEVELS)}


def _support(sheet: Sheet[P], cause: str) -> dict[str, P]:
    """Where a cause has each support, and where it is not told: it is unknown, or causes are withheld."""
    pack = sheet.compiled.pack
    found = next((one for one in pack.causes if one.id == cause), None)
    if found is None:
        return {NOT_TOLD: sheet.full}
    withheld = pack.about.causes_withheld
    hidden = sheet.none if withheld is None else sheet.planes(withheld.when).yes
    support = {name: where & (sheet.full ^ hidden) for name, where in sheet.support(found).items()}
    return {**support, NOT_TOLD: hidden}


def _reassured(sheet: Sheet[P]) -> dict[str, P]:
    return {"no": sheet.full ^ sheet.reassured(), "yes": sheet.reassured()}


class Comparison:
    """Two versions held against each other."""

    def __init__(self, old: Pack, new: Pack, waivers: Sequence[Leave] = ()) -> None:
        self.joined = Joined(old, new)
        self.waivers = waivers
        self.used: set[int] = set()
        self._space = Space(self.joined.pack, (), cuts=self.joined.cuts)
        self._anyone = self._space.anyone()
        graph = self._space.graph
        old_side, new_side = self.joined.sides
        self._old = old_side.sheet(self._anyone.planes, graph.true)
        self._new = new_side.sheet(self._anyone.planes, graph.true)
        units = [*self.joined.compiled.units]
        answered = {unit: self._anyone.answered(unit) for unit in units}
        live = [~answered[unit] | self.joined.applies((self._old, self._new), unit[0]) for unit in units]
        self._space.solver.always(graph.all((self._anyone.fits, *live)))
        self._reached = [graph.true] + [graph.false] * (len(units) + 1)
        for plane in answered.values():
            for number in range(len(units), 0, -1):
                self._reached[number] |= self._reached[number - 1] & plane

    @cached_property
    def counting(self) -> "Counting":
        """Those who answer everything, counted."""
        return Counting(self.joined)

    def changes(self, count: bool = True) -> Iterator[Change]:
        """Every change, one after the other, each with its people counted if ``count`` says so."""
        for cell in cells(self._old, self._new):
            answers = self._smallest(cell.old & cell.new)
            if answers is None:
                continue
            waived, rest = self._waived(cell) if cell.lowers else ((), None)
            number = self.counting.of(cell) if count else None
            open_ = cell.lowers and rest is not None
            yield Change(
                cell.what, cell.before, cell.after, rest or answers, number, cell.lowers, waived, open_
            )

    def _waived(self, cell: Cell[Formula]) -> tuple[tuple[int, ...], Answers | None]:
        """The waivers that give leave for some of the cell, and somebody for whom none does."""
        where, used = cell.old & cell.new, []
        for number, waiver in enumerate(self.waivers):
            if (waiver.before, waiver.after) == (cell.before, cell.after):
                planes = self.joined.old.judged(waiver.where, self._anyone.planes, self._space.graph.true)
                # A level is certain, so the condition must be; what can be reached is what is not excluded.
                held = planes.yes if cell.what == "level" else ~planes.no
                if self._space.solver.find(where, held) is not None:
                    used.append(number)
                where = where & ~held
        self.used.update(used)
        return tuple(used), self._smallest(where)

    def _smallest(self, where: Formula) -> Answers | None:
        """One of those with the fewest answers, or None: there is nobody."""
        found: Answers | None = None
        model = self._space.solver.find(where)
        while model is not None:
            found = self._anyone.answers(model)
            model = self._space.solver.find(where, ~self._reached[_number(found)])
        return found


def _number(answers: Answers) -> int:
    """How many answers these are, each item of a list being one."""
    return sum(len(answer) if isinstance(answer, Mapping) else 1 for answer in answers.values())


class Counting:
    """Everybody who answers every question that applies in either version, *not sure* being an answer."""

    def __init__(self, joined: Joined) -> None:
        self.joined = joined
        self._chance = chance = Chance(joined.pack, joined.compiled)
        self._old, self._new = (side.sheet(chance.people, chance.true) for side in joined.sides)
        self._once = chance.true
        for unit in joined.compiled.units:
            last = chance.people[joined.compiled.slots[joined.compiled.slots_of(*unit)[-1]]]
            # Whoever is not asked counts once: with one of the answers that would be the same.
            self._once = self._once & (joined.applies((self._old, self._new), unit[0]) | last)

    @cached_property
    def everybody(self) -> int:
        """How many they are, each number counted for itself."""
        return self._number(self._once)

    @cached_property
    def _cells(self) -> "dict[tuple[str, str, str], Cell[BDDFunction]]":
        return {cell[:3]: cell for cell in cells(self._old, self._new)}

    def of(self, cell: Cell[Formula]) -> int:
        """How many of them are in a cell, exactly."""
        found = self._cells.get(cell[:3])
        return 0 if found is None else self._number(found.old & found.new & self._once)

    def _number(self, where: "BDDFunction") -> int:
        found = self._chance.of(where) * self._chance.number
        assert found.denominator == 1  # each is one of equally many
        return found.numerator
