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
    known = _Known(compiled, full)
    steps = []
    sweeps: tuple[tuple[bool, Sweep[P]], ...] = ((True, urgent), (False, asking))
    for first, waiting in sweeps:
        for question in compiled.pack.questions:
            where = known.waited_for(question.id, waiting)
            steps.append(Asked(question.id, first, where, tuple(known.planes)))
            known.tell(question.id, people, where)
    return steps


def once(compiled: Compiled, people: Sequence[P], full: P, low: P | None = None) -> dict[str, P]:
    """Who would be asked each question in one sweep in the author's order, urgent or not.

    ``low`` is where the floor is taken to matter, instead of where it does (see
    :func:`triage.waiting.asking`).
    """

    def waiting(sheet: Sheet[P], among: frozenset[int]) -> Waiting[P]:
        return asking(sheet, among, low)

    known = _Known(compiled, full)
    asked = {}
    for question in compiled.pack.questions:
        where = asked[question.id] = known.waited_for(question.id, waiting)
        known.tell(question.id, people, where)
    return asked


def ending(compiled: Compiled, people: Sequence[P], steps: Sequence[Asked[P]]) -> list[P]:
    """What is known of everyone when the interview is over."""
    known = list(steps[-1].known)
    for place in places(compiled, steps[-1].question):
        known[place] = known[place] | (people[place] & steps[-1].where)
    return known


class _Known(Generic[P]):
    """What is known of everyone at one moment.

    ``planes`` are the answers; in ``beside`` each question that is not answered is asked and not known.
    """

    def __init__(self, compiled: Compiled, full: P) -> None:
        self._compiled = compiled
        self._full, self._none = full, full ^ full
        self.planes = [self._none] * len(compiled.slots)
        self._beside = [full if slot.value == "unknown" else self._none for slot in compiled.slots]
        self._sheet = compiled.over(self.planes, full)

    def waited_for(self, question: str, waiting: Sweep[P]) -> P:
        """Where this question itself is waited for: an open condition that counts reads it.

        What is to ask is looked at with all other questions taken as asked and not known.
        """
        planes = [*self._beside]
        unanswered = self._full
        for place in places(self._compiled, question):
            planes[place] = self.planes[place]
            unanswered = unanswered & (self._full ^ self.planes[place])
        alone, found = self._compiled.reading(question).over(planes, self._full), self._none
        for condition, where in waiting(self._sheet, readers(self._compiled.pack)[question]):
            found = found | (where & alone.planes(condition).ask)
        return found & unanswered

    def tell(self, question: str, people: Sequence[P], where: P) -> None:
        """Some answer the question, each as they would."""
        if where == self._none:
            return
        for unit in self._compiled.units:
            if unit[0] == question:
                *said, unknown = (self._compiled.slots[slot] for slot in self._compiled.slots_of(*unit))
                left = self._full
                for place in (*said, unknown):
                    self.planes[place] = self.planes[place] | (people[place] & where)
                for place in said:
                    self._beside[place] = self.planes[place]
                    left = left & (self._full ^ self.planes[place])
                self._beside[unknown] = left
        self._sheet = self._sheet.answered(question, self.planes)


def places(compiled: Compiled, question: str) -> list[int]:
    """The places of a question's slots, those of all its items."""
    return [place for slot, place in compiled.slots.items() if slot.question == question]
