"""The whole interview over many people at once: who is asked what, in the order of a real session.

The order of :func:`triage.interview.next_step` is two sweeps through the author's order: first what
could still raise the level to an emergency, then what could still change the outcome. A question that is
not open cannot become open again, so nothing is ever asked behind the place a sweep has reached.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeAlias

from triage.waiting import Waiting, asking, urgent
from triage.walk import readers
from triage.worlds import Compiled, P, Sheet

Sweep: TypeAlias = Callable[[Sheet[P], frozenset[int]], Waiting[P]]


@dataclass(frozen=True, slots=True)
class Asked(Generic[P]):
    """One question in one sweep: who is asked it, and what is known of everyone at that moment."""

    question: str
    urgent: bool
    where: P
    known: tuple[P, ...]


def course(compiled: Compiled, people: Sequence[P], full: P) -> list[Asked[P]]:
    """Every step of the interviews of ``people``: planes of the answer each would give to each question.

    Plainer questions change an answer before the next question comes; ``people`` holds what stands after
    them. Each question comes twice, once in each sweep, and nobody is asked in both.
    """
    known = [full ^ full] * len(people)
    steps = []
    sweeps: tuple[tuple[bool, Sweep[P]], ...] = ((True, urgent), (False, asking))
    for first, waiting in sweeps:
        for question in compiled.pack.questions:
            where = only(compiled, known, full, question.id, waiting)
            steps.append(Asked(question.id, first, where, tuple(known)))
            for place in places(compiled, question.id):
                known[place] = known[place] | (people[place] & where)
    return steps


def ending(compiled: Compiled, people: Sequence[P], steps: Sequence[Asked[P]]) -> list[P]:
    """What is known of everyone when the interview is over."""
    known = list(steps[-1].known)
    for place in places(compiled, steps[-1].question):
        known[place] = known[place] | (people[place] & steps[-1].where)
    return known


def only(compiled: Compiled, known: Sequence[P], full: P, question: str, waiting: Sweep[P]) -> P:
    """Where this question itself is waited for: an open condition that counts reads it.

    What is to ask is looked at with all other questions taken as asked and not known.
    """
    planes = list(known)
    for name, item in compiled.units:
        if name != question:
            *said, unknown = (compiled.slots[slot] for slot in compiled.slots_of(name, item))
            answered = planes[unknown]
            for place in said:
                answered = answered | planes[place]
            planes[unknown] = planes[unknown] | (full ^ answered)
    unanswered = full
    for place in places(compiled, question):
        unanswered = unanswered & (full ^ planes[place])
    alone, found = compiled.reading(question).over(planes, full), full ^ full
    for condition, where in waiting(compiled.over(known, full), readers(compiled.pack)[question]):
        found = found | (where & alone.planes(condition).ask)
    return found & unanswered


def places(compiled: Compiled, question: str) -> list[int]:
    """The places of a question's slots, those of all its items."""
    return [place for slot, place in compiled.slots.items() if slot.question == question]


def once(compiled: Compiled, people: Sequence[P], full: P, low: P | None = None) -> dict[str, P]:
    """Who would be asked each question in one sweep in the author's order, urgent or not.

    ``low`` is where the floor is taken to matter, instead of where it does (see :meth:`Sheet.asking`).
    """

    def waiting(sheet: Sheet[P], among: frozenset[int]) -> Waiting[P]:
        return asking(sheet, among, low)

    known = [full ^ full] * len(people)
    asked = {}
    for question in compiled.pack.questions:
        where = only(compiled, known, full, question.id, waiting)
        asked[question.id] = where
        for place in places(compiled, question.id):
            known[place] = known[place] | (people[place] & where)
    return asked
