"""What a theorem says of a pack: that it holds, or answers that show otherwise, with the rules involved."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from triage.answers import Answer, Answers
from triage.pack import LEVELS, RANK, Pack, RedFlag
from triage.source import Loc
from triage.verify.formula import Formula, Model
from triage.verify.space import Anyone
from triage.worlds import Compiled

Outcome: TypeAlias = Literal["holds", "fails", "not proven"]
Place: TypeAlias = tuple[str, Loc]


@dataclass(frozen=True, slots=True)
class Person:
    """Answers that can be replayed, and the level and ``could_reach`` that are claimed for them."""

    answers: Mapping[str, Answer]
    level: str
    could_reach: str


@dataclass(frozen=True, slots=True)
class Counterexample:
    """One way in which a theorem fails: the people that show it, and where the rules involved stand."""

    message: str
    people: tuple[Person, ...]
    places: tuple[Place, ...] = ()
    hint: str = ""


@dataclass(slots=True)
class Claim:
    """A theorem as far as it was decided.

    ``counterexamples`` show that it fails; ``open`` says what could not be decided within the bounds;
    ``counts`` is what was looked at, and ``witnesses`` people who show what the theorem says there is.
    """

    counterexamples: list[Counterexample] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    counts: dict[str, object] = field(default_factory=dict)
    witnesses: dict[str, Person] = field(default_factory=dict)

    @property
    def outcome(self) -> Outcome:
        """Whether the theorem holds; what was not decided is never taken for proven."""
        if self.counterexamples:
            return "fails"
        return "not proven" if self.open else "holds"


def person(anyone: Anyone, model: Model) -> Person:
    """The answer set that the solver found, with the level it comes to, evaluated anew and alone."""
    (found,) = people(anyone.space.compiled, [anyone.answers(model)])
    return found


def people(compiled: Compiled, answers: Sequence[Answers]) -> list[Person]:
    """Answer sets with the levels that they come to."""
    sheet = compiled.encode(answers)
    levels, possible = sheet.levels(), [sheet.possible(rank) for rank in range(len(LEVELS))]
    found = []
    for number, one in enumerate(answers):
        level = next(name for name, plane in zip(LEVELS, levels, strict=True) if plane >> number & 1)
        reach = max((rank for rank, plane in enumerate(possible) if plane >> number & 1), default=0)
        found.append(Person(one, level, LEVELS[max(reach, RANK[level])]))
    return found


def at_least(levels: list[Formula], rank: int) -> Formula:
    """That the certain level is of this rank or higher."""
    return levels[0].graph.any(levels[rank:])


def flag_place(pack: Pack, flag: RedFlag) -> Place:
    """Where the condition of a red flag stands."""
    number = next(n for n, one in enumerate(pack.red_flags) if one.id == flag.id)
    return "red_flags.yaml", ("red_flags", number, "when")


def question_place(pack: Pack, question: str) -> Place:
    """Where a question stands."""
    return "questions.yaml", ("questions", pack.position[question])


def gate_place(pack: Pack, question: str) -> Place:
    """Where the ``only_if`` of a question stands."""
    return "questions.yaml", ("questions", pack.position[question], "only_if")


def firing(pack: Pack, anyone: Anyone, model: Model) -> Iterator[RedFlag]:
    """The red flags that fire for the answer set the solver found."""
    return (flag for flag in pack.red_flags if model.holds(anyone.sheet.planes(flag.when).yes))


def differs(one: Iterable[Formula], other: Iterable[Formula]) -> Formula:
    """That two lists of planes are not the same."""
    pairs = [first ^ second for first, second in zip(one, other, strict=True)]
    return pairs[0].graph.any(pairs)
