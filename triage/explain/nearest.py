"""The smallest changes of answers that would make a condition hold, or make it not hold.

Every way in which a condition can hold is a choice of values for what it reads; those that change the
fewest answers are found by looking with a budget of one change, then two, and so on.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product

from triage.answers import Answers
from triage.condition import (
    COMPARE,
    All,
    AnyOf,
    AtLeast,
    Atom,
    Compare,
    Condition,
    Fact,
    Not,
    Option,
)
from triage.explain.given import Given, Unit, Values, changed, known, unit_of, units_of
from triage.logic import NO, UNKNOWN, YES, Truth
from triage.pack import Pack
from triage.view import View

Value = str | int | None
Choice = Mapping[Unit, frozenset[Value]]
HOLD, FAIL, NOT_HOLD = frozenset({YES}), frozenset({NO}), frozenset({NO, UNKNOWN})


def nearest(
    pack: Pack, answers: Answers, condition: Condition, want: frozenset[Truth] = HOLD, *, most: int = 3
) -> Iterator[frozenset[Given]]:
    """Every smallest set of changed answers after which the condition has a wanted truth.

    At most ``most`` answers are changed; nothing is found if that is not enough, and nothing if the
    condition already is as wanted.
    """
    search = _Search(pack, answers)
    for budget in range(1, min(most, len(units_of(pack, condition))) + 1):
        seen: set[frozenset[Given]] = set()
        for choice in search.ways(condition, want, {}, budget):
            for change in search.changes(choice, budget):
                if change not in seen and search.reaches(change, condition, want):
                    seen.add(change)
                    yield change
        if seen:
            return


class _Search:
    """Looks for ways to answer otherwise, starting from given answers."""

    def __init__(self, pack: Pack, answers: Answers) -> None:
        self.pack = pack
        self.answers = answers
        self.view = View(pack, answers)
        self.values = Values(pack)
        self.now: dict[Unit, Value] = {piece.unit: self._band(piece) for piece in known(answers)}

    def _band(self, piece: Given) -> Value:
        """The value, a number by the start of its band."""
        is_number = isinstance(piece.value, int)
        return self.values.band(piece.question, int(piece.value)).start if is_number else piece.value

    def ways(
        self, condition: Condition, want: frozenset[Truth], chosen: Choice, budget: int
    ) -> Iterator[Choice]:
        """Every refinement of what is chosen that gives the condition a wanted truth within the budget."""
        match condition:
            case Not(of):
                yield from self.ways(of, frozenset(~truth for truth in want), chosen, budget)
            case Fact(name):
                yield from self.ways(self.pack.fact[name].when, want, chosen, budget)
            case All(of):
                yield from self._counted(of, want, len(of), chosen, budget)
            case AnyOf(of):
                yield from self._counted(of, want, 1, chosen, budget)
            case AtLeast(count, of):
                yield from self._counted(of, want, count, chosen, budget)
            case _:
                yield from self._atom(condition, want, chosen, budget)

    def _counted(
        self, parts: Sequence[Condition], want: frozenset[Truth], count: int, chosen: Choice, budget: int
    ) -> Iterator[Choice]:
        """At least ``count`` parts so, or, to be wanted false, all but fewer than ``count`` otherwise."""
        needed = count if YES in want else len(parts) - count + 1
        for some in combinations(parts, needed):
            yield from self._each(some, want, chosen, budget)

    def _each(
        self, parts: Sequence[Condition], want: frozenset[Truth], chosen: Choice, budget: int
    ) -> Iterator[Choice]:
        if not parts:
            yield chosen
            return
        for choice in self.ways(parts[0], want, chosen, budget):
            yield from self._each(parts[1:], want, choice, budget)

    def _atom(self, atom: Atom, want: frozenset[Truth], chosen: Choice, budget: int) -> Iterator[Choice]:
        gate = self.pack.question[atom.question].only_if
        if YES not in want and gate is not None:
            yield from self.ways(gate, want, chosen, budget)
        fitting = {value for value in self.values.of(unit_of(atom)) if (YES in want) == _holds(atom, value)}
        narrowed = self._narrow(unit_of(atom), {*fitting, *({None} if UNKNOWN in want else ())}, chosen)
        if narrowed is None or self.cost(narrowed) > budget:
            return
        if YES in want and gate is not None:
            yield from self.ways(gate, frozenset({UNKNOWN, YES}), narrowed, budget)
        else:
            yield narrowed

    @staticmethod
    def _narrow(unit: Unit, fitting: set[Value], chosen: Choice) -> Choice | None:
        left = frozenset(fitting) & chosen.get(unit, frozenset(fitting))
        return {**chosen, unit: left} if left else None

    def cost(self, choice: Choice) -> int:
        """How many answers a choice changes."""
        return sum(self.now.get(unit) not in values for unit, values in choice.items())

    def changes(self, choice: Choice, budget: int) -> Iterator[frozenset[Given]]:
        """The changes that a choice allows, if it takes as many as the budget."""
        units = [unit for unit, values in choice.items() if self.now.get(unit) not in values]
        if len(units) == budget:
            options = [[value for value in choice[unit] if value is not None] for unit in units]
            for some in product(*options):
                yield frozenset(Given(*unit, value) for unit, value in zip(units, some, strict=True))

    def reaches(self, change: frozenset[Given], condition: Condition, want: frozenset[Truth]) -> bool:
        """Whether the changed answers, those aside that apply no more, come to what is wanted."""
        after, _ = changed(self.pack, self.answers, change)
        return View(self.pack, after).judge(condition).truth in want


def _holds(atom: Atom, value: str | int) -> bool:
    match atom:
        case Option(_, option):
            return value == option
        case Compare(_, sign, number):
            return COMPARE[sign](int(value), number)
        case _:
            return value == "yes"
