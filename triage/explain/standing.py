"""How soon: the level that is certain, never without the highest that is not ruled out."""

from collections.abc import Iterator
from typing import NamedTuple

from triage.assess import certain_level
from triage.pack import LEVELS, RANK, Level
from triage.view import View
from triage.worlds import Plane, Sheet


class Standing(NamedTuple):
    """The level that is certain, and the highest that is not ruled out: None if that is the same."""

    level: Level
    could_reach: Level | None


def standing(view: View) -> Standing:
    """How soon one person should be seen."""
    level, _ = certain_level(view)
    possible = view.possible_rank()
    return Standing(level, LEVELS[possible] if possible > RANK[level] else None)


def standings(sheet: Sheet[Plane]) -> Iterator[tuple[Standing, Plane]]:
    """Every standing there can be, with the answer sets that come to it."""
    for rank, certain in enumerate(sheet.levels()):
        left = certain
        for possible in range(len(LEVELS) - 1, rank, -1):
            where = left & sheet.possible(possible)
            yield Standing(LEVELS[rank], LEVELS[possible]), where
            left ^= where
        yield Standing(LEVELS[rank], None), left
