"""The worked cases of a pack on trial: whether they hold, what they show, and which faults they let pass."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from triage.answers import NOTHING, Answers
from triage.pack import Case, Pack
from triage.verify.mutants import Mutant
from triage.verify.schemata import try_cases
from triage.verify.unequal import CHANGES, Change, Original, Person, person


@dataclass(frozen=True, slots=True)
class Judged:
    """A fault, and the case that notices it, else the change that it makes for people of whom one is found.

    With neither the fault is none: over all answer sets the pack says what it said. That is proven.
    """

    mutant: Mutant
    noticed: Case | None
    change: Change | None
    answers: Answers

    def person(self, pack: Pack) -> Person:
        """The person whose advice would change unnoticed, with few answers."""
        assert self.change is not None
        return person(pack, self.mutant.pack(pack), self.change, self.answers)


def judged(pack: Pack, cases: Sequence[Case], planted: Sequence[Mutant]) -> Iterator[Judged]:
    """Each fault, one after the other; the cases must hold for the pack as it is.

    Raises :class:`triage.errors.MissingExtra` without the solver.
    """
    original = Original(pack, planted)
    for tried in try_cases(pack, cases, planted):
        found = None if tried.noticed else original.differing(tried.mutant)
        yield Judged(tried.mutant, tried.noticed, *found or (None, NOTHING))


def gravest_first(found: Sequence[Judged]) -> list[Judged]:
    """The faults that no case notices, those that lower a level before those that only change words."""
    silent = [one for one in found if one.change is not None]
    return sorted(silent, key=lambda one: CHANGES.index(one.change))


@dataclass(frozen=True, slots=True)
class Score:
    """How many faults there are, how many a case notices, and how many change nothing for anybody."""

    planted: int
    noticed: int
    equal: int

    @property
    def share(self) -> float:
        """The percentage of the faults that change something that a case notices."""
        changing = self.planted - self.equal
        return 100 * self.noticed / changing if changing else 100.0


def score(found: Sequence[Judged]) -> Score:
    """The count of what was judged."""
    return Score(
        planted=len(found),
        noticed=sum(one.noticed is not None for one in found),
        equal=sum(one.noticed is None and one.change is None for one in found),
    )
