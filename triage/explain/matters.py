"""The answers that matter: which single one would change the level, and which changed nothing.

Every other answer to everything asked is tried at once, one bit each, so what is said of all of them is
proved and not sampled.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from triage.answers import Answers, normalise
from triage.assess import certain_level
from triage.explain.given import Given, Unit, Values, each, known, unit_of
from triage.logic import NO
from triage.pack import LEVELS, RANK, Level, Pack
from triage.view import View
from triage.worlds import Compiled, Sheet, Slot


@dataclass(frozen=True, slots=True)
class Turn:
    """Answers that would change the level, and the level they would make certain."""

    answers: tuple[Given, ...]
    level: Level


@dataclass(frozen=True, slots=True)
class Matters:
    """What would change the level, and what does not matter.

    ``single`` are the other answers that alone would change it; only if there are none, ``pairs`` are
    those that would together; ``tried`` counts the tries behind that. ``open`` is what was not answered
    or not known and could still raise it.
    ``nothing`` are the given answers that no other answer to the same question would make a difference to.
    """

    level: Level
    single: tuple[Turn, ...]
    pairs: tuple[Turn, ...]
    tried: int
    open: tuple[Unit, ...]
    nothing: tuple[Given, ...]


def matters(pack: Pack, answers: Mapping[str, object]) -> Matters:
    """Which answers matter to the level. Raises :class:`triage.errors.AnswerError` for misfits."""
    given = normalise(pack, answers)
    trial = _Trial(pack, given)
    alone = [(one,) for one in trial.others]
    single = list(trial.turns(alone))
    together = [] if single else list(_independent(trial.others))
    pairs = list(trial.turns(together))
    view = View(pack, given)
    level, _ = certain_level(view)
    verdicts = (verdict for _, verdict in view.open_flags(above=RANK[level]))
    still_open = dict.fromkeys(unit_of(still.atom) for verdict in verdicts for still in verdict.open)
    tried = len(alone) + len(together)
    return Matters(level, tuple(single), tuple(pairs), tried, tuple(still_open), tuple(trial.inert()))


def _independent(others: Sequence[Given]) -> Iterator[tuple[Given, ...]]:
    return (pair for pair in combinations(others, 2) if pair[0].unit != pair[1].unit)


class _Trial:
    """All other answers to what was answered or could be asked now, tried at once."""

    def __init__(self, pack: Pack, given: Answers) -> None:
        self.pack = pack
        self.given = given
        self.view = View(pack, given)
        self.compiled = Compiled(pack)
        self.values = Values(pack)
        self.now = {piece.unit: piece for piece in each(given)}
        self.others = list(self._others())
        self.level = certain_level(self.view)[0]

    def _others(self) -> Iterator[Given]:
        """Every answer that could have been given instead, to every question that applies."""
        for unit in dict.fromkeys((slot.question, slot.item) for slot in self.compiled.slots):
            if self.view.applies(unit[0]).truth is not NO:
                for value in self.values.of(unit):
                    if unit not in self.now or not self.values.alike(unit, value, self.now[unit].value):
                        yield Given(*unit, value)

    def turns(self, tries: Sequence[tuple[Given, ...]]) -> Iterator[Turn]:
        """Those tries that come to another level; an answer that then applies no more is set aside."""
        sheet = self._sheet(tries)
        for level, plane in zip(LEVELS, sheet.levels(), strict=True):
            if level != self.level:
                yield from (Turn(tries[place], level) for place in _bits(plane))

    def _sheet(self, tries: Sequence[tuple[Given, ...]]) -> Sheet:
        """Evaluate the given answers with each of these laid over them, one bit for each."""
        width = len(tries)
        said: dict[Slot, bytearray] = {}
        touched: dict[Unit, bytearray] = {}
        for place, some in enumerate(tries):
            for piece in some:
                for bits in (
                    said.setdefault(self.compiled.slot(piece.question, piece.item, piece.value), _row(width)),
                    touched.setdefault(piece.unit, _row(width)),
                ):
                    bits[place >> 3] |= 1 << (place & 7)
        full = (1 << width) - 1
        planes = [0] * len(self.compiled.slots)
        for piece in self.now.values():
            planes[self.compiled.slots[self.compiled.slot(*piece)]] = full
        for unit, bits in touched.items():
            for slot in self.compiled.slots_of(*unit):
                planes[self.compiled.slots[slot]] &= full ^ int.from_bytes(bits, "little")
        for slot, bits in said.items():
            planes[self.compiled.slots[slot]] |= int.from_bytes(bits, "little")
        return self.compiled.sheet(planes, width)

    def inert(self) -> Iterator[Given]:
        """The given answers in whose place every other answer gives the same outcome."""
        sheet = self._sheet([(), *((one,) for one in self.others)])
        differs = _differs_from_first(sheet)
        moved = {one.unit for place, one in enumerate(self.others, start=1) if differs >> place & 1}
        yield from (piece for piece in known(self.given) if piece.unit not in moved)


def _row(width: int) -> bytearray:
    return bytearray((width + 7) >> 3)


def _bits(plane: int) -> Iterator[int]:
    while plane:
        lowest = plane & -plane
        yield lowest.bit_length() - 1
        plane ^= lowest


def _differs_from_first(sheet: Sheet) -> int:
    """The answer sets whose outcome is not that of the first."""
    found = 0
    for plane in sheet.outcome():
        found |= plane ^ (sheet.full if plane & 1 else 0)
    return found
