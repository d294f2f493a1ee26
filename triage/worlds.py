"""The conditions of a pack over many answer sets at once: the one fast evaluator.

Each condition has three *planes*, integers with one bit for each answer set: surely so, surely not, and
*to ask* (not known, and some atom that could settle it was never asked). The whole pack is written out
once as straight-line ``&``, ``|`` and ``^`` over such integers, so one person is one bit and a block of a
hundred thousand is the same code. So are *all* answer sets: a plane can be anything with these three
signs, a formula over every possible answer too, and that is how proofs are made.
:func:`triage.condition.judge`, which also gives reasons, says the same about every answer set; a test holds
the two together.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Generic, NamedTuple, Protocol, Self, TypeAlias, TypeVar, assert_never

from triage.answers import Answer, Answers
from triage.condition import (
    COMPARE,
    All,
    AnyOf,
    AtLeast,
    Atom,
    Compare,
    Condition,
    Fact,
    Item,
    Not,
    Option,
    Said,
)
from triage.domain import bands
from triage.pack import EMERGENCY, FLOOR, LEVELS, RANK, Cause, Evidence, Pack, RedFlag, once
from triage.walk import conditions, readers

Plane: TypeAlias = int
_NAME = re.compile(r"v\d+")


class Bits(Protocol):
    """Which of the answer sets: a plane, or anything else that adds up like one."""

    def __and__(self, other: Self, /) -> Self: ...
    def __or__(self, other: Self, /) -> Self: ...
    def __xor__(self, other: Self, /) -> Self: ...


P = TypeVar("P", bound=Bits)


class Slot(NamedTuple):
    """One input plane: the answer sets in which a question, or one item of it, was answered so."""

    question: str
    item: str | None
    value: str


class Planes(NamedTuple, Generic[P]):
    """Where a condition surely holds, surely does not, is open with something left to ask, and where asking
    on could still settle it with a yes and with a no."""

    yes: P
    no: P
    ask: P
    may_yes: P
    may_no: P

    def in_vain(self, full: P) -> P:
        """Where it was asked about as far as that can settle it, and is not known."""
        return full ^ (self.yes | self.no | self.may_yes | self.may_no)


class Kernel(Protocol):
    """The whole pack as one function from the planes of the slots to those of the conditions."""

    def __call__(self, planes: Sequence[P], full: P, /) -> tuple[P, ...]: ...


class Compiled:
    """A pack written out as one function. Build it once; ``sheet`` evaluates any number of answer sets.

    ``wanted`` are the conditions to evaluate: those of the pack, unless others over it are given. ``cuts``
    are the bands of its numbers, where finer ones than its own are needed. ``asks`` are the conditions whose
    planes about asking on are wanted, all of them unless some are given; the others have None in their place,
    which cannot be used by mistake, and nothing is evaluated for them.
    """

    def __init__(
        self,
        pack: Pack,
        wanted: Iterable[Condition] | None = None,
        cuts: Mapping[str, tuple[range, ...]] | None = None,
        asks: Iterable[Condition] | None = None,
    ) -> None:
        self.pack = pack
        self.bands = bands(pack) if cuts is None else cuts
        self.slots = {slot: number for number, slot in enumerate(self._slots())}
        self._by_unit: dict[tuple[str, str | None], list[Slot]] = {}
        for slot in self.slots:
            self._by_unit.setdefault((slot.question, slot.item), []).append(slot)
        self.places: dict[int, int] = {}
        # Places go by identity, because comparing trees would cost more; what is kept keeps its identity.
        self._kept = [condition for _, _, condition in conditions(pack)] if wanted is None else [*wanted]
        self._readings: dict[str, Compiled] = {}
        self._kernel = self._write(self._kept, None if asks is None else set(map(id, asks)))

    def _slots(self) -> Iterable[Slot]:
        for question in self.pack.questions:
            if question.kind == "several_of":
                for item in question.choices:
                    yield from (Slot(question.id, item, state) for state in ("no", "yes", "unknown"))
                continue
            values: Iterable[str] = question.choices
            if question.kind == "yes_no":
                values = ("no", "yes")
            elif question.kind == "number":
                values = (str(number) for number in range(len(self.bands[question.id])))
            yield from (Slot(question.id, None, value) for value in (*values, "unknown"))

    def slots_of(self, question: str, item: str | None = None) -> list[Slot]:
        """The slots of a question, or of one item of it; the last one is *asked and not known*."""
        return self._by_unit[question, item]

    @property
    def units(self) -> Iterable[tuple[str, str | None]]:
        """Everything that has an answer of its own: each question, or each item of a several-of question."""
        return self._by_unit

    def slot(self, question: str, item: str | None, value: str | int) -> Slot:
        """The slot of one answer; a number stands in that of its band."""
        if isinstance(value, int):
            value = str(next(n for n, band in enumerate(self.bands[question]) if value in band))
        return Slot(question, item, value)

    def slots_for(self, question: str, answer: Answer) -> Iterable[Slot]:
        """The slots of a canonical answer, one for each item that it names."""
        if isinstance(answer, Mapping):
            return (self.slot(question, item, state) for item, state in answer.items())
        return (self.slot(question, None, answer),)

    def encode(self, people: Iterable[Answers]) -> "Sheet[Plane]":
        """Evaluate canonical answer sets, one bit each, the first one in the lowest bit."""
        planes = [0] * len(self.slots)
        width = 0
        for width, answers in enumerate(people, start=1):  # the count is used below
            bit = 1 << (width - 1)
            for question, answer in answers.items():
                for slot in self.slots_for(question, answer):
                    planes[self.slots[slot]] |= bit
        return self.sheet(planes, width)

    def sheet(self, planes: Sequence[Plane], width: int) -> "Sheet[Plane]":
        """Evaluate ``width`` answer sets, given as one plane for each slot in the order of ``slots``."""
        return self.over(planes, (1 << width) - 1)

    def over(self, planes: Sequence[P], full: P) -> "Sheet[P]":
        """The same over anything that adds up like planes; ``full`` are all the answer sets there are."""
        return Sheet(self, full, self._kernel(planes, full))

    def reading(self, question: str) -> "Compiled":
        """The conditions that read a question, facts and gates looked through, by themselves; made once."""
        if question not in self._readings:
            reading = readers(self.pack)[question]
            self._readings[question] = self.part([one for one in self._kept if id(one) in reading])
        return self._readings[question]

    def part(self, wanted: Iterable[Condition], asks: Iterable[Condition] | None = None) -> "Compiled":
        """Other conditions over the same slots, as ``Compiled(pack, wanted, asks=asks)`` writes them."""
        made = copy(self)
        made.places, made._readings, made._kept = {}, {}, [*wanted]
        made._kernel = made._write(made._kept, None if asks is None else set(map(id, asks)))
        return made

    def place(self, condition: Condition) -> int:
        """Where the planes of a condition of the pack stand in the kernel's result."""
        return self.places[id(condition)]

    def _write(self, wanted: Sequence[Condition], asks: Container[int] | None) -> Kernel:
        writer = _Writer(self)
        results: list[str] = []
        for condition in wanted:
            self.places[id(condition)] = len(results)
            yes, no, *still = writer.node(condition)
            results += yes, no
            results += still if asks is None or id(condition) in asks else ["None"] * len(still)
        body = "\n".join(f"    {line}" for line in _needed(writer.lines, results))
        found = "".join(f"{name}, " for name in results)
        code = f"def kernel(p, full):\n    none = full ^ full\n{body}\n    return ({found})\n"
        made: dict[str, Kernel] = {}
        exec(code, made)  # the text is made of numbers alone, never of words from a pack
        return made["kernel"]


