"""How unknown answers could turn out, for every set of answers at once.

That nothing completes a set of answers as wanted is a *for all* inside a *there is*. It is decided with
rules that complete whoever they are given: take these values for what is not known. The solver looks for
somebody whom none of the rules so far completes as wanted; for that person alone a completion is sought, and
made a new rule; and so on, until nobody is left or somebody has no completion at all.

An answer that was given stands in every completion. Where it is not known whether its question applies, the
answer is believed and not turned against what would make the question apply.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Literal, TypeAlias

from triage.condition import AnyOf, Condition, Said
from triage.pack import Pack, Question
from triage.verify.formula import Formula, Model
from triage.verify.space import Anyone, Space, Unit
from triage.verify.theorems.claim import Person, person

Wanted: TypeAlias = Callable[[Anyone], Formula]
Preference: TypeAlias = Literal["worst", "best"]
MOST = 200
UNKNOWN = "unknown"
NOTHING: Mapping[Unit, str] = MappingProxyType({})
# Begins the name of a question that stands for "its answer is believed"; no pack can use such a name.
BELIEVED = "believed "


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody whose answers nothing completes as wanted; ``text`` is what of them is needed for that."""

    person: Person
    model: Model
    text: str


class Undecided(Exception):
    """More rules would be needed than are tried."""


