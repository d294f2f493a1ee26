"""Whether a fault in a pack changes anything for anybody; and if so, for whom, as a concrete person.

Decided over all answer sets that both packs accept, what is not known among the answers: a solver finds
one that tells the two apart, or proves that there is none.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, TypeAlias, get_args

from triage.answers import Answer, Answers
from triage.assess import assess
from triage.condition import Condition
from triage.domain import bands
from triage.pack import Level, Pack
from triage.verify.formula import Formula
from triage.verify.mutants import Mutant
from triage.verify.rewrite import rewritten
from triage.verify.said import sentences, told
from triage.verify.schemata import schemata
from triage.verify.space import Anyone, Space
from triage.walk import conditions
from triage.worlds import Compiled, P, Planes, Sheet

Change: TypeAlias = Literal[
    "level lower", "could reach less", "level higher", "could reach more", "said otherwise"
]
CHANGES: tuple[Change, ...] = get_args(Change)  # the gravest first


@dataclass(frozen=True, slots=True)
class Person:
    """Someone to whom two packs say different things; ``change`` is the gravest difference there is.

    ``before`` and ``after`` are the level and what is not excluded; ``lost`` and ``new`` the sentences;
    ``causes`` are those of which the support differs, with both.
    """

    answers: Answers
    change: Change
    before: tuple[Level, Level]
    after: tuple[Level, Level]
    lost: tuple[str, ...]
    new: tuple[str, ...]
    causes: tuple[tuple[str, str, str], ...]


class Said(NamedTuple):
    """What a pack says over all answer sets, as far as it can differ."""

    certain: list[Formula]
    possible: list[Formula]
    rest: list[Formula]
    fits: Formula


class Original:
    """A pack to hold its mutants against; it has the bands that any of them needs."""

    def __init__(self, pack: Pack, mutants: Sequence[Mutant]) -> None:
        # Equal conditions can be one object; here each place must have its own, to change one alone.
        own = {(file, (*loc,)): copy(condition) for file, loc, condition in conditions(pack)}
        self.conditions = own
        self.pack = pack = rewritten(pack, own)
        self.cuts = bands(schemata(pack, [one for one in mutants if not isinstance(one.before, str)]))
        self.space = Space(pack, cuts=self.cuts)
        self.anyone = self.space.anyone()
        self.space.solver.always(self.anyone.fits)
        self.said = _said(self.anyone.sheet, self.anyone.fits)

    def differing(self, mutant: Mutant) -> tuple[Change, Answers] | None:
        """The gravest change that the fault makes, and answers of someone it is for; None: there is none."""
        said = self._faulty(mutant)
        grades = differences(self.said, said)
        if self.space.solver.find(said.fits, self.space.graph.any(grades.values())) is None:
            return None
        for change, where in grades.items():
            model = self.space.solver.find(said.fits, where)
            if model is not None:
                return change, self.anyone.answers(model)
        raise AssertionError("what differs somewhere differs in one of these ways")

    def _faulty(self, mutant: Mutant) -> Said:
        pack = mutant.pack(self.pack)
        if isinstance(mutant.before, str) or isinstance(mutant.after, str):
            return _said(_read_otherwise(self.anyone.sheet, pack), self.anyone.fits)
        if mutant.where[0] == "facts.yaml" or mutant.where[1][-1] == "only_if":
            anyone = Anyone(Space(pack, beside=self.space, cuts=self.cuts), self.anyone.planes)
            return _said(anyone.sheet, anyone.fits)
        before = self.conditions[mutant.where]
        return _said(self._with_one_changed(before, mutant.after), self.anyone.fits)

    def _with_one_changed(self, before: Condition, after: Condition) -> Sheet[Formula]:
        """Nothing hangs on the condition but its own rule: all others come to what they came to."""
        changed = Compiled(self.pack, [after], self.cuts)
        planes = changed.over(self.anyone.planes, self.space.graph.true).results
        place = self.space.compiled.place(before)
        results = self.anyone.sheet.results
        return replace(
            self.anyone.sheet, results=(*results[:place], *planes, *results[place + len(Planes._fields) :])
        )


def _read_otherwise(sheet: Sheet[P], pack: Pack) -> Sheet[P]:
    """The same conditions with another level or strength in the pack that reads them."""
    compiled = copy(sheet.compiled)
    compiled.pack = pack
    return replace(sheet, compiled=compiled)


def _said(sheet: Sheet[Formula], fits: Formula) -> Said:
    rest = [*sheet.outcome(), *(where for _, where in told(sheet))]
    return Said(certain(sheet), possible(sheet), rest, fits)


def certain(sheet: Sheet[P]) -> list[P]:
    """Where the level is at least each rank, from the second on."""
    found, reached = sheet.none, []
    for plane in reversed(sheet.levels()):
        found |= plane
        reached.append(found)
    return reached[-2::-1]


def possible(sheet: Sheet[P]) -> list[P]:
    """Where at least each rank can be reached, from the second on."""
    return [sheet.possible(rank) | level for rank, level in enumerate(certain(sheet), start=1)]


def differences(one: Said, other: Said) -> dict[Change, Formula]:
    """Where the two say different things, the gravest difference first."""
    graph = one.fits.graph

    def less(mine: list[Formula], theirs: list[Formula]) -> Formula:
        return graph.any(before & ~after for before, after in zip(mine, theirs, strict=True))

    return {
        "level lower": less(one.certain, other.certain),
        "could reach less": less(one.possible, other.possible),
        "level higher": less(other.certain, one.certain),
        "could reach more": less(other.possible, one.possible),
        "said otherwise": graph.any(a ^ b for a, b in zip(one.rest, other.rest, strict=True)),
    }


# --- one person -----------------------------------------------------------------------------------


def person(pack: Pack, other: Pack, change: Change, answers: Answers) -> Person:
    """The person of these answers, less every answer without which the change is still there."""
    kept = _smallest(pack, other, change, dict(answers))
    before, after = assess(pack, kept), assess(other, kept)
    support = {cause.id: cause.support for cause in after.causes}
    told_before, told_after = [*sentences(before)], [*sentences(after)]
    return Person(
        answers=kept,
        change=change,
        before=(before.level.id, before.could_reach or before.level.id),
        after=(after.level.id, after.could_reach or after.level.id),
        lost=tuple(dict.fromkeys(say for say in told_before if say not in told_after)),
        new=tuple(dict.fromkeys(say for say in told_after if say not in told_before)),
        causes=tuple(
            (cause.id, cause.support, support[cause.id])
            for cause in before.causes
            if support.get(cause.id, cause.support) != cause.support
        ),
    )


def _smallest(pack: Pack, other: Pack, change: Change, answers: dict[str, Answer]) -> dict[str, Answer]:
    """Leave out one answer after the other, the last ones first, as long as the change stays.

    With less known no question stops applying, so what is left can always be given.
    """
    compiled = Compiled(pack), Compiled(other)

    def without(kept: dict[str, Answer], less: dict[str, Answer]) -> dict[str, Answer]:
        one, two = (pack.encode([less]) for pack in compiled)
        return less if _changed(change, one, two) else kept

    for name in reversed([*answers]):
        answers = without(answers, {other: said for other, said in answers.items() if other != name})
    for name in [*answers]:
        said = answers[name]
        for item in reversed([*said]) if isinstance(said, Mapping) else ():
            items = answers[name]
            assert isinstance(items, Mapping)
            fewer = {one: state for one, state in items.items() if one != item}
            answers = without(answers, {**answers, name: fewer}) if fewer else answers
    return answers


def _changed(change: Change, one: Sheet[int], other: Sheet[int]) -> int:
    if change == "said otherwise":
        return _any(a ^ b for a, b in zip(one.outcome(), other.outcome(), strict=True)) | _any(
            a ^ b for (_, a), (_, b) in zip(told(one), told(other), strict=True)
        )
    read = certain if change.startswith("level") else possible
    pairs = zip(read(one), read(other), strict=True)
    if change in ("level lower", "could reach less"):
        return _any(before & ~after for before, after in pairs)
    return _any(after & ~before for before, after in pairs)


def _any(planes: Iterator[int]) -> int:
    found = 0
    for plane in planes:
        found |= plane
    return found
