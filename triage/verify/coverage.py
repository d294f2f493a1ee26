"""How much of a pack its cases show: which rules hold and fail, and which literals are shown to matter.

A literal is shown to matter (in the sense of MC/DC) when it decides its rule alone in two cases: in one it
holds, and without it the rule would not; in another it surely does not hold, and with it the rule would.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from triage.condition import All, AnyOf, AtLeast, Condition, Not
from triage.pack import Case, Pack
from triage.verify.mutants import rules
from triage.verify.recorded import Recorded
from triage.verify.rewrite import Where
from triage.walk import conditions
from triage.worlds import Compiled, Plane, Sheet


@dataclass(frozen=True, slots=True)
class Literal:
    """One place of a condition where an atom or a fact stands; ``text`` has its *not*.

    ``holds`` and ``fails`` say whether some case shows that it matters that it does, or does not.
    """

    text: str
    holds: bool
    fails: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """A condition of the pack: whether it holds in some case and fails in another, and its literals."""

    where: Where
    name: str
    holds: bool
    fails: bool
    literals: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Every rule of a pack, and what its cases show of it."""

    rules: tuple[Rule, ...]

    @property
    def shown_rules(self) -> tuple[int, int]:
        """How many rules hold in one case and fail in another, and how many there are."""
        return sum(rule.holds and rule.fails for rule in self.rules), len(self.rules)

    @property
    def shown_literals(self) -> tuple[int, int]:
        """How many literals are shown to matter both ways, and how many there are."""
        found = [literal for rule in self.rules for literal in rule.literals]
        return sum(literal.holds and literal.fails for literal in found), len(found)


def coverage(pack: Pack, cases: Sequence[Case]) -> Coverage:
    """What the cases show of each condition of the pack."""
    names = dict(rules(pack))
    whole = [((file, (*loc,)), condition) for file, loc, condition in conditions(pack)]
    recorded = Recorded(pack, cases)
    compiled = Compiled(pack, [node for _, condition in whole for node in _nodes(condition)])
    sheet = compiled.sheet(recorded.planes(compiled), recorded.width)
    found = []
    for where, condition in whole:
        planes = sheet.planes(condition)
        literals = tuple(_literals(sheet, condition, sheet.full, False))
        name = names[where[0], where[1][:-1]]
        found.append(Rule(where, name, bool(planes.yes), planes.yes != sheet.full, literals))
    return Coverage(tuple(found))


def _nodes(condition: Condition) -> Iterator[Condition]:
    yield condition
    match condition:
        case Not(of):
            yield from _nodes(of)
        case All(of) | AnyOf(of) | AtLeast(_, of):
            for part in of:
                yield from _nodes(part)
        case _:
            pass


def _literals(sheet: Sheet[Plane], condition: Condition, alone: Plane, negated: bool) -> Iterator[Literal]:
    """The literals below, in reading order; ``alone`` is where nothing else decides the rule."""
    match condition:
        case Not(of):
            yield from _literals(sheet, of, alone, not negated)
        case All(of) | AnyOf(of) | AtLeast(_, of):
            need = _need(condition, negated)
            for place, part in enumerate(of):
                others = [_true(sheet, other, negated) for other in (*of[:place], *of[place + 1 :])]
                yield from _literals(sheet, part, alone & _exactly(need, others, sheet.full), negated)
        case _:
            yes, no, *_ = sheet.planes(condition)
            if negated:
                yes, no = no, yes
            yield Literal(
                f"not {condition}" if negated else str(condition), bool(yes & alone), bool(no & alone)
            )


def _need(condition: All | AnyOf | AtLeast, negated: bool) -> int:
    """How many of the other parts must be true for one part to decide; under *not*, how many false."""
    size = len(condition.of)
    least = condition.count if isinstance(condition, AtLeast) else size if isinstance(condition, All) else 1
    return size - least if negated else least - 1


def _true(sheet: Sheet[Plane], condition: Condition, negated: bool) -> Plane:
    planes = sheet.planes(condition)
    return planes.no if negated else planes.yes


def _exactly(count: int, planes: Sequence[Plane], full: Plane) -> Plane:
    """Where exactly so many of the planes are."""
    reached = [full] + [0] * len(planes)
    for plane in planes:
        for number in range(len(planes), 0, -1):
            reached[number] |= reached[number - 1] & plane
    more = reached[count + 1] if count < len(planes) else 0
    return reached[count] & (full ^ more)
