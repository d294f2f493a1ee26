"""Whether a question that is asked can matter: some two answers to it, and some way the rest goes on.

For every person who is asked there must *be* such a continuation. One that works for a person mostly works
for many others too. A sample of people shows which work for most of those who are asked; then the solver
looks for somebody for whom none of them does, one is sought for that person alone, and so on until nobody is
left or somebody has none at all.

What is compared is looked at through *views*, the smallest first: the rules that read the question, and at
last the whole outcome. What differs in a small one differs in the whole.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, NamedTuple, Protocol

from triage.verify.course import Asked, places
from triage.verify.formula import Formula, Model
from triage.verify.interviews import Interviews
from triage.verify.space import Anyone, Space
from triage.worlds import Compiled, P, Plane, Sheet

MOST = 200
CHOICE = 6  # so many continuations are compared before one is taken


class Compared(Protocol):
    """What may differ when the rest is answered, beside what is known now."""

    def __call__(self, now: Callable[[], Sheet[P]], later: Sheet[P], /) -> Iterable[P]: ...


class View(NamedTuple):
    """A part of the outcome: the conditions that it needs, and what of them is compared."""

    compiled: Compiled
    compared: Compared


@dataclass(frozen=True, slots=True)
class Continuation:
    """How the rest goes on, and two answers to the question: one truth value for each slot."""

    view: View
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


@dataclass(frozen=True)
class _Moment(Generic[P]):
    """What is known of people when a question is asked."""

    compiled: Compiled
    question: str
    known: Sequence[P]
    full: P

    @cached_property
    def _sheet(self) -> Sheet[P]:
        return self.compiled.over(self.known, self.full)

    def sheet(self) -> Sheet[P]:
        """What it comes to so far, evaluated only if it is wanted."""
        return self._sheet

    @cached_property
    def _asked(self) -> frozenset[int]:
        return frozenset(places(self.compiled, self.question))

    @cached_property
    def _free(self) -> list[P]:
        """For each slot, who has not answered what it belongs to."""
        free = [self.full] * len(self.known)
        for unit in self.compiled.units:
            slots = [self.compiled.slots[slot] for slot in self.compiled.slots_of(*unit)]
            answered = self.full ^ self.full
            for place in slots:
                answered = answered | self.known[place]
            for place in slots:
                free[place] = self.full ^ answered
        return free

    def differ(self, view: View, rest: Sequence[P], one: Sequence[P], other: Sequence[P]) -> P:
        """Where the two answers come to something different once everything else is answered."""
        planes = [
            plane | (then & free) for plane, then, free in zip(self.known, rest, self._free, strict=True)
        ]
        first, second = (
            view.compiled.over(
                [answer[n] if n in self._asked else plane for n, plane in enumerate(planes)], self.full
            )
            for answer in (one, other)
        )
        found = self.full ^ self.full
        for before, after in zip(
            view.compared(self.sheet, first), view.compared(self.sheet, second), strict=True
        ):
            found = found | (before ^ after)
        return found

    def matters(self, found: Continuation) -> P:
        """For whom this continuation shows that the question matters."""
        none = self.full ^ self.full
        rest, one, other = (
            [self.full if value else none for value in values]
            for values in (found.rest, found.one, found.other)
        )
        return self.differ(found.view, rest, one, other)


class Relevance:
    """Looks for irrelevant questions; ``views`` gives for each question what may differ, the whole last."""

    def __init__(self, every: Interviews, views: Callable[[str], Iterable[View]]) -> None:
        self.space = every.space
        self._views = views
        self._sample = every.sample

    def irrelevant(self, step: Asked[Formula], also: Sequence[Formula] = ()) -> Irrelevant | None:
        """Somebody (for whom ``also`` holds) who is asked in vain; None if there is nobody, proven.

        Raises :class:`Undecided` beyond the bound.
        """
        graph, solver = self.space.graph, self.space.solver
        views = [*self._views(step.question)]
        now = _Moment(self.space.compiled, step.question, step.known, graph.true)
        left = [step.where, *also]
        left += (~now.matters(found) for found in self._in_the_sample(step, views))
        for _ in range(MOST):
            model = solver.find(*left)
            if model is None:
                return None
            one = [model.holds(plane) for plane in step.known]
            found = self._tried(step.question, one, views) or self._sought(step.question, one, views[-1])
            if found is None:
                return Irrelevant(self.space.given(step.known), model)
            left.append(~now.matters(found))
        raise Undecided

    def _in_the_sample(self, step: Asked[Formula], views: Sequence[View]) -> Iterator[Continuation]:
        """Continuations that together work for all of the sample who are asked, those for most first."""
        asked = self._sample.asked.get((step.question, step.urgent))
        if asked is None:
            return
        now = _Moment(self.space.compiled, step.question, asked.known, self._sample.full)
        left = asked.where
        while left:
            bit = left & -left
            one = [bool(plane & bit) for plane in asked.known]
            choice = {found: now.matters(found) for found in self._working(step.question, one, views)}
            if not choice:
                return  # the solver decides
            best = max(choice, key=lambda found: (choice[found] & left).bit_count())
            left &= ~choice[best]
            yield best

    def _tried(self, question: str, one: Sequence[bool], views: Sequence[View]) -> Continuation | None:
        return next(self._working(question, one, views), None)

    def _working(self, question: str, one: Sequence[bool], views: Sequence[View]) -> Iterator[Continuation]:
        """Some continuations for one person: the rest as each of the sample would go on.

        The two answers are those of this one of the sample and of the next.
        """
        sample = self._sample
        known: list[Plane] = [sample.full if value else 0 for value in one]
        now = _Moment(self.space.compiled, question, known, sample.full)
        for view in views:
            works = now.differ(view, sample.planes, sample.planes, sample.next)
            for bit in sample.some(works, CHOICE):
                yield Continuation(
                    view,
                    tuple(bool(plane & bit) for plane in sample.planes),
                    tuple(bool(plane & bit) for plane in sample.planes),
                    tuple(bool(plane & bit) for plane in sample.next),
                )
            if works:
                return

    def _sought(self, question: str, one: Sequence[bool], view: View) -> Continuation | None:
        """A continuation for one person, found by a solver of its own, or None: there is none, proven."""
        alone = Space(self.space.pack, beside=None)
        true, false = alone.graph.true, alone.graph.false
        known = [true if value else false for value in one]
        now = _Moment(alone.compiled, question, known, true)
        rest, first, second = (alone.everyone() for _ in range(3))
        model = alone.solver.find(now.differ(view, rest.planes, first.planes, second.planes))
        if model is None:
            return None
        rest_, one_, other_ = (
            tuple(model.holds(plane) for plane in anyone.planes) for anyone in (rest, first, second)
        )
        return Continuation(view, rest_, one_, other_)
