"""The smallest changes of answers that reach a goal, all of them, and that none smaller does.

What still blocks a goal names the answers of which one at least must change. So changes grow by one
answer of what blocks them, and all changes of one size are tried at once.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from triage.answers import Answers
from triage.condition import Condition
from triage.explain.given import Given, Unit, units_of
from triage.explain.trial import Trial, places
from triage.pack import Pack
from triage.worlds import Plane, Sheet


class Blocker(NamedTuple):
    """Where this holds, the goal is not reached unless one of these conditions comes out otherwise."""

    where: Callable[[Sheet[Plane]], Plane]
    reads: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Goal:
    """What is to be reached: where it is, what it is judged by, and what stands between.

    Wherever the goal is not reached some blocker holds.
    """

    reads: tuple[Condition, ...]
    reached: Callable[[Sheet[Plane]], Plane]
    blockers: tuple[Blocker, ...]


def everywhere(sheet: Sheet[Plane]) -> Plane:
    """A blocker that always holds."""
    return sheet.full


def nearest(pack: Pack, answers: Answers, goal: Goal, *, most: int = 3) -> Iterator[tuple[Given, ...]]:
    """Every smallest set of changed answers after which the goal is reached, in the order of the pack.

    At most ``most`` answers are changed; nothing is found if that is not enough, and nothing if the
    goal is reached already. Answers to questions that then do not apply are set aside.
    """
    search = _Search(pack, answers, goal)
    tries: list[tuple[Given, ...]] = [()]
    for size in range(most + 1):
        sheet = search.trial.sheet(tries)
        reached = goal.reached(sheet)
        if reached:
            yield from (tries[place] for place in places(reached if size else 0))
            return
        if size < most:
            tries = search.grown(tries, sheet)


class _Search:
    def __init__(self, pack: Pack, answers: Answers, goal: Goal) -> None:
        self.trial = Trial(pack, answers, goal.reads)
        self.blockers = goal.blockers
        self._units = [_units(pack, blocker) for blocker in goal.blockers]
        self._order = {unit: place for place, unit in enumerate(self.trial.units())}
        self._others = {unit: list(self.trial.others_of(unit)) for units in self._units for unit in units}

    def grown(self, tries: Sequence[tuple[Given, ...]], sheet: Sheet[Plane]) -> list[tuple[Given, ...]]:
        """Each try with one more answer changed that the first thing that blocks it reads."""
        found: dict[tuple[Given, ...], None] = {}
        left = sheet.full
        for blocker, units in zip(self.blockers, self._units, strict=True):
            holds = left & blocker.where(sheet)
            left ^= holds
            for place in places(holds):
                found.update(dict.fromkeys(self._larger(tries[place], units)))
        return sorted(found, key=self._place)

    def _larger(self, start: tuple[Given, ...], units: Sequence[Unit]) -> Iterator[tuple[Given, ...]]:
        taken = {piece.unit for piece in start}
        for unit in units:
            if unit not in taken:
                for piece in self._others[unit]:
                    yield tuple(sorted((*start, piece), key=lambda one: self._order[one.unit]))

    def _place(self, change: tuple[Given, ...]) -> tuple[int, ...]:
        return tuple(self._order[piece.unit] for piece in change)


def _units(pack: Pack, blocker: Blocker) -> list[Unit]:
    return list(dict.fromkeys(unit for condition in blocker.reads for unit in units_of(pack, condition)))
