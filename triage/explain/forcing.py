"""Which answers force a condition, whatever the rest: exactly, over every completion.

A set of answers *forces* a condition if it holds whatever the rest is answered; what is answered to a
question that then does not apply counts as no, so what makes a question apply is part of the reason.
That a question applied is taken on trust where the given answers leave it open.

:func:`reasons` yields the minimal such sets, smallest first, each once. It is the classical duality: a
smallest set that hits everything a failed try left out is either enough, or it fails too and leaves
out something new to be hit.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from triage.condition import Condition, Fact, leaves
from triage.explain.given import Given, Unit, Values, together, unit_of, units_of
from triage.explain.possible import Wish, Worlds
from triage.logic import UNKNOWN
from triage.pack import Pack
from triage.view import View
from triage.worlds import Compiled, Plane

# For everything that is read, one plane for each of its values.
World: TypeAlias = "dict[Unit, list[Plane]]"


class Forcing:
    """Decides for one condition which of some given answers force it."""

    def __init__(self, pack: Pack, condition: Condition, pieces: Sequence[Given]) -> None:
        self.pack = pack
        self.condition = condition
        self.values = Values(pack)
        self.units = units_of(pack, condition)
        asked = dict.fromkeys(pack.question[name] for name, _ in self.units)
        gates = {one.id: one.only_if for one in asked if one.only_if is not None}
        view = View(pack, together(pieces))
        self._trusted = {name: gate for name, gate in gates.items() if view.applies(name).truth is UNKNOWN}
        self._compiled = Compiled(pack, [condition, *self._trusted.values()])
        self._guesses, self._tries = self._likely_failures()
        self._worlds = Worlds(pack, self.units)

    def forces(self, pieces: Sequence[Given]) -> bool:
        """Whether these answers alone make the condition hold, whatever else is answered."""
        if self._fails_in_a_guess(pieces):
            return False
        trusted = [Wish(gate, True) for gate in self._relied_on(pieces)]
        return not self._worlds.exists(pieces, [Wish(self.condition, False), *trusted])

    def _relied_on(self, pieces: Iterable[Given]) -> list[Condition]:
        """What is taken on trust to hold, because these answers were given."""
        names = dict.fromkeys(piece.question for piece in pieces)
        return [self._trusted[name] for name in names if name in self._trusted]

    def _likely_failures(self) -> tuple[World, int]:
        """Worlds to try first: nothing to report but what stands under a *not*, at every age."""
        sizes = {unit: len(self.values.of(unit)) for unit in self.units}
        relief = _under_not(self.pack, self.condition)
        least = {unit: -1 if unit in relief else 0 for unit in sizes}
        tried = [least, dict.fromkeys(sizes, 0), dict.fromkeys(sizes, -1)]
        tried += [{**least, unit: value} for unit, size in sizes.items() for value in range(1, size)]
        patterns = {unit: _pattern(size, [world[unit] for world in tried]) for unit, size in sizes.items()}
        return patterns, len(tried)

    def _fails_in_a_guess(self, pieces: Sequence[Given]) -> bool:
        """Whether the condition does not hold in some possible one of the worlds tried first."""
        full = (1 << self._tries) - 1
        planes = [0] * len(self._compiled.slots)
        for unit, patterns in self._guesses.items():
            for slot, pattern in zip(self._compiled.slots_of(*unit), patterns, strict=False):
                planes[self._compiled.slots[slot]] = pattern
        for piece in pieces:
            for slot in self._compiled.slots_of(*piece.unit):
                planes[self._compiled.slots[slot]] = full if slot == self._compiled.slot(*piece) else 0
        sheet = self._compiled.sheet(planes, self._tries)
        possible = full ^ sheet.planes(self.condition).yes
        for gate in self._relied_on(pieces):
            possible &= full ^ sheet.planes(gate).no
        return bool(possible)


def _under_not(pack: Pack, condition: Condition, negated: bool = False) -> set[Unit]:
    """What stands under an odd number of nots, facts looked through."""
    found: set[Unit] = set()
    for leaf, under_not in leaves(condition, negated):
        if isinstance(leaf, Fact):
            found |= _under_not(pack, pack.fact[leaf.name].when, under_not)
        elif under_not:
            found.add(unit_of(leaf))
    return found


def _pattern(count: int, chosen: Sequence[int]) -> list[Plane]:
    """One plane for each of ``count`` values; in the world of each bit the chosen value is taken."""
    planes = [0] * count
    for bit, value in enumerate(chosen):
        planes[value] |= 1 << bit
    return planes


def reasons(pack: Pack, condition: Condition, pieces: Sequence[Given]) -> Iterator[frozenset[Given]]:
    """Every minimal set of the given answers that forces the condition, smallest first; none if none does."""
    forcing = Forcing(pack, condition, pieces)
    read = set(forcing.units)
    relevant = [piece for piece in pieces if piece.unit in read]
    if not forcing.forces(relevant):
        return
    must_hit: list[frozenset[Given]] = []
    found: list[frozenset[Given]] = []
    while (candidate := _smallest_hitting(must_hit, found)) is not None:
        if forcing.forces(sorted(candidate, key=relevant.index)):
            found.append(candidate)
            yield candidate
        else:
            must_hit.append(_left_out(forcing, candidate, relevant))


def _left_out(forcing: Forcing, start: frozenset[Given], relevant: Sequence[Given]) -> frozenset[Given]:
    """What the largest set found that still does not force, grown from ``start``, leaves out."""
    grown = list(start)
    left: list[Given] = []
    for piece in relevant:
        if piece not in start:
            (left if forcing.forces([*grown, piece]) else grown).append(piece)
    return frozenset(left)


def _smallest_hitting(
    must_hit: Sequence[frozenset[Given]], found: Sequence[frozenset[Given]]
) -> frozenset[Given] | None:
    """A smallest set that meets every one of ``must_hit`` and contains none of ``found``."""
    longest = len(frozenset().union(*must_hit))
    for size in range(longest + 1):
        hit = _hitting(must_hit, found, frozenset(), size)
        if hit is not None:
            return hit
    return None


def _hitting(
    must_hit: Sequence[frozenset[Given]],
    found: Sequence[frozenset[Given]],
    chosen: frozenset[Given],
    size: int,
) -> frozenset[Given] | None:
    if any(one <= chosen for one in found):
        return None
    missed = next((one for one in must_hit if not one & chosen), None)
    if missed is None:
        return chosen
    if size == 0:
        return None
    for piece in sorted(missed, key=str):
        hit = _hitting(must_hit, found, chosen | {piece}, size - 1)
        if hit is not None:
            return hit
    return None
