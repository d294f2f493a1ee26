"""Whether there is a world, every question answered, in which some conditions come out as wanted.

The search keeps, for everything that can be answered, the answers that are still left. A wish that can
come true in one way only is followed at once; then the wish with the fewest ways is tried, way by way.
In a world, what reads a question that does not apply reads a no.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from triage.condition import COMPARE, All, AnyOf, AtLeast, Atom, Compare, Condition, Fact, Not, Option
from triage.explain.given import Given, Unit, Values, unit_of
from triage.logic import NO, UNKNOWN, YES, Truth
from triage.pack import Pack

Value: TypeAlias = str | int
Left: TypeAlias = Mapping[Unit, frozenset[Value]]


class Wish(NamedTuple):
    """A condition that is to hold, or is not to hold."""

    condition: Condition
    so: bool


class Way(NamedTuple):
    """One way in which a wish comes true: if other wishes do, and with what is left to answer."""

    wishes: tuple[Wish, ...] = ()
    left: Left | None = None


class Worlds:
    """The worlds over everything that some conditions read."""

    def __init__(self, pack: Pack, units: Iterable[Unit]) -> None:
        self.pack = pack
        self._values = Values(pack)
        self._all: Left = {unit: frozenset(self._values.of(unit)) for unit in units}
        self._holding: dict[Atom, frozenset[Value]] = {}

    def exists(self, pieces: Iterable[Given], wishes: Sequence[Wish]) -> bool:
        """Whether there is a world with these answers in which every wish comes true."""
        return self._possible(wishes, {**self._all, **{piece.unit: self._only(piece) for piece in pieces}})

    def _only(self, piece: Given) -> frozenset[Value]:
        if isinstance(piece.value, int):
            return frozenset({self._values.band(piece.question, piece.value).start})
        return frozenset({piece.value})

    def _possible(self, wishes: Sequence[Wish], left: Left) -> bool:
        state = _State(self, left)
        unsettled = state.settle(wishes)
        if unsettled is None:
            return False
        if not unsettled:
            return True
        ways = {place: state.ways(wish) for place, wish in enumerate(unsettled)}
        fewest = min(ways, key=lambda place: len(ways[place]))
        rest = unsettled[:fewest] + unsettled[fewest + 1 :]
        return any(
            self._possible([*way.wishes, *rest], {**state.left, **(way.left or {})}) for way in ways[fewest]
        )

    def holding(self, atom: Atom) -> frozenset[Value]:
        """The answers with which an atom holds."""
        if atom not in self._holding:
            self._holding[atom] = frozenset(one for one in self._all[unit_of(atom)] if _holds(atom, one))
        return self._holding[atom]


class _State:
    """The answers that are left, and what conditions come to with them."""

    def __init__(self, worlds: Worlds, left: Left) -> None:
        self.worlds = worlds
        self.left = dict(left)
        self._facts: dict[str, Truth] = {}

    def settle(self, wishes: Sequence[Wish]) -> list[Wish] | None:
        """Follow every wish that has one way only; those with more, or None if one has none."""
        waiting, kept = list(wishes), list[Wish]()
        while waiting:
            narrowed = False
            self._facts.clear()
            while waiting:
                wish = waiting.pop()
                truth = self.truth(wish.condition)
                if truth is UNKNOWN:
                    ways = self.ways(wish)
                    if len(ways) > 1:
                        kept.append(wish)
                        continue
                    self.left.update(ways[0].left or {})
                    narrowed |= ways[0].left is not None
                    waiting += ways[0].wishes
                elif (truth is YES) is not wish.so:
                    return None
            if narrowed:
                waiting, kept = kept, []
        return kept

    def truth(self, condition: Condition) -> Truth:
        """What is known of a condition; unknown also if that takes more than a look at its parts."""
        match condition:
            case Not(of):
                return ~self.truth(of)
            case All(of):
                return min(map(self.truth, of))
            case AnyOf(of):
                return max(map(self.truth, of), default=NO)
            case AtLeast(count, of):
                return sorted(map(self.truth, of), reverse=True)[count - 1]
            case Fact(name):
                if name not in self._facts:
                    self._facts[name] = self.truth(self.worlds.pack.fact[name].when)
                return self._facts[name]
            case _:
                return self._of_atom(condition)

    def _of_atom(self, atom: Atom) -> Truth:
        left, holding = self.left[unit_of(atom)], self.worlds.holding(atom)
        if left.isdisjoint(holding):
            return NO
        gate = self.worlds.pack.question[atom.question].only_if
        return min(YES if left <= holding else UNKNOWN, YES if gate is None else self.truth(gate))

    def ways(self, wish: Wish) -> list[Way]:
        """The ways in which a wish that is open can come true; each wish comes true by at least one."""
        condition, so = wish
        match condition:
            case Not(of):
                return [Way((Wish(of, not so),))]
            case Fact(name):
                return [Way((Wish(self.worlds.pack.fact[name].when, so),))]
            case All(of):
                return self._joined(of, so, together=so)
            case AnyOf(of):
                return self._joined(of, so, together=not so)
            case AtLeast(count, of):
                return self._counted(count, of, so)
            case _:
                return self._by_answer(condition, so)

    def _joined(self, of: Sequence[Condition], so: bool, together: bool) -> list[Way]:
        """All parts so, or some one of them."""
        wishes = [Wish(part, so) for part in of if self.truth(part) is UNKNOWN]
        return [Way(tuple(wishes))] if together else [Way((wish,)) for wish in wishes]

    def _counted(self, count: int, of: Sequence[Condition], so: bool) -> list[Way]:
        """With the first open part so or not, and the rest of the count from the others."""
        unknown = [part for part in of if self.truth(part) is UNKNOWN]
        missing = count - sum(self.truth(part) is YES for part in of)
        first, rest = unknown[0], tuple(unknown[1:])
        return [
            Way((Wish(first, held), *_rest(missing - held, rest, so)))
            for held in (True, False)
            if _can(missing - held, rest, so)
        ]

    def _by_answer(self, atom: Atom, so: bool) -> list[Way]:
        """By the answer; for a no also by a question that does not apply."""
        unit, holding = unit_of(atom), self.worlds.holding(atom)
        gate = self.worlds.pack.question[atom.question].only_if
        applies = YES if gate is None else self.truth(gate)
        if so:
            opened = () if gate is None or applies is YES else (Wish(gate, True),)
            return [Way(opened, {unit: self.left[unit] & holding})]
        found = []
        if not self.left[unit] <= holding:
            found.append(Way((), {unit: self.left[unit] - holding}))
        if gate is not None and applies is UNKNOWN:
            found.append(Way((Wish(gate, False),)))
        return found


def _can(missing: int, rest: Sequence[Condition], so: bool) -> bool:
    """Whether at least so many of the rest can hold, or can fail to."""
    return missing <= len(rest) if so else missing > 0


def _rest(missing: int, rest: tuple[Condition, ...], so: bool) -> Iterator[Wish]:
    """The wish that at least so many of the rest hold, or do not, unless it is a matter of course."""
    if 0 < missing <= len(rest):
        yield Wish(AtLeast(missing, rest), so)


def _holds(atom: Atom, value: Value) -> bool:
    match atom:
        case Option(_, option):
            return value == option
        case Compare(_, sign, number):
            return COMPARE[sign](int(value), number)
        case _:
            return value == "yes"
