"""Many people, all sorts of them: what can happen at all mostly happens to one, and needs no solver."""

from collections.abc import Callable

from triage.answers import Answer
from triage.pack import LEVELS, RANK, Pack
from triage.verify.sample import half
from triage.verify.space import Unit
from triage.verify.theorems.claim import Person
from triage.verify.theorems.views import told_alone
from triage.walk import facts_of, readers
from triage.worlds import Compiled, Plane, Sheet, compiled

SIZE = 1 << 13


class Crowd:
    """People as planes, the same ones each time: each with some answers, none that does not apply."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.compiled = compiled(pack)
        self.full = (1 << SIZE) - 1
        planes = [0] * len(self.compiled.slots)
        for number, unit in enumerate(self.compiled.units):
            left, slots = self.full, self.compiled.slots_of(*unit)
            first = number % len(slots)
            for slot in (*slots[first:], *slots[:first]):
                place = self.compiled.slots[slot]
                planes[place] = left & half(place, SIZE)
                left &= ~planes[place]
        said = self.compiled.over(planes, self.full)
        gates = {question.id: self.full ^ said.planes(question.only_if).no for question in pack.questions}
        self.planes = [
            plane & gates[slot.question] for slot, plane in zip(self.compiled.slots, planes, strict=True)
        ]
        self.sheet: Sheet[Plane] = self.compiled.over(self.planes, self.full)
        self._levels = self.sheet.levels()
        self._possible = [self.sheet.possible(rank) for rank in range(len(LEVELS))]
        withheld = pack.about.causes_withheld
        causes = self.full ^ (self.sheet.planes(withheld.when).yes if withheld else 0)
        self._told = [(when, causes if hidden else self.full) for when, hidden in told_alone(pack)]

    def differ(self, unit: Unit) -> Plane:
        """Those for whom some rule or general sentence changes if they give another answer to this alone."""
        places = [self.compiled.slots[slot] for slot in self.compiled.slots_of(*unit)]
        planes = list(self.planes)
        unsaid = self.full
        for place in places:
            unsaid &= ~self.planes[place]
        for place, other in zip(places, (*places[1:], None), strict=True):
            planes[place] = unsaid if other is None else self.planes[other]
        reading = readers(self.pack)[unit[0]]
        return self._differ(self.compiled.reading(unit[0]).over(planes, self.full), reading.__contains__)

    def differ_in(self, other: Pack, fact: str) -> Plane:
        """Those for whom a rule or general sentence that reads the fact is another in the other pack."""
        reading = {id(when): when for when, _ in self._told if fact in facts_of(self.pack, when)}
        after = Compiled(other, reading.values(), self.compiled.bands, asks=())
        return self._differ(after.over(self.planes, self.full), reading.__contains__)

    def _differ(self, after: Sheet[Plane], among: Callable[[int], bool]) -> Plane:
        found = 0
        for when, shown in self._told:
            if among(id(when)):
                found |= shown & (self.sheet.planes(when).yes ^ after.planes(when).yes)
        return found

    def values(self, unit: Unit) -> dict[str, Plane]:
        """For each answer to a question or item, those who gave it."""
        return {slot.value: self.planes[self.compiled.slots[slot]] for slot in self.compiled.slots_of(*unit)}

    def person(self, where: Plane) -> Person:
        """The first of these people."""
        bit = where & -where
        level = next(name for name, plane in zip(LEVELS, self._levels, strict=True) if plane & bit)
        reach = max((rank for rank, plane in enumerate(self._possible) if plane & bit), default=0)
        return Person(self._answers(bit), level, LEVELS[max(reach, RANK[level])])

    def _answers(self, bit: Plane) -> dict[str, Answer]:
        found: dict[str, Answer] = {}
        for slot, plane in zip(self.compiled.slots, self.planes, strict=True):
            if plane & bit:
                if slot.item is not None:
                    items = found.setdefault(slot.question, {})
                    assert isinstance(items, dict)
                    items[slot.item] = slot.value
                elif slot.question in self.compiled.bands and slot.value != "unknown":
                    found[slot.question] = self.compiled.bands[slot.question][int(slot.value)].start
                else:
                    found[slot.question] = slot.value
        return found
