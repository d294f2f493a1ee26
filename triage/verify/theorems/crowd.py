"""Many people, all sorts of them: what can happen at all mostly happens to one, and needs no solver."""

from collections.abc import Iterable, Iterator, Sequence

from triage.answers import Answer
from triage.condition import Condition
from triage.pack import LEVELS, RANK, Pack, once
from triage.verify.sample import half
from triage.verify.space import Unit
from triage.verify.theorems.claim import Person
from triage.verify.theorems.views import told_alone
from triage.walk import facts_of
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
        self._people: dict[Plane, Person] = {}
        self._levels = self.sheet.levels()
        self._possible = [self.sheet.possible(rank) for rank in range(len(LEVELS))]
        withheld = pack.about.causes_withheld
        causes = self.full ^ (self.sheet.planes(withheld.when).yes if withheld else 0)
        self._told = [(when, causes if hidden else self.full) for when, hidden in told_alone(pack)]

    def differ(self, units: Sequence[Unit]) -> Iterator[tuple[Unit, Plane]]:
        """For each, those for whom some rule or general sentence changes if they answer it alone otherwise.

        Each is tried on its share of the crowd, all at the same time.
        """
        planes = [*self.planes]
        shares = [*_shares(len(units))]
        for unit, share in zip(units, shares, strict=True):
            places = [self.compiled.slots[slot] for slot in self.compiled.slots_of(*unit)]
            unsaid = self.full
            for place in places:
                unsaid &= ~self.planes[place]
            others = (*(self.planes[place] for place in places[1:]), unsaid)
            for place, other in zip(places, others, strict=True):
                planes[place] ^= (self.planes[place] ^ other) & share
        changed = self._changed(self.compiled.over(planes, self.full), self._told)
        yield from ((unit, changed & share) for unit, share in zip(units, shares, strict=True))

    def differ_in(self, other: Pack, fact: str) -> Plane:
        """Those for whom a rule or general sentence that reads the fact is another in the other pack."""
        told = [(when, shown) for when, shown in self._told if fact in facts_of(self.pack, when)]
        after = Compiled(other, [when for when, _ in told], self.compiled.bands, asks=())
        return self._changed(after.over(self.planes, self.full), told)

    def _changed(self, after: Sheet[Plane], told: Iterable[tuple[Condition, Plane]]) -> Plane:
        found = 0
        for when, shown in told:
            found |= shown & (self.sheet.planes(when).yes ^ after.planes(when).yes)
        return found

    def values(self, unit: Unit) -> dict[str, Plane]:
        """For each answer to a question or item, those who gave it."""
        return {slot.value: self.planes[self.compiled.slots[slot]] for slot in self.compiled.slots_of(*unit)}

    def person(self, where: Plane) -> Person:
        """The first of these people."""
        bit = where & -where
        if bit not in self._people:
            self._people[bit] = self._person(bit)
        return self._people[bit]

    def _person(self, bit: Plane) -> Person:
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


def _shares(count: int) -> Iterator[Plane]:
    """The crowd dealt out one by one to so many."""
    every = ((1 << count * (SIZE // count + 1)) - 1) // ((1 << count) - 1)
    return ((every << number) & ((1 << SIZE) - 1) for number in range(count))


@once
def crowd_of(pack: Pack) -> Crowd:
    """The crowd of a pack, made once for all theorems."""
    return Crowd(pack)
