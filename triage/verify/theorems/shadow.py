"""Nothing is shadowed: no flag or evidence says only what a stronger one says already."""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from triage.assess import STRENGTH
from triage.condition import Condition
from triage.pack import RANK, Pack
from triage.verify.formula import Formula
from triage.verify.space import Space
from triage.verify.theorems.claim import Claim, Counterexample, Place, flag_place, person
from triage.worlds import Planes


class _Rule(NamedTuple):
    """A flag or a piece of evidence: how strong it is, and whose sentence it adds to."""

    name: str
    when: Formula
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
    for group, equal in _groups(pack, anyone.sheet.planes):
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
    """Those that hold wherever the rule holds; one answer set mostly clears many of them."""
    left = list(rivals)
    while left:
        model = space.solver.find(rule.when, ~left[0].when)
        if model is None:
            yield left.pop(0)
        else:
            left = [other for other in left if model.holds(other.when)]


def _groups(pack: Pack, planes: Callable[[Condition], Planes[Formula]]) -> Iterator[tuple[list[_Rule], bool]]:
    """The rules that are compared with each other, and whether those of equal strength are."""
    further = {flag.id: flag.adds_to for flag in pack.red_flags}
    yield (
        [
            _Rule(
                flag.id,
                planes(flag.when).yes,
                RANK[flag.level],
                _line(further, flag.id),
                flag_place(pack, flag),
            )
            for flag in pack.red_flags
        ],
        True,
    )
    for cause in pack.causes:
        for side, key in ((cause.supporting, "for"), (cause.against, "against")):
            more = {part.id: part.adds_to for part in side}
            yield (
                [
                    _Rule(part.id, planes(part.when).yes, STRENGTH[part.strength], _line(more, part.id),
                          (f"causes/{cause.id}.yaml", (key, number, "when")))
                    for number, part in enumerate(side)
                ],
                False,
            )  # fmt: skip


def _line(further: dict[str, str | None], rule: str) -> frozenset[str]:
    """Everything a rule adds to, directly or through others."""
    found: set[str] = set()
    name = further[rule]
    while name is not None and name not in found:
        found.add(name)
        name = further.get(name)
    return frozenset(found)
