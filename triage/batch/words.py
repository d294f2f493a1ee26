"""The words of the result: which of them a row can have, so that a row is told by small numbers."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from triage.assess import SUPPORT_ORDER
from triage.batch.evaluating import STATUSES
from triage.pack import EMERGENCY, LEVELS, RANK, Level, Pack

WITHHELD = "withheld"
SUPPORTS = (*SUPPORT_ORDER, WITHHELD)
SILENT = ("open", "none", WITHHELD)  # of such a cause the ranked list says nothing


class Words:
    """Every text that a field of the result can hold under a pack."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.statuses: Sequence[str] = STATUSES
        self.levels: Sequence[str] = LEVELS
        self.supports: Sequence[str] = SUPPORTS

    @cached_property
    def headlines(self) -> list[str]:
        """By rank of the level times the number of levels, plus the rank of what is not excluded."""
        return [self.headline(level, reach) for level in LEVELS for reach in LEVELS]

    def headline(self, level: Level, could_reach: Level) -> str:
        """How soon, in the words of the pack; never the bare level while more is not excluded."""
        words = self.pack.about.levels
        told = f"{words[level].title} ({words[level].within})"
        if RANK[could_reach] <= RANK[level]:
            return told
        more = words[could_reach]
        what = "An emergency is" if RANK[could_reach] >= EMERGENCY > RANK[level] else "More is"
        return f"At least: {told}. {what} not ruled out: {more.title} ({more.within})"

    @cached_property
    def flags(self) -> list[tuple[int, str]]:
        """The red flags in the order in which they are told, each with its place in the pack."""
        places = {flag.id: place for place, flag in enumerate(self.pack.red_flags)}
        ordered = sorted(self.pack.red_flags, key=lambda flag: -RANK[flag.level])
        return [(places[flag.id], flag.id) for flag in ordered]

    @cached_property
    def causes(self) -> list[Mapping[str, str]]:
        """For each cause what the ranked list says of it, by its support; nothing where no answer speaks."""
        return [
            {name: "" if name in SILENT else f"{cause.id}={name}" for name in SUPPORTS}
            for cause in self.pack.causes
        ]