@once
def compiled(pack: Pack) -> Compiled:
    """A whole pack written out, once for all that use it."""
    return Compiled(pack)


class _Names(NamedTuple):
    """The names of the variables that hold a condition's planes."""

    yes: str
    no: str
    ask: str
    may_yes: str
    may_no: str


class _Writer:
    """Writes conditions as assignments; equal conditions are written once."""

    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.lines: list[str] = []
        self._done: dict[Condition, _Names] = {}

    def node(self, condition: Condition) -> _Names:
        if condition not in self._done:
            self._done[condition] = self._fresh(condition)
        return self._done[condition]

    def _fresh(self, condition: Condition) -> _Names:
        match condition:
            case Not(of):
                yes, no, ask, may_yes, may_no = self.node(of)
                return _Names(no, yes, ask, may_no, may_yes)
            case All(of):
                return self._counted(len(of), of)
            case AnyOf(of):
                return self._counted(1, of)
            case AtLeast(count, of):
                return self._counted(count, of)
            case Fact(name):
                return self.node(self.compiled.pack.fact[name].when)
            case _:
                return self._atom(condition)

    def _counted(self, count: int, of: Sequence[Condition]) -> _Names:
        """At least ``count`` of the parts hold; until that is known, what is to ask for one is for all."""
        parts = [self.node(part) for part in of]
        against = len(of) - count + 1
        yes = self._count(count, [part.yes for part in parts])
        no = self._count(against, [part.no for part in parts])
        unknown = self._line(f"full ^ ({yes} | {no})")
        ask = self._line(f"({_or(part.ask for part in parts)}) & {unknown}")
        for_it = self._count(count, [self._either(part.yes, part.may_yes) for part in parts])
        against_it = self._count(against, [self._either(part.no, part.may_no) for part in parts])
        return _Names(
            yes, no, ask, self._line(f"{for_it} & {unknown}"), self._line(f"{against_it} & {unknown}")
        )

    def _atom(self, atom: Atom) -> _Names:
        slots = self.compiled.slots_of(atom.question, atom.item if isinstance(atom, Item) else None)
        said = {slot.value: f"p[{self.compiled.slots[slot]}]" for slot in slots}
        unknown = said.pop("unknown")
        true = {value for value in said if self._holds(atom, value)}
        yes = self._line(_or(said[value] for value in said if value in true))
        no = self._line(_or(said[value] for value in said if value not in true))
        unasked = self._line(f"full ^ ({yes} | {no} | {unknown})")
        condition = self.compiled.pack.question[atom.question].only_if
        if condition is None:
            return _Names(yes, no, unasked, unasked, unasked)
        gate = self.node(condition)
        live = self._line(f"full ^ {gate.no}")
        yes = self._line(f"{yes} & {live}")
        no = self._line(f"{no} | {gate.no}")
        unsettled = self._line(f"full ^ ({yes} | {no})")
        ask = self._line(f"({unasked} | {gate.ask}) & {unsettled}")
        may_yes = self._line(f"{unasked} & {unsettled}")
        return _Names(yes, no, ask, may_yes, self._line(f"({unasked} | {gate.may_no}) & {unsettled}"))

    def _holds(self, atom: Atom, value: str) -> bool:
        match atom:
            case Said() | Item():
                return value == "yes"
            case Option(_, option):
                return value == option
            case Compare(question, sign, number):
                return COMPARE[sign](self.compiled.bands[question][int(value)].start, number)
            case _:  # pragma: no cover  # mypy proves that there is no other atom
                assert_never(atom)

    def _either(self, one: str, other: str) -> str:
        return self._line(f"{one} | {other}")

    def _count(self, count: int, parts: Sequence[str]) -> str:
        """At least ``count`` of the parts, as a table that grows part by part."""
        if count == 1:
            return self._line(_or(parts))
        if count == len(parts):
            return self._line(_and(parts))
        reached = ["full", *["none"] * count]
        for part in parts:
            for number in range(count, 0, -1):
                reached[number] = self._line(f"{reached[number]} | ({reached[number - 1]} & {part})")
        return reached[count]

    def _line(self, expression: str) -> str:
        name = f"v{len(self.lines)}"
        self.lines.append(f"{name} = {expression}")
        return name


