"""Nothing is shadowed: no flag or evidence says only what a stronger one says already."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from triage.assess import STRENGTH
from triage.pack import RANK, Evidence, Pack, RedFlag
from triage.verify.formula import Formula
from triage.verify.space import Space
from triage.verify.theorems.claim import Claim, Counterexample, Place, flag_place, person
from triage.verify.theorems.crowd import crowd_of
from triage.worlds import Plane, Sheet


class _Rule(NamedTuple):
    """A flag or a piece of evidence: where it holds, of all and in a crowd; how strong; what it adds to."""

    name: str
    when: Formula
    seen: Plane
    strength: int
    adds_to: frozenset[str]
    place: Place


def nothing_is_shadowed(pack: Pack) -> Claim:
    """No flag is implied by one of equal or higher level, no evidence by stronger evidence of its cause.

    It may be, if it adds a sentence to the other (``adds_to``, also through others).
    """
    space = Space(pack)
    claim = Claim()
    anyone = space.anyone()
    space.solver.always(anyone.fits)
    pairs = 0
    for group, equal in _groups(pack, anyone.sheet, crowd_of(pack).sheet):
        for rule in group:
            rivals = [
                other
                for other in group
                if other is not rule
                and other.name not in rule.adds_to
                and (other.strength > rule.strength or (equal and other.strength == rule.strength))
            ]
            pairs += len(rivals)
            for other in _implied_by(space, rule, rivals):
                model = space.solver.find(rule.when, other.when)
                if model:
                    message = f"whenever '{rule.name}' holds, so does '{other.name}', which is as strong"
                    hint = "drop it, narrow the other, or let it add to the other with a sentence of its own"
                    people = (person(anyone, model),)
                    claim.counterexamples.append(
                        Counterexample(message, people, (rule.place, other.place), hint)
                    )
    claim.counts["pairs"] = pairs
    return claim


def _implied_by(space: Space, rule: _Rule, rivals: Iterable[_Rule]) -> Iterator[_Rule]:
    """Those that hold wherever the rule holds; people who clear many of them are mostly in the crowd."""
    left = [other for other in rivals if not rule.seen & ~other.seen]
    while left:
        model = space.solver.find(rule.when, ~left[0].when)
        if model is None:
            yield left.pop(0)
        else:
            left = [other for other in left if model.holds(other.when)]


def _groups(pack: Pack, anyone: Sheet[Formula], crowd: Sheet[Plane]) -> Iterator[tuple[list[_Rule], bool]]:
    """The rules that are compared with each other, and whether those of equal strength are."""

    def rule(one: RedFlag | Evidence, strength: int, adds_to: frozenset[str], place: Place) -> _Rule:
        return _Rule(
            one.id, anyone.planes(one.when).yes, crowd.planes(one.when).yes, strength, adds_to, place
        )

    further = {flag.id: flag.adds_to for flag in pack.red_flags}
    yield (
        [
            rule(flag, RANK[flag.level], _line(further, flag.id), flag_place(pack, flag))
            for flag in pack.red_flags
        ],
        True,
    )
    for cause in pack.causes:
        for side, key in ((cause.supporting, "for"), (cause.against, "against")):
            more = {part.id: part.adds_to for part in side}
            places = ((f"causes/{cause.id}.yaml", (key, number, "when")) for number in range(len(side)))
            yield (
                [
                    rule(part, STRENGTH[part.strength], _line(more, part.id), place)
                    for part, place in zip(side, places, strict=True)
                ],
                False,
            )


def _line(further: dict[str, str | None], rule: str) -> frozenset[str]:
    """Everything a rule adds to, directly or through others."""
    found: set[str] = set()
    name = further[rule]
    while name is not None and name not in found:
        found.add(name)
        name = further.get(name)
    return frozenset(found)
