"""Whether a question that is asked can matter: some two answers to it, and some way the rest goes on.

For every person who is asked there must *be* such a continuation. One that works for a person mostly works
for many others too; so the solver looks for somebody for whom none of those found so far works, a new one
is sought for that person alone, and so on until nobody is left or somebody has none at all.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from triage.verify.course import Asked, places
from triage.verify.formula import Formula, Model
from triage.verify.space import Anyone, Space
from triage.worlds import Sheet

Compared: TypeAlias = Callable[[Sheet[Formula], Sheet[Formula]], Iterable[Formula]]
MOST = 200


@dataclass(frozen=True, slots=True)
class Continuation:
    """How the rest goes on, and two answers to the question: one truth value for each slot."""

    rest: tuple[bool, ...]
    one: tuple[bool, ...]
    other: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Irrelevant:
    """Somebody who is asked a question that can change nothing."""

    known: Anyone
    model: Model


class Undecided(Exception):
    """More continuations would be needed than are tried."""


class Relevance:
    """Looks for irrelevant questions; ``compared`` gives what may differ, beside what is known now."""

    def __init__(self, space: Space, compared: Compared) -> None:
        self.space = space
        self.compared = compared

    def irrelevant(self, step: Asked[Formula], also: Sequence[Formula] = ()) -> Irrelevant | None:
        """Somebody (for whom ``also`` holds) who is asked in vain; None if there is nobody, proven.

        Raises :class:`Undecided` beyond the bound.
        """
        solver = self.space.solver
        left = [step.where, *also]
        now = self.space.given(step.known)
        for _ in range(MOST):
            model = solver.find(*left)
            if model is None:
                return None
            found = self._continuation(step, self._constant(now, model))
            if found is None:
                return Irrelevant(now, model)
            left.append(~self._matters(step, now, found))
        raise Undecided

    def _constant(self, now: Anyone, model: Model) -> Anyone:
        graph = self.space.graph
        return self.space.given([graph.true if model.holds(plane) else graph.false for plane in now.planes])

    def _continuation(self, step: Asked[Formula], now: Anyone) -> Continuation | None:
        """A continuation for one person, whose answers so far are constants."""
        rest, one, other = (self.space.everyone() for _ in range(3))
        model = self.space.solver.find(self._differ(step, now, rest.planes, one.planes, other.planes))
        if model is None:
            return None
        rest_, one_, other_ = (
            tuple(model.holds(plane) for plane in anyone.planes) for anyone in (rest, one, other)
        )
        return Continuation(rest_, one_, other_)

    def _matters(self, step: Asked[Formula], now: Anyone, found: Continuation) -> Formula:
        graph = self.space.graph
        rest, one, other = (
            [graph.true if value else graph.false for value in values]
            for values in (found.rest, found.one, found.other)
        )
        return self._differ(step, now, rest, one, other)

    def _differ(
        self,
        step: Asked[Formula],
        now: Anyone,
        rest: Sequence[Formula],
        one: Sequence[Formula],
        other: Sequence[Formula],
    ) -> Formula:
        """That the two answers come to something different once everything else is answered."""
        graph, compiled = self.space.graph, self.space.compiled
        asked = frozenset(places(compiled, step.question))
        planes = list(now.planes)
        for unit in compiled.units:
            free = ~now.answered(unit)
            for slot in compiled.slots_of(*unit):
                place = compiled.slots[slot]
                planes[place] = planes[place] | (rest[place] & free)
        first, second = (
            compiled.over([answer[n] if n in asked else plane for n, plane in enumerate(planes)], graph.true)
            for answer in (one, other)
        )
        return graph.any(
            before ^ after
            for before, after in zip(
                self.compared(now.sheet, first), self.compared(now.sheet, second), strict=True
            )
        )
