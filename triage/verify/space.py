"""Every possible answer set at once, as formulas; and any one of them as answers that can be replayed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from triage.answers import Answer, Answers
from triage.condition import Condition
from triage.pack import Pack
from triage.verify.course import places
from triage.verify.formula import Formula, Graph, Model, Solver
from triage.worlds import Compiled, Sheet, compiled

Unit = tuple[str, str | None]


@dataclass(frozen=True, eq=False)
class Anyone:
    """An answer set that can be any: one formula for each slot, and what they come to."""

    space: "Space"
    planes: tuple[Formula, ...]
    evaluated: Sheet[Formula] | None = None

    @cached_property
    def sheet(self) -> Sheet[Formula]:
        """What the pack says about it."""
        return self.evaluated or self.space.compiled.over(self.planes, self.space.graph.true)

    def told(self, questions: Iterable[str], planes: Sequence[Formula]) -> "Anyone":
        """The same after other answers to these questions, whose planes are given among all others."""
        sheet = self.sheet
        for question in questions:
            sheet = sheet.answered(question, planes)
        return Anyone(self.space, tuple(planes), sheet)

    def said(self, unit: Unit, value: str) -> Formula:
        """That this answer was given; ``unknown`` is *asked and not known*."""
        compiled = self.space.compiled
        return self.planes[compiled.slots[compiled.slot(*unit, value)]]

    def values(self, unit: Unit) -> dict[str, Formula]:
        """Every answer to a question or item, *unknown* last."""
        compiled = self.space.compiled
        return {slot.value: self.planes[compiled.slots[slot]] for slot in compiled.slots_of(*unit)}

    def answered(self, unit: Unit) -> Formula:
        """That an answer was given, *unknown* being one."""
        return self.space.graph.any(self.values(unit).values())

    def applies(self, question: str) -> Formula:
        """That a question applies: its ``only_if`` is not a sure no."""
        condition = self.space.pack.question[question].only_if
        return ~self.sheet.planes(condition).no

    @cached_property
    def fits(self) -> Formula:
        """One answer at most to each question, and none to a question that does not apply."""
        graph = self.space.graph
        single = [graph.at_most_one([*self.values(unit).values()]) for unit in self.space.compiled.units]
        live = [
            ~self.answered(unit) | self.applies(unit[0])
            for unit in self.space.compiled.units
            if self.space.pack.question[unit[0]].only_if is not None
        ]
        return graph.all((*single, *live))

    def answers(self, model: Model) -> dict[str, Answer]:
        """The answers that the solver found, in the form of an answers file."""
        found: dict[str, Answer] = {}
        for (question, item), value in self._found(model):
            if item is None:
                found[question] = self.space.number(question, value)
            else:
                items = found.setdefault(question, {})
                assert isinstance(items, dict)
                items[item] = value
        return found

    def _found(self, model: Model) -> Iterator[tuple[Unit, str]]:
        for unit in self.space.compiled.units:
            for value, formula in self.values(unit).items():
                if model.holds(formula):
                    yield unit, value
                    break


class Space:
    """All answer sets of a pack; questions about them are put to one solver.

    ``wanted`` are the conditions that matter, else all; a space ``beside`` another shares its solver;
    ``cuts`` are finer bands of the numbers than the pack needs itself.
    """

    def __init__(
        self,
        pack: Pack,
        wanted: Iterable[Condition] | None = None,
        beside: "Space | None" = None,
        cuts: Mapping[str, tuple[range, ...]] | None = None,
    ) -> None:
        self.pack = pack
        whole = wanted is None and cuts is None
        self.compiled = compiled(pack) if whole else Compiled(pack, wanted, cuts)
        self.graph: Graph = beside.graph if beside else Graph()
        self.solver: Solver = beside.solver if beside else Solver(self.graph)

    def number(self, question: str, value: str) -> Answer:
        """The answer that a slot's value stands for: for a number the first of its band."""
        if self.pack.question[question].kind != "number" or value == "unknown":
            return value
        return self.compiled.bands[question][int(value)].start

    def anyone(self) -> Anyone:
        """An answer set that can be any; only its ``fits`` says that it is one."""
        return Anyone(self, tuple(self.graph.variable() for _ in self.compiled.slots))

    def everyone(self) -> Anyone:
        """Someone who would give exactly one answer to each question, should it be asked."""
        return Anyone(self, tuple(self._one_each(unknown=True)))

    def world(self) -> Anyone:
        """One way in which everything could be, with nothing unknown."""
        return Anyone(self, tuple(self._one_each(unknown=False)))

    def _one_each(self, unknown: bool) -> Iterator[Formula]:
        """Exactly one answer to each question, the last one where none before it was chosen."""
        for unit in self.compiled.units:
            left = self.graph.true
            said = self.compiled.slots_of(*unit)[: None if unknown else -1]
            for _ in said[:-1]:
                chosen = self.graph.variable() & left
                yield chosen
                left = left & ~chosen
            yield left
            if not unknown:
                yield self.graph.false

    def living(self, someone: "Anyone") -> "Anyone":
        """The same answer set without the answers to questions that do not apply."""
        live = [
            plane & someone.applies(slot.question) if self.pack.question[slot.question].only_if else plane
            for slot, plane in zip(self.compiled.slots, someone.planes, strict=True)
        ]
        return Anyone(self, tuple(live))

    def given(self, planes: Sequence[Formula]) -> Anyone:
        """The answer set of these planes."""
        return Anyone(self, tuple(planes))

    def fixed(self, answers: Answers) -> Anyone:
        """One answer set, known from beginning to end."""
        true, false = self.graph.true, self.graph.false
        held = {
            slot for question, answer in answers.items() for slot in self.compiled.slots_for(question, answer)
        }
        return self.given([true if slot in held else false for slot in self.compiled.slots])

    def places(self, question: str) -> list[int]:
        """The places of a question's slots."""
        return places(self.compiled, question)
