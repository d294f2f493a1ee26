"""The worked cases as planes: whether each of them holds, for many versions of a pack at once.

:func:`triage.verify.cases.differences` says the same of one case, with words; a test holds the two together.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import reduce
from operator import or_
from typing import TypeVar

from triage.answers import normalise
from triage.pack import LEVELS, Case, Pack
from triage.verify.cases import filled
from triage.verify.said import first, told
from triage.waiting import asking
from triage.worlds import Compiled, Plane, Sheet

K = TypeVar("K", bound=Hashable)
Pairs = Iterator[tuple[Plane, Plane]]


class Recorded:
    """The cases of a pack, each one bit; and several copies of all of them, one after the other."""

    def __init__(self, pack: Pack, cases: Sequence[Case]) -> None:
        self.cases = cases
        self.people = [filled(pack, case) for case in cases]
        self._stated = self._by(lambda case: normalise(pack, case.answers))
        self._level = self._by(lambda case: (case.expect.level,))
        # A level that is said to be reachable beyond itself is never found: None is what says so.
        self._reach = self._by(lambda case: (_reach(case),))
        self._status = self._by(lambda case: (case.expect.status,))
        self._reassured = self._by(lambda case: (case.expect.reassured,))
        self._fires = self._by(lambda case: case.expect.red_flags or ())
        self._misses = self._by(lambda case: (case.near_miss_of,))
        self._support = self._by(lambda case: case.expect.causes.items())
        self._first = self._by(lambda case: (case.expect.first,) if case.expect.first else ())
        self._not_first = self._by(lambda case: case.expect.not_first)
        self._says = self._by(lambda case: case.expect.says)
        self._says_not = self._by(lambda case: case.expect.says_not)

    def _by(self, named: Callable[[Case], Iterable[K]]) -> dict[K, Plane]:
        """For everything that cases name, the cases that do."""
        found: dict[K, Plane] = {}
        for number, case in enumerate(self.cases):
            for name in named(case):
                found[name] = found.get(name, 0) | 1 << number
        return found

    @property
    def width(self) -> int:
        """How many cases there are."""
        return len(self.cases)

    def planes(self, compiled: Compiled, copies: int = 1) -> list[Plane]:
        """The answers of all cases, ``copies`` times, in the order of the slots."""
        planes = [0] * len(compiled.slots)
        for number, answers in enumerate(self.people):
            for question, answer in answers.items():
                for slot in compiled.slots_for(question, answer):
                    planes[compiled.slots[slot]] |= 1 << number
        return [self.copied(plane, copies) for plane in planes]

    def copied(self, plane: Plane, copies: int) -> Plane:
        """A plane over the cases, side by side as often as asked."""
        return plane * (((1 << self.width * copies) - 1) // ((1 << self.width) - 1)) if self.cases else 0

    def wrong(self, sheet: Sheet[Plane], unsure: Sheet[Plane], copies: int = 1) -> Plane:
        """Where a case does not come to what it expects.

        ``unsure`` is the same with what was asked and is not known taken as not asked.
        """
        found = 0
        for cases, holds in self._expectations(sheet, unsure):
            if cases:
                found |= self.copied(cases, copies) & ~holds
        return found & sheet.full

    def _expectations(self, sheet: Sheet[Plane], unsure: Sheet[Plane]) -> Pairs:
        """Which cases expect something, and where it is so."""
        yield from self._levels(sheet)
        yield from self._statuses(sheet, unsure)
        yield from self._flags(sheet)
        yield from self._causes(sheet)
        yield from self._order(sheet)
        yield from self._sentences(sheet)

    def _levels(self, sheet: Sheet[Plane]) -> Pairs:
        levels = sheet.levels()
        reach = [sheet.none] * (len(LEVELS) + 1)
        for rank in reversed(range(len(LEVELS))):
            reach[rank] = reach[rank + 1] | levels[rank] | (sheet.possible(rank) if rank else sheet.full)
        for rank, level in enumerate(LEVELS):
            yield self._level.get(level, 0), levels[rank]
            yield self._reach.get(level, 0), reach[rank] & ~reach[rank + 1]
        yield self._reach.get(None, 0), sheet.none
        reassured = sheet.reassured()
        yield self._reassured.get(True, 0), reassured
        yield self._reassured.get(False, 0), ~reassured

    def _statuses(self, sheet: Sheet[Plane], unsure: Sheet[Plane]) -> Pairs:
        """How far the interview got; and answers must fit, so that nothing is said that was not asked."""
        unasked, still_open = (
            reduce(or_, (where for _, where in asking(seen)), seen.none) for seen in (sheet, unsure)
        )
        yield self._status.get("incomplete", 0), unasked
        yield self._status.get("unsettled", 0), still_open & ~unasked
        yield self._status.get("complete", 0), ~still_open
        for question, stated in self._stated.items():
            yield stated, ~sheet.planes(sheet.compiled.pack.question[question].only_if).no

    def _flags(self, sheet: Sheet[Plane]) -> Pairs:
        for flag in sheet.compiled.pack.red_flags:
            fires = sheet.planes(flag.when).yes
            yield self._fires.get(flag.id, 0), fires
            yield self._misses.get(flag.id, 0), ~fires

    def _causes(self, sheet: Sheet[Plane]) -> Pairs:
        withheld = sheet.compiled.pack.about.causes_withheld
        shown = sheet.full ^ (sheet.planes(withheld.when).yes if withheld else sheet.none)
        for cause in sheet.compiled.pack.causes:
            for support, where in sheet.support(cause).items():
                yield self._support.get((cause.id, support), 0), where & shown

    def _order(self, sheet: Sheet[Plane]) -> Pairs:
        for cause in {*self._first, *self._not_first}:
            stands = first(sheet, cause)
            yield self._first.get(cause, 0), stands
            yield self._not_first.get(cause, 0), ~stands

    def _sentences(self, sheet: Sheet[Plane]) -> Pairs:
        wanted = {*self._says, *self._says_not}
        spoken = [*told(sheet)] if wanted else []
        for words in wanted:
            heard = 0
            for sentence, where in spoken:
                if words in sentence:
                    heard |= where
            yield self._says.get(words, 0), heard
            yield self._says_not.get(words, 0), ~heard


def _reach(case: Case) -> str | None:
    expected = case.expect
    return None if expected.could_reach == expected.level else expected.could_reach or expected.level
