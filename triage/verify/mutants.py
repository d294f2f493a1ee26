"""Small faults planted in a pack one at a time: what an author, or a slip of the hand, could have written.

A fault that no worked case notices is a rule that nobody tests. Every literal is negated and left out,
every threshold and count moved by one, every *and* made an *or*, every condition made to hold always or
never, each flag put one level lower and each piece of evidence one step up and down.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import get_args

from triage.condition import All, AnyOf, AtLeast, Compare, Condition, Not, Operator
from triage.pack import LEVELS, RANK, Evidence, Model, Pack, RedFlag, Strength
from triage.verify.rewrite import Where, rewritten
from triage.walk import conditions, parts

ALWAYS, NEVER = All(()), AnyOf(())
STRENGTHS: tuple[Strength, ...] = get_args(Strength)
TURNED: dict[Operator, Operator] = {">=": "<=", "<=": ">=", ">": "<", "<": ">", "=": ">=", "!=": "<"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: at which place of which rule what was replaced by what.

    ``kind`` says in a word or two what was done, ``spot`` to which part of the condition or to what value.
    """

    where: Where
    rule: str
    kind: str
    spot: str
    before: Condition | str
    after: Condition | str

    def pack(self, pack: Pack) -> Pack:
        """The pack with the fault in it."""
        return rewritten(pack, {self.where: self.after})

    def __str__(self) -> str:
        return f"{self.rule}: '{self.spot}' {self.kind}"


def spelt(value: Condition | str) -> str:
    """A condition or a word as an author would write it."""
    if value in (ALWAYS, NEVER):
        return "always" if value == ALWAYS else "never"
    return str(value)


def mutants(pack: Pack) -> Iterator[Mutant]:
    """Every fault that is planted, in the order of the pack's files; no two faults at a place are equal."""
    names = dict(rules(pack))
    for file, loc, condition in conditions(pack):
        at = file, (*loc,)
        seen = {condition}
        for kind, spot, changed in variants(condition):
            if changed not in seen:
                seen.add(changed)
                yield Mutant(at, names[file, at[1][:-1]], kind, str(spot), condition, changed)
    for file, loc, model in parts(pack):
        at = file, (*loc,)
        if isinstance(model, RedFlag) and RANK[model.level] > 0:
            lower = LEVELS[RANK[model.level] - 1]
            yield Mutant(
                (file, (*loc, "level")), names[at], "one level lower", model.level, model.level, lower
            )
        if isinstance(model, Evidence):
            place = STRENGTHS.index(model.strength)
            for other in STRENGTHS[max(0, place - 1) : place] + STRENGTHS[place + 1 : place + 2]:
                kind = "weaker" if STRENGTHS.index(other) < place else "stronger"
                yield Mutant(
                    (file, (*loc, "strength")), names[at], kind, model.strength, model.strength, other
                )


def rules(pack: Pack) -> Iterator[tuple[Where, str]]:
    """What each part is called: its kind and id, or its place in the list it stands in."""
    for file, loc, model in parts(pack):
        yield (file, (*loc,)), named(file, (*loc,), model)


def named(file: str, loc: tuple[str | int, ...], model: Model) -> str:
    """A part of a pack by file and id, such as ``red_flags/collapsed`` or ``causes/tumour/for/mass``."""
    stem = file.removesuffix(".yaml")
    name = getattr(model, "id", None)
    steps = [str(step) for step in loc if not (step == stem or isinstance(step, int))]
    last = (
        name if name is not None else next((str(step + 1) for step in loc[-1:] if isinstance(step, int)), "")
    )
    return "/".join(step for step in (stem, *steps, last) if step)


Fault = tuple[str, Condition, Condition]
Put = Callable[[Condition], Condition]


def variants(condition: Condition) -> Iterator[Fault]:
    """Every small fault in one condition: what was done, to which part, and the condition with it."""
    yield from _inside(condition, lambda changed: changed)
    yield "never holds", condition, NEVER
    yield "always holds", condition, ALWAYS


def _inside(condition: Condition, put: Put) -> Iterator[Fault]:
    """The faults at this node and below; ``put`` gives the whole condition with this node replaced."""
    match condition:
        case Not(of):
            yield from _inside(of, lambda changed: put(_not(changed)))
        case All(of):
            yield "with 'or' for 'and'", condition, put(AnyOf(of))
            yield from _parts(condition, of, put)
        case AnyOf(of):
            yield "with 'and' for 'or'", condition, put(All(of))
            yield from _parts(condition, of, put)
        case AtLeast(count, of):
            for moved in (count - 1, count + 1):
                if 1 <= moved <= len(of):
                    yield f"with {moved} for {count}", condition, put(AtLeast(moved, of))
            yield from _parts(condition, of, put)
        case _:
            yield "negated", condition, put(_not(condition))
            if isinstance(condition, Compare):
                yield from ((f"made '{moved}'", condition, put(moved)) for moved in _moved(condition))


def _parts(node: All | AnyOf | AtLeast, of: tuple[Condition, ...], put: Put) -> Iterator[Fault]:
    for place, part in enumerate(of):
        before, after = of[:place], of[place + 1 :]

        def instead(changed: Condition, before: tuple[Condition, ...] = before,
                    after: tuple[Condition, ...] = after) -> Condition:  # fmt: skip
            return put(_of(node, (*before, changed, *after)))

        yield "left out", part, put(_without(node, (*before, *after)))
        yield from _inside(part, instead)


def _of(node: All | AnyOf | AtLeast, parts: tuple[Condition, ...]) -> Condition:
    """The same node over other parts."""
    return AtLeast(node.count, parts) if isinstance(node, AtLeast) else type(node)(parts)


def _without(node: All | AnyOf | AtLeast, rest: tuple[Condition, ...]) -> Condition:
    if isinstance(node, AtLeast):
        return AtLeast(min(node.count, len(rest)), rest) if rest else NEVER
    return rest[0] if len(rest) == 1 else _of(node, rest)


def _not(condition: Condition) -> Condition:
    return condition.of if isinstance(condition, Not) else Not(condition)


def _moved(atom: Compare) -> Iterator[Compare]:
    for number in (atom.number - 1, atom.number + 1):
        if number >= 0:
            yield Compare(atom.question, atom.operator, number)
    yield Compare(atom.question, TURNED[atom.operator], atom.number)
