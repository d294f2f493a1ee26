"""Worry never lowers: a symptom or risk that turns out to be there lowers neither level nor could_reach."""

from collections.abc import Collection, Iterator

from triage.pack import EMERGENCY, FLOOR, LEVELS, RANK, Pack, Role
from triage.verify.formula import Formula, Graph
from triage.verify.space import Anyone, Space, Unit
from triage.verify.theorems.claim import Claim, Counterexample, at_least, person, question_place
from triage.verify.theorems.completion import read_by_levels
from triage.worlds import Sheet

WORRIES: tuple[Role, ...] = ("symptom", "risk")
RELIEVING: tuple[Role, ...] = ("relieving",)


def worry_never_lowers(pack: Pack) -> Claim:
    """For every symptom and risk: from no or not known to yes, all else equal, nothing gets less urgent.

    The *relieving* answers are listed with the levels that they lower.
    """
    space = Space(pack, read_by_levels(pack))
    before = space.anyone()
    claim = Claim()
    worries = list(_changes(pack, space, WORRIES))
    claim.counts["worries"] = len(worries)
    rest = space.everyone()
    for unit, value in worries:
        after = _opened(space, before, _said(space, before, unit, value), rest)
        calm = _calm(space, before, unit)
        for name, lower in _lowered(space.graph, before.sheet, after.sheet):
            model = space.solver.find(before.fits, before.applies(unit[0]), calm, lower)
            if model:
                claim.counterexamples.append(
                    Counterexample(
                        f"'{_named(pack, unit, value)}' lowers {name}",
                        (person(before, model), person(space.living(after), model)),
                        (question_place(pack, unit[0]),),
                        "let no condition or only_if take a worry away, or declare the answer relieving",
                    )
                )
    claim.counts["relieving"] = dict(_reliefs(pack, space))
    return claim


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


def _calm(space: Space, before: Anyone, unit: Unit) -> Formula:
    """The answer to a worry was no, not known, or not given.

    For a one-of question it was the option that says *none*: to choose one of its options excludes the
    others, so that it is no worry alone that changes when one of them is chosen where none was known.
    """
    none = space.pack.question[unit[0]].none
    if none is not None:
        return before.said(unit, none)
    return ~before.said(unit, "yes")


def _opened(space: Space, before: Anyone, after: Anyone, rest: Anyone) -> Anyone:
    """Questions that apply only now are asked too, whatever their answers are."""
    planes = [
        plane | (answer & ~before.applies(slot.question))
        for slot, plane, answer in zip(space.compiled.slots, after.planes, rest.planes, strict=True)
    ]
    return space.given(planes)


def _said(space: Space, before: Anyone, unit: Unit, value: str) -> Anyone:
    """The same answers, with this one changed."""
    graph, compiled = space.graph, space.compiled
    planes = list(before.planes)
    for slot in compiled.slots_of(*unit):
        planes[compiled.slots[slot]] = graph.true if slot.value == value else graph.false
    return space.given(planes)


def _lowered(graph: Graph, before: Sheet[Formula], after: Sheet[Formula]) -> Iterator[tuple[str, Formula]]:
    """What would be less urgent: a flag's level, what could be reached, or the floor.

    The floor is for emergencies that were asked about to the end; it is compared where they are.
    """
    ranks = range(1, len(LEVELS))
    first, second = before.levels(), after.levels()
    still = graph.any(
        after.planes(flag.when).may_yes | after.planes(flag.when).may_no
        for flag in after.compiled.pack.red_flags
        if RANK[flag.level] >= EMERGENCY
    )
    floor = at_least(first, RANK[FLOOR]) & ~at_least(second, RANK[FLOOR]) & ~still
    yield "the level", floor | graph.any(before.fired(rank) & ~at_least(second, rank) for rank in ranks)
    reached = {rank: after.possible(rank) | at_least(second, rank) for rank in ranks}
    yield "could_reach", graph.any(before.possible(rank) & ~reached[rank] for rank in ranks)


def _reliefs(pack: Pack, space: Space) -> Iterator[tuple[str, list[str]]]:
    """What each relieving answer lowers: the flags it takes away."""
    before = space.anyone()
    for unit, value in _changes(pack, space, RELIEVING):
        after = _said(space, before, unit, value)
        calm = _calm(space, before, unit)
        yield (
            _named(pack, unit, value),
            [
                flag.id
                for flag in pack.red_flags
                if space.solver.find(
                    before.fits,
                    before.applies(unit[0]),
                    calm,
                    before.sheet.planes(flag.when).yes,
                    ~after.sheet.planes(flag.when).yes,
                )
            ],
        )