class Completions:
    """How ``anyone`` could be completed; rules found for one purpose are tried first for the next.

    ``prefer`` says whether worries are taken as there (*worst*) or not (*best*) where nothing decides it:
    such completions serve many people.
    """

    def __init__(self, pack: Pack, prefer: Preference) -> None:
        self.space = Space(pack, read_by_levels(pack))
        self.anyone = self.space.anyone()
        believing = _believing(pack)
        self._worlds = Space(believing, read_by_levels(believing), beside=self.space)
        self.world = self._worlds.world()
        self._prefer = dict(_preferred(self.space, prefer))
        self._tried: list[Anyone] = []
        self._failing: dict[tuple[Anyone, Wanted], Formula] = {}

    @property
    def rules(self) -> int:
        """How many ways to complete answers were needed so far."""
        return len(self._tried)

    def missing(self, partial: Formula, wanted: Wanted) -> Found | None:
        """Somebody as ``partial`` whom nothing completes as wanted; None if there is nobody, proven.

        Raises :class:`Undecided` beyond the bound.
        """
        left = [self.anyone.fits, partial, *(self._fails(world, wanted) for world in self._tried)]
        for _ in range(MOST):
            model = self.space.solver.find(*left)
            if model is None:
                return None
            known = dict(self._known(model))
            found = self._completion(known, wanted, self._prefer) or self._completion(known, wanted)
            if found is None:
                needed = self._needed(known, wanted)
                return Found(person(self.anyone, model), model, " and ".join(map(self._told, needed.items())))
            # What this person knows is no rule for others, who are completed as preferred there.
            rule = {unit: self._prefer.get(unit, value) if unit in known else value
                    for unit, value in self._values(found).items()}  # fmt: skip
            self._tried.append(self._ruled(rule))
            left.append(self._fails(self._tried[-1], wanted))
        raise Undecided

    def agrees(self, world: Anyone) -> Formula:
        """That what is known holds in the world, and is believed there."""
        graph = self.space.graph
        held = [
            ~plane | world.said(unit, value)
            for unit in self.space.compiled.units
            for value, plane in self._said(unit).items()
        ]
        believed = [
            ~(world.said((BELIEVED + question, None), "yes") ^ answered)
            for question, answered in self._answered.items()
        ]
        return graph.all((*held, *believed))

    def _said(self, unit: Unit) -> dict[str, Formula]:
        return {value: plane for value, plane in self.anyone.values(unit).items() if value != UNKNOWN}

    @cached_property
    def _answered(self) -> dict[str, Formula]:
        """For each question with an ``only_if``, that something of its answer is known."""
        return {
            question.id: self.space.graph.any(
                plane
                for unit in self.space.compiled.units
                if unit[0] == question.id
                for plane in self._said(unit).values()
            )
            for question in self.space.pack.questions
            if question.only_if is not None
        }

    def _known(self, model: Model) -> Iterator[tuple[Unit, str]]:
        for unit in self.space.compiled.units:
            for value, plane in self._said(unit).items():
                if model.holds(plane):
                    yield unit, value

    def _completion(
        self, known: Mapping[Unit, str], wanted: Wanted, preferred: Mapping[Unit, str] = NOTHING
    ) -> Model | None:
        """A world in which these answers hold, as wanted; the rest as preferred."""
        told = {question for question, _ in known}
        believed: dict[Unit, str] = {
            (BELIEVED + question, None): "yes" if question in told else "no" for question in self._answered
        }
        held: dict[Unit, str] = {**preferred, **known}
        held.update(believed)
        return self.space.solver.find(*(self.world.said(*one) for one in held.items()), wanted(self.world))

    def _needed(self, known: Mapping[Unit, str], wanted: Wanted) -> dict[Unit, str]:
        """As few of the answers as will do; none of those left can be missed."""
        kept = dict(known)
        for one in known:
            fewer = {unit: value for unit, value in kept.items() if unit != one}
            if self._completion(fewer, wanted) is None:
                kept = fewer
        return kept

    def _told(self, one: tuple[Unit, str]) -> str:
        (question, item), value = one
        kind = self.space.pack.question[question].kind
        if kind == "number":
            band = self.space.compiled.bands[question][int(value)]
            return f"{question} >= {band.start} and {question} < {band.stop}"
        if kind == "one_of":
            return f"{question} = {value}"
        return f"{'not ' if value == 'no' else ''}{item or question}"

    def _values(self, model: Model) -> dict[Unit, str]:
        return {
            unit: next(value for value, plane in self.world.values(unit).items() if model.holds(plane))
            for unit in self.space.compiled.units
        }

    def _ruled(self, values: Mapping[Unit, str]) -> Anyone:
        """The world in which these values are taken for whatever is not known."""
        graph = self.space.graph
        planes = dict.fromkeys(self._worlds.compiled.slots, graph.false)
        for unit, taken in values.items():
            said = self._said(unit)
            missing = ~graph.any(said.values())
            for value, plane in said.items():
                slot = self._worlds.compiled.slot(*unit, value)
                planes[slot] = plane | missing if value == taken else plane
        for question, answered in self._answered.items():
            planes[self._worlds.compiled.slot(BELIEVED + question, None, "yes")] = answered
            planes[self._worlds.compiled.slot(BELIEVED + question, None, "no")] = ~answered
        return self._worlds.given([*planes.values()])

    def _fails(self, world: Anyone, wanted: Wanted) -> Formula:
        """That a rule does not complete the answers as wanted."""
        if (world, wanted) not in self._failing:
            self._failing[world, wanted] = ~wanted(world)
        return self._failing[world, wanted]


def read_by_levels(pack: Pack) -> list[Condition]:
    """The conditions that the level hangs on."""
    gates = [question.only_if for question in pack.questions if question.only_if is not None]
    return [*(flag.when for flag in pack.red_flags), *gates]


def _believing(pack: Pack) -> Pack:
    """The pack in which each question with an ``only_if`` also applies where its answer is believed."""
    questions: list[Question] = []
    for question in pack.questions:
        if question.only_if is not None:
            name = BELIEVED + question.id
            questions.append(question.model_copy(update={"id": name, "kind": "yes_no", "only_if": None}))
            either = AnyOf((question.only_if, Said(name)))
            questions.append(question.model_copy(update={"only_if": either}))
        else:
            questions.append(question)
    return pack.with_parts(questions=tuple(questions))


def _preferred(space: Space, prefer: Preference) -> Iterator[tuple[Unit, str]]:
    """Each worry as it is taken where nothing decides it."""
    for unit in space.compiled.units:
        question = space.pack.question[unit[0]]
        if unit[1] or question.kind == "yes_no":
            role = question.role_of(unit[1]) if unit[1] else question.role
            yield unit, "yes" if (role == "relieving") == (prefer == "best") else "no"
