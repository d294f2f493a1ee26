"""Planes of answers in, planes of results out: all that rows of the result say, for a block at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from triage.assess import ORIGIN, SUPPORT_ORDER
from triage.assessment import Support
from triage.batch.columns import Unit, units_of
from triage.condition import All, AnyOf, AtLeast, Condition, Fact, Item, Not
from triage.pack import EMERGENCY, LEVELS, RANK, Cause, Pack, Sentence
from triage.waiting import asking
from triage.walk import conditions
from triage.worlds import Compiled, Plane, Sheet

STATUSES = ("complete", "incomplete", "unsettled")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a cause stands: where it has each support, the best origin of evidence for it, how much there is.

    ``origins`` are planes by rank of the origin, 0 for none; ``supporting`` and ``against`` hold one plane
    for each piece of evidence.
    """

    support: Mapping[Support, Plane]
    origins: tuple[Plane, ...]
    supporting: tuple[Plane, ...]
    against: tuple[Plane, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What ``width`` rows come to, as planes; the meaning is that of :class:`triage.assessment.Assessment`.

    ``unfit`` are the rows with an answer to a question that does not apply; nothing else about them counts.
    """

    width: int
    full: Plane
    unfit: Plane
    status: tuple[Plane, ...]
    levels: tuple[Plane, ...]
    could_reach: tuple[Plane, ...]
    flags: tuple[Plane, ...]
    shown: Plane
    causes: tuple[Standing, ...]
    unasked: Mapping[str, Plane] = field(default_factory=dict)
    unknown: Mapping[str, Plane] = field(default_factory=dict)


class Evaluator:
    """Evaluates blocks of rows under a pack, as far as the fields ask for it. It can be pickled."""

    def __init__(self, pack: Pack, fields: Sequence[str]) -> None:
        self.pack = pack
        self.fields = tuple(fields)
        self.openings = Openings(pack) if "open" in fields else None
        own = [condition for _, _, condition in conditions(pack)]
        # The status hangs on what is still to be asked everywhere, the level on what is for emergencies.
        urgent = [flag.when for flag in pack.red_flags if RANK[flag.level] >= EMERGENCY]
        asks = own if "status" in fields else urgent
        self.compiled = Compiled(pack, [*own, *(self.openings.nodes if self.openings else ())], asks=asks)
        self.units = tuple(units_of(pack))

    def __reduce__(self) -> tuple[type["Evaluator"], tuple[Pack, tuple[str, ...]]]:
        """Code made at run time does not travel; it is made anew."""
        return Evaluator, (self.pack, self.fields)

    def evaluate(self, planes: Sequence[Plane], width: int) -> Result:
        """What the rows come to, given one plane for each slot in the order of ``compiled.slots``."""
        sheet = self.compiled.sheet(planes, width)
        answered = self._answered(planes)
        withheld = self.pack.about.causes_withheld
        shown = sheet.full ^ (sheet.planes(withheld.when).yes if withheld else 0)
        levels = tuple(sheet.levels())
        ranked = "causes" in self.fields
        unasked, unknown = self._open(sheet, planes, answered, shown)
        return Result(
            width=width,
            full=sheet.full,
            unfit=_any(answered[q.id] & sheet.planes(q.only_if).no for q in self.pack.questions if q.only_if),
            status=_status(sheet, self.pack, shown) if "status" in self.fields else (),
            levels=levels,
            could_reach=tuple(_could_reach(sheet, levels)),
            flags=tuple(sheet.planes(flag.when).yes for flag in self.pack.red_flags),
            shown=shown,
            causes=tuple(_standing(sheet, cause, ranked) for cause in self.pack.causes),
            unasked=unasked,
            unknown=unknown,
        )

    def _answered(self, planes: Sequence[Plane]) -> dict[str, Plane]:
        """For each question the rows that answer it, be it with *not known*."""
        found = dict.fromkeys(self.pack.question, 0)
        for slot, plane in zip(self.compiled.slots, planes, strict=True):
            found[slot.question] |= plane
        return found

    def _open(
        self, sheet: Sheet[Plane], planes: Sequence[Plane], answered: Mapping[str, Plane], shown: Plane
    ) -> tuple[dict[str, Plane], dict[str, Plane]]:
        """For each question where it is open: with something not asked, and with nothing but *not known*."""
        if self.openings is None:
            return {}, {}
        slots = self.compiled.slots
        unasked, unknown = dict.fromkeys(self.pack.question, 0), dict.fromkeys(self.pack.question, 0)
        for unit, plane in self.openings.where_open(sheet, shown).items():
            known = planes[slots[self.compiled.slots_of(*unit)[-1]]]
            unasked[unit.question] |= plane & (sheet.full ^ known)
            unknown[unit.question] |= plane & known
        return unasked, {name: plane & ~unasked[name] for name, plane in unknown.items()}


def _any(planes: Iterable[Plane]) -> Plane:
    found = 0
    for plane in planes:
        found |= plane
    return found


def _could_reach(sheet: Sheet[Plane], levels: Sequence[Plane]) -> Iterator[Plane]:
    """Where each level is the highest that is not excluded; never lower than the one that is certain."""
    reached = [sheet.full, *(sheet.possible(rank) for rank in range(1, len(LEVELS))), 0]
    certain = 0
    for rank in range(len(LEVELS) - 1, 0, -1):
        certain |= levels[rank]
        reached[rank] |= certain
    return (reached[rank] & (sheet.full ^ reached[rank + 1]) for rank in range(len(LEVELS)))


def outcome(pack: Pack, sheet: Sheet[Plane], shown: Plane) -> Iterator[tuple[Condition, Plane]]:
    """The conditions that together are the outcome, each with the rows in which it counts."""
    about, general = pack.about, pack.general
    yield from ((flag.when, sheet.full) for flag in pack.red_flags)
    if about.causes_withheld and about.causes_withheld.when:
        yield about.causes_withheld.when, sheet.full
    for cause in pack.causes:
        for part in (*cause.supporting, *cause.against):
            yield part.when, shown
        told = shown & _any(sheet.full ^ sheet.planes(part.when).no for part in cause.supporting)
        yield from _sentences(
            (*cause.about, *cause.handling, *cause.advice, *cause.tests, *cause.follow_up), told
        )
    yield from _reassurance(pack, sheet)
    if about.carer is not None:
        yield about.carer.when, sheet.full
    for rank, level in enumerate(LEVELS):
        if any(sentence.when is not None for sentence in about.levels[level].say):
            reached = sheet.full ^ sheet.fired(rank + 1)
            yield from _sentences(
                about.levels[level].say, reached & (sheet.possible(rank) if rank else reached)
            )
    yield from _sentences((*about.finding, *about.not_established), sheet.full)
    yield from _sentences(
        (*general.advice, *general.tests, *general.ask_doctor, *general.follow_up), sheet.full
    )


def _sentences(sentences: Iterable[Sentence], where: Plane) -> Iterator[tuple[Condition, Plane]]:
    return ((sentence.when, where) for sentence in sentences if sentence.when is not None)


def _reassurance(pack: Pack, sheet: Sheet[Plane]) -> Iterator[tuple[Condition, Plane]]:
    """The guard of every reassuring sentence; it counts while it may still hold."""
    guard = pack.about.reassurance
    if guard is not None:
        where = sheet.full ^ (sheet.fired(1) | sheet.planes(guard.when).no)
        where &= sheet.full ^ _any(sheet.planes(off.when).yes for off in guard.switch_off)
        yield guard.when, where
        yield from ((off.when, where) for off in guard.switch_off)


def _status(sheet: Sheet[Plane], pack: Pack, shown: Plane) -> tuple[Plane, ...]:
    """Where the status is complete, incomplete, unsettled."""
    unasked = unknown = 0
    for _, where in asking(sheet):
        unasked |= where
    for condition, where in outcome(pack, sheet, shown):
        planes = sheet.planes(condition)
        unknown |= where & (sheet.full ^ (planes.yes | planes.no))
    return sheet.full ^ unknown, unasked, unknown & (sheet.full ^ unasked)


def _standing(sheet: Sheet[Plane], cause: Cause, ranked: bool) -> Standing:
    support = sheet.support(cause)
    named: dict[Support, Plane] = {name: support[name] for name in SUPPORT_ORDER}
    if not ranked:
        return Standing(named, (), (), ())
    supporting = tuple(sheet.planes(part.when).yes for part in cause.supporting)
    against = tuple(sheet.planes(part.when).yes for part in cause.against)
    origins = []
    left = sheet.full
    for rank in range(len(ORIGIN), 0, -1):
        parts = zip(cause.supporting, supporting, strict=True)
        best = left & _any(plane for part, plane in parts if ORIGIN[part.origin] == rank)
        origins.append(best)
        left ^= best
    return Standing(named, (left, *reversed(origins)), supporting, against)


class Openings:
    """Which questions could still change the outcome: what is unknown, followed down to the answers."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self._numbers: dict[Condition, int] = {}
        self._parts: list[tuple[int, ...]] = []
        own = [condition for _, _, condition in conditions(pack)]
        # By identity, because comparing trees would cost more; the pack keeps its conditions.
        self._own = {id(condition): self._visit(condition) for condition in own}
        self.nodes = tuple(self._numbers)
        self._units = [_unit(node) for node in self.nodes]

    def _visit(self, condition: Condition) -> int:
        """The number of a condition, higher than those of all that it is made of."""
        if condition not in self._numbers:
            parts = tuple(self._visit(part) for part in self._made_of(condition))
            self._numbers[condition] = len(self._numbers)
            self._parts.append(parts)
        return self._numbers[condition]

    def _made_of(self, condition: Condition) -> tuple[Condition, ...]:
        """What has to be known for a condition to be known; for an atom, whether its question applies."""
        match condition:
            case Not(of):
                return (of,)
            case All(of) | AnyOf(of) | AtLeast(_, of):
                return of
            case Fact(name):
                return (self.pack.fact[name].when,)
            case _:
                gate = self.pack.question[condition.question].only_if
                return () if gate is None else (gate,)

    def where_open(self, sheet: Sheet[Plane], shown: Plane) -> dict[Unit, Plane]:
        """For each unit the rows in which one of its atoms could still change the outcome."""
        planes = (sheet.planes(node) for node in self.nodes)
        unknown = [sheet.full ^ (one.yes | one.no) for one in planes]
        wanted = [0] * len(unknown)
        for condition, where in outcome(self.pack, sheet, shown):
            number = self._own[id(condition)]
            wanted[number] |= where & unknown[number]
        found: dict[Unit, Plane] = {}
        for number in range(len(wanted) - 1, -1, -1):
            plane = wanted[number]
            if plane:
                for part in self._parts[number]:
                    wanted[part] |= plane & unknown[part]
                unit = self._units[number]
                if unit is not None:
                    found[unit] = found.get(unit, 0) | plane
        return found


def _unit(node: Condition) -> Unit | None:
    """What an atom asks about; None for what is no atom."""
    if isinstance(node, Not | All | AnyOf | AtLeast | Fact):
        return None
    return Unit(node.question, node.item if isinstance(node, Item) else None)
