"""A sample of people, always the same, each with one answer to everything; many have few worries."""

import hashlib
from collections.abc import Iterator
from functools import reduce
from operator import and_

from triage.verify.course import course
from triage.worlds import Compiled, Plane, Slot

SIZE = 1 << 12
RARER = (1, 2, 4, 7)  # in each part of the sample a worry is there once in 2 to this power


def half(number: int, size: int = SIZE) -> Plane:
    """Half of all people, for each number other ones, and each time the same."""
    return int.from_bytes(hashlib.shake_128(str(number).encode()).digest(size // 8))


class Sample:
    """People as planes, one answer each to every question, whether or not it will be asked."""

    def __init__(self, compiled: Compiled) -> None:
        self.full: Plane = (1 << SIZE) - 1
        self.planes: list[Plane] = [0] * len(compiled.slots)
        for number, unit in enumerate(compiled.units):
            *said, last = self._in_order(compiled, unit, number)
            left = self.full
            for slot in said:
                place = compiled.slots[slot]
                self.planes[place] = left & self._some(place, slot.item is not None)
                left &= ~self.planes[place]
            self.planes[compiled.slots[last]] = left
        steps = course(compiled, self.planes, self.full)
        self.asked = {(step.question, step.urgent): step for step in steps if step.where}
        self.next = [(plane >> 1) | ((plane & 1) << (SIZE - 1)) for plane in self.planes]

    def _in_order(self, compiled: Compiled, unit: tuple[str, str | None], number: int) -> list[Slot]:
        """The answers, last the one that most give: no, or *none* of the options, or any."""
        slots = compiled.slots_of(*unit)
        none = compiled.pack.question[unit[0]].none
        calm = next((slot for slot in slots if slot.value in ("no", none)), slots[number % len(slots)])
        first = number % len(slots)
        return [slot for slot in (*slots[first:], *slots[:first]) if slot != calm] + [calm]

    def _some(self, place: int, worry: bool) -> Plane:
        if not worry:
            return half(place)
        part = SIZE // len(RARER)
        found = 0
        for number, power in enumerate(RARER):
            rare = reduce(and_, (half(power * 100_000 + place * 10 + more) for more in range(power)))
            found |= rare & (((1 << part) - 1) << (number * part))
        return found

    def some(self, where: Plane, number: int) -> Iterator[Plane]:
        """So many of these people at most, one bit each, from all parts of the sample."""
        part = SIZE // number
        for start in range(number):
            here = where >> (start * part) & ((1 << part) - 1)
            if here:
                yield (here & -here) << (start * part)