def _needed(lines: Sequence[str], results: Iterable[str]) -> list[str]:
    """The assignments that the results hang on, in their order."""
    needed = set(results)
    found = []
    for line in reversed(lines):
        name, _, expression = line.partition(" = ")
        if name in needed:
            needed.update(_NAME.findall(expression))
            found.append(line)
    return found[::-1]


def _and(names: Iterable[str]) -> str:
    return " & ".join(names) or "full"


def _or(names: Iterable[str]) -> str:
    return " | ".join(names) or "none"


@dataclass(frozen=True, slots=True)
class Sheet(Generic[P]):
    """What every condition of a pack comes to in the answer sets of ``full``."""

    compiled: Compiled
    full: P
    results: tuple[P, ...]

    @property
    def none(self) -> P:
        """No answer set at all."""
        return self.full ^ self.full

    def planes(self, condition: Condition | None) -> Planes[P]:
        """The planes of a condition of the pack; no condition always holds."""
        if condition is None:
            return Planes(self.full, self.none, self.none, self.none, self.none)
        place = self.compiled.place(condition)
        return Planes(*self.results[place : place + len(Planes._fields)])

    def answered(self, question: str, planes: Sequence[P]) -> "Sheet[P]":
        """The same after another answer to one question: what does not read it stays as it is."""
        reading = self.compiled.reading(question)
        fresh, results, width = reading.over(planes, self.full), [*self.results], len(Planes._fields)
        for condition, place in reading.places.items():
            at = self.compiled.places[condition]
            results[at : at + width] = fresh.results[place : place + width]
        return Sheet(self.compiled, self.full, tuple(results))

    def fired(self, rank: int) -> P:
        """Where some red flag of this rank or higher fires."""
        return self.any(self.planes(flag.when).yes for flag in self._flags(rank))

    def possible(self, rank: int) -> P:
        """Where some red flag of this rank or higher is not excluded."""
        return self.any(self.full ^ self.planes(flag.when).no for flag in self._flags(rank))

    def in_vain(self) -> P:
        """Where some emergency flag was asked about as far as that can settle it, and is not known."""
        return self.any(self.planes(flag.when).in_vain(self.full) for flag in self._flags(EMERGENCY))

    def certain(self, rank: int) -> P:
        """Where the certain level is of this rank or higher, be it by a flag or by the floor."""
        if rank == 0:
            return self.full
        return self.fired(rank) | self.in_vain() if rank <= RANK[FLOOR] else self.fired(rank)

    def levels(self) -> list[P]:
        """Where each level, from the lowest to the highest, is the certain one."""
        reached = [self.full, *(self.fired(rank) for rank in range(1, len(LEVELS))), self.none]
        reached[RANK[FLOOR]] |= self.in_vain()
        for rank in range(RANK[FLOOR], 0, -1):
            reached[rank - 1] |= reached[rank]
        return [reached[rank] & (self.full ^ reached[rank + 1]) for rank in range(len(LEVELS))]

    def outcome(self) -> Iterator[P]:
        """The planes that together are the outcome: what is said and shown, not what is still unknown."""
        about, general = self.compiled.pack.about, self.compiled.pack.general
        for name, plane in zip(LEVELS, self.levels(), strict=True):
            yield plane
            yield from (plane & self.planes(part.when).yes for part in about.levels[name].say if part.when)
        if about.carer is not None:
            yield self.planes(about.carer.when).yes
        yield from (self.planes(flag.when).yes for flag in self.compiled.pack.red_flags)
        withheld = about.causes_withheld
        shown = self.full ^ (self.planes(withheld.when).yes if withheld else self.none)
        yield shown
        for cause in self.compiled.pack.causes:
            yield from (shown & plane for plane in self._cause(cause))
        yield self.reassured()
        for sentence in (*about.finding, *about.not_established, *general.advice, *general.tests,
                         *general.ask_doctor, *general.follow_up):  # fmt: skip
            yield self.planes(sentence.when).yes

    def _cause(self, cause: Cause) -> Iterator[P]:
        support = self.support(cause)
        yield from (support[name] for name in ("contested", "against", "strong", "moderate", "weak"))
        yield from (self._of(part).yes for part in (*cause.supporting, *cause.against))
        told = support["contested"] | support["strong"] | support["moderate"] | support["weak"]
        for sentence in (*cause.about, *cause.handling, *cause.advice, *cause.tests, *cause.follow_up):
            yield told & self.planes(sentence.when).yes

    def reassured(self) -> P:
        """Where the guard of every reassuring sentence holds."""
        guard = self.compiled.pack.about.reassurance
        if guard is None:
            return self.none
        doubt = self.possible(1) | self.in_vain()
        for off in guard.switch_off:
            doubt |= self.full ^ self.planes(off.when).no
        return self.planes(guard.when).yes & (self.full ^ doubt)

    def support(self, cause: Cause) -> dict[str, P]:
        """Where a cause has each support, by the same rule as :func:`triage.assess.support_of`."""
        supporting = self._by_strength(cause.supporting)
        against = self._by_strength(cause.against)
        undecided = self.any(self.full ^ (part.yes | part.no) for part in map(self._of, cause.supporting))
        found: dict[str, P] = {}
        left = self.full
        for name, where in (
            ("contested", against["strong"] & supporting["strong"]),
            ("against", against["strong"]),
            ("strong", supporting["strong"]),
            ("moderate", supporting["moderate"]),
            ("weak", supporting["weak"]),
            ("open", undecided),
            ("against", against["moderate"] | against["weak"]),
            ("none", self.full),
        ):
            found[name] = found.get(name, self.none) | (where & left)
            left &= self.full ^ where
        return found

    def _by_strength(self, parts: Sequence[Evidence]) -> dict[str, P]:
        return {
            strength: self.any(self._of(part).yes for part in parts if part.strength == strength)
            for strength in ("strong", "moderate", "weak")
        }

    def _of(self, part: Evidence) -> Planes[P]:
        return self.planes(part.when)

    def _flags(self, rank: int) -> Iterable[RedFlag]:
        return (flag for flag in self.compiled.pack.red_flags if RANK[flag.level] >= rank)

    def any(self, planes: Iterable[P]) -> P:
        """Where at least one of the planes holds; joined in pairs, so that formulas do not grow deep."""
        left = [*planes]
        while len(left) > 1:
            last = left[-1:] if len(left) % 2 else []
            left = [one | other for one, other in zip(left[::2], left[1::2], strict=False)] + last
        return left[0] if left else self.none
