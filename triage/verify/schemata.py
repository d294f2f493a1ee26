"""Many faults in one pack: each is a question of its own, *is this fault in?*, which no person is asked.

The cases then run over all faults at once: the same planes, one copy of the cases for each fault.
"""

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace

from triage.condition import All, AnyOf, Condition, Not, Said
from triage.pack import Case, Pack, Question
from triage.verify.mutants import Mutant
from triage.verify.recorded import Recorded
from triage.verify.rewrite import Where, rewritten
from triage.worlds import Compiled, Plane, Sheet

MOST_BITS = 1 << 16


@dataclass(frozen=True, slots=True)
class Tried:
    """A fault, and the case that notices it; None if no case does."""

    mutant: Mutant
    noticed: Case | None


def try_cases(pack: Pack, cases: Sequence[Case], mutants: Sequence[Mutant]) -> Iterator[Tried]:
    """Hold the cases, all of which must hold for the pack, against each of its mutants, in their order."""
    recorded = Recorded(pack, cases)
    base = _Base(recorded, pack)
    block: list[Mutant] = []
    size = max(1, MOST_BITS // max(1, recorded.width))
    for mutant in mutants:
        if isinstance(mutant.before, str):
            yield from _together(pack, recorded, block)
            block = []
            yield Tried(mutant, _first(recorded, base.alone(mutant)))
            continue
        block.append(mutant)
        if len(block) == size:
            yield from _together(pack, recorded, block)
            block = []
    yield from _together(pack, recorded, block)


class _Base:
    """The cases under the pack as it is: with another level or strength the conditions come to the same."""

    def __init__(self, recorded: Recorded, pack: Pack) -> None:
        self.recorded = recorded
        self.pack = pack
        compiled = Compiled(pack)
        self.sheets = sheets(compiled, recorded.planes(compiled), recorded.width)

    def alone(self, mutant: Mutant) -> Plane:
        """The cases that notice another level or strength."""
        known, unsure = self.sheets
        changed = copy(known.compiled)
        changed.pack = mutant.pack(self.pack)
        return self.recorded.wrong(replace(known, compiled=changed), replace(unsure, compiled=changed))


def _together(pack: Pack, recorded: Recorded, mutants: Sequence[Mutant]) -> Iterator[Tried]:
    if not mutants:
        return
    compiled = Compiled(schemata(pack, mutants))
    planes = recorded.planes(compiled, len(mutants))
    one, full = (1 << recorded.width) - 1, (1 << recorded.width * len(mutants)) - 1
    for number in range(len(mutants)):
        no, yes, _ = (compiled.slots[slot] for slot in compiled.slots_of(_name(number)))
        planes[yes] = one << number * recorded.width
        planes[no] = full ^ planes[yes]
    both = sheets(compiled, planes, recorded.width * len(mutants))
    wrong = recorded.wrong(*both, len(mutants))
    for number, mutant in enumerate(mutants):
        yield Tried(mutant, _first(recorded, wrong >> number * recorded.width & one))


def sheets(compiled: Compiled, planes: Sequence[Plane], width: int) -> tuple[Sheet[Plane], Sheet[Plane]]:
    """What the pack says, and what it would say if what is not known had not been asked."""
    unsure = list(planes)
    for unit in compiled.units:
        unsure[compiled.slots[compiled.slots_of(*unit)[-1]]] = 0
    return compiled.sheet(planes, width), compiled.sheet(unsure, width)


def _first(recorded: Recorded, wrong: Plane) -> Case | None:
    return recorded.cases[(wrong & -wrong).bit_length() - 1] if wrong else None


def _name(number: int) -> str:
    return f"#{number}"  # no question of a pack can be called so


def schemata(pack: Pack, mutants: Sequence[Mutant]) -> Pack:
    """The pack with every condition as *the faulty one if its fault is in, else as it was*."""
    by_place: dict[Where, list[tuple[Said, Mutant]]] = {}
    for number, mutant in enumerate(mutants):
        by_place.setdefault(mutant.where, []).append((Said(_name(number)), mutant))
    changed = rewritten(pack, {where: _switched(faults) for where, faults in by_place.items()})
    asked = [_is_it_in(number) for number in range(len(mutants))]
    fields = {name: vars(changed)[name] for name in Pack.model_fields}
    return Pack.model_construct(**{**fields, "questions": (*changed.questions, *asked)})


def _switched(faults: Sequence[tuple[Said, Mutant]]) -> Condition:
    cases: list[Condition] = []
    for chosen, mutant in faults:
        cases.append(All((chosen, _condition(mutant.after))))
    sound = All((*(Not(chosen) for chosen, _ in faults), _condition(faults[0][1].before)))
    return AnyOf((*cases, sound))


def _condition(value: Condition | str) -> Condition:
    assert not isinstance(value, str)  # another level or strength is no condition
    return value


def _is_it_in(number: int) -> Question:
    words = "Is this fault in?"
    return Question.model_construct(
        id=_name(number), kind="yes_no", section=words, ask=words, label=words, why=words, basis="judgement"
    )
