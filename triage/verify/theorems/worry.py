"""Worry never lowers: a symptom or risk that turns out to be there lowers neither level nor could_reach."""

from collections.abc import Collection, Iterator
from typing import TypeAlias

from triage.answers import Answers
from triage.pack import EMERGENCY, FLOOR, RANK, Pack, Role
from triage.verify.formula import Formula
from triage.verify.space import Anyone, Space, Unit
from triage.verify.theorems.claim import Claim, Counterexample, people, question_place
from triage.verify.theorems.completion import read_by_levels
from triage.walk import gated_by
from triage.worlds import Sheet

WORRIES: tuple[Role, ...] = ("symptom", "risk")
RELIEVING: tuple[Role, ...] = ("relieving",)
LOWERED = ("the level", "could_reach")

Worry: TypeAlias = tuple[Unit, str]
Lowering: TypeAlias = tuple[Unit, str, str]


def worry_never_lowers(pack: Pack) -> Claim:
    """For every symptom and risk: from no or not known to yes, all else equal, nothing gets less urgent.

    The *relieving* answers are listed with the levels that they lower.
    """
    space = Space(pack, read_by_levels(pack))
    before = space.anyone()
    space.solver.always(before.fits)
    claim = Claim()
    worries = list(_changes(pack, space, WORRIES))
    claim.counts["worries"] = len(worries)
    rest = space.everyone()
    found: dict[Lowering, tuple[Answers, Answers]] = {}
    for unit, value in worries:
        after = _opened(space, before, unit, value, rest)
        calm = _calm(before, unit)
        for name, lower in zip(LOWERED, _lowered(before.sheet, after.sheet), strict=True):
            model = space.solver.find(before.applies(unit[0]), calm, lower)
            if model:
                found[unit, value, name] = before.answers(model), space.living(after).answers(model)
    claim.counterexamples += _shown(space, found)
    claim.counts["relieving"] = dict(_reliefs(pack, space, before))
    return claim


def _shown(space: Space, found: dict[Lowering, tuple[Answers, Answers]]) -> Iterator[Counterexample]:
    """Each with the person who is calm and the same one who is worried."""
    calm, worried = (people(space.compiled, [pair[side] for pair in found.values()]) for side in (0, 1))
    hint = "let no condition or only_if take a worry away, or declare the answer relieving"
    for (unit, value, name), *pair in zip(found, calm, worried, strict=True):
        message = f"'{_named(space.pack, unit, value)}' lowers {name}"
        yield Counterexample(message, tuple(pair), (question_place(space.pack, unit[0]),), hint)


def _changes(pack: Pack, space: Space, roles: Collection[Role]) -> Iterator[tuple[Unit, str]]:
    """Each answer of these roles that says that something is there."""
    for unit in space.compiled.units:
        name, item = unit
        question = pack.question[name]
        if question.kind == "one_of" and question.none is not None:
            said = [option for option in question.choices if option != question.none]
            yield from ((unit, option) for option in said if question.role_of(option) in roles)
        elif item is not None or question.kind == "yes_no":
            role = question.role_of(item) if item is not None else question.role
            if role in roles:
                yield unit, "yes"


def _named(pack: Pack, unit: Unit, value: str) -> str:
    name, item = unit
    return f"{name} = {value}" if pack.question[name].kind == "one_of" else item or name


def _calm(before: Anyone, unit: Unit) -> Formula:
    """The answer to a worry was no, not known, or not given.

    For a one-of question it was the option that says *none*: to choose one of its options excludes the
    others, so that it is no worry alone that changes when one of them is chosen where none was known.
    """
    none = before.space.pack.question[unit[0]].none
    return before.said(unit, none) if none is not None else ~before.said(unit, "yes")


def _said(space: Space, before: Anyone, unit: Unit, value: str) -> list[Formula]:
    """The same answers, with this one changed."""
    graph, compiled = space.graph, space.compiled
    planes = [*before.planes]
    for slot in compiled.slots_of(*unit):
        planes[compiled.slots[slot]] = graph.true if slot.value == value else graph.false
    return planes


def _opened(space: Space, before: Anyone, unit: Unit, value: str, rest: Anyone) -> Anyone:
    """The worry is there; questions that apply only now are asked too, whatever their answers are."""
    planes = _said(space, before, unit, value)
    gated = gated_by(space.pack)[unit[0]]
    for question in gated:
        closed = ~before.applies(question)
        for place in space.places(question):
            planes[place] = planes[place] | (rest.planes[place] & closed)
    return before.told((unit[0], *gated), planes)


def _lowered(before: Sheet[Formula], after: Sheet[Formula]) -> tuple[Formula, Formula]:
    """Where the level is less urgent, be it a flag's or the floor; and where what could be reached is.

    Where a flag that gave the level still fires, nothing is lower: so only flags that change are looked at.
    The floor is for emergencies that were asked about to the end; it is compared where they are.
    """
    flags = after.compiled.pack.red_flags
    changed = [flag for flag in flags if before.planes(flag.when) != after.planes(flag.when)]
    lower, unreachable = after.none, after.none
    for rank in {RANK[flag.level] for flag in changed}:
        own = [before.planes(flag.when) for flag in changed if RANK[flag.level] == rank]
        less = ~after.certain(rank)
        lower = lower | (before.any(planes.yes for planes in own) & less)
        possible = before.any(~planes.no for planes in own)
        unreachable = unreachable | (possible & less & ~after.possible(rank))
    vain = [before.planes(flag.when) for flag in changed if RANK[flag.level] >= EMERGENCY]
    if vain:
        urgent = [after.planes(flag.when) for flag in flags if RANK[flag.level] >= EMERGENCY]
        still = after.any(planes.may_yes | planes.may_no for planes in urgent)
        floor = before.any(planes.in_vain(before.full) for planes in vain)
        lower = lower | (floor & ~(after.certain(RANK[FLOOR]) | still))
    return lower, unreachable


def _reliefs(pack: Pack, space: Space, before: Anyone) -> Iterator[tuple[str, list[str]]]:
    """What each relieving answer lowers: the flags it takes away."""
    for unit, value in _changes(pack, space, RELIEVING):
        after = before.told([unit[0]], _said(space, before, unit, value))
        calm = _calm(before, unit)
        lost = {
            flag.id: before.sheet.planes(flag.when).yes & ~after.sheet.planes(flag.when).yes
            for flag in pack.red_flags
            if before.sheet.planes(flag.when) != after.sheet.planes(flag.when)
        }
        yield (
            _named(pack, unit, value),
            [name for name, where in lost.items() if space.solver.find(before.applies(unit[0]), calm, where)],
        )
