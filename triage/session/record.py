"""The records of a session, and what they come to.

The interview knows two events, answered and went back. Around them a session also remembers what was
given beforehand, what was asked, a change of rules and how it ended.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

from triage.answers import NOTHING, STATES, Answer, Answers
from triage.interview import Answered, Event, State, Step, WentBack, retrace
from triage.interview import fold as fold_events
from triage.pack import Kind, Pack

How: TypeAlias = Literal["finished", "stopped", "quit"]


@dataclass(frozen=True, slots=True)
class Wording:
    """One question as it was: its kind, its words, and what could be answered."""

    kind: Kind
    ask: str
    options: Mapping[str, str]
    min: int | None = None
    max: int | None = None
    unit: str | None = None

    def fits(self, item: str | None, answer: Answer) -> bool:
        """Whether this answers the question, or the plainer question about one of its items."""
        if isinstance(answer, Mapping):
            several = self.kind == "several_of" and item is None and len(answer) > 0
            return several and all(self.fits(name, state) for name, state in answer.items())
        if item is not None or self.kind == "several_of":
            return self.kind == "several_of" and item in self.options and answer in STATES
        if isinstance(answer, int):
            return self.kind == "number" and (self.min or 0) <= answer <= (self.max or 0)
        words = ("yes", "no") if self.kind == "yes_no" else self.options
        return answer == "unknown" or answer in words


@dataclass(frozen=True, slots=True)
class Header:
    """The rules a session is held under: which pack, and all that it could ask.

    ``program`` is the version of the program, ``date`` the day the session began.
    """

    program: str
    pack: str
    version: str
    digest: str
    date: str
    questions: Mapping[str, Wording]


class Part(NamedTuple):
    """What one answer is about: a question, or one item of a several-of question."""

    question: str
    item: str | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """Answers given beforehand, by options or a file."""

    answers: Answers


@dataclass(frozen=True, slots=True)
class Asked:
    """A prompt was shown."""

    step: Step


@dataclass(frozen=True, slots=True)
class RulesChanged:
    """From here on other rules hold; the answers to ``dropped`` do not fit them and count no longer."""

    header: Header
    dropped: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Ended:
    """The session ended: with the last question, at an emergency, or because the person quit."""

    how: How


Entry: TypeAlias = Given | Asked | Answered | WentBack | RulesChanged | Ended


@dataclass(frozen=True, slots=True)
class Recording:
    """A whole session. ``header`` is how it began; ``torn`` is the number of a line that was cut off."""

    header: Header
    events: tuple[Entry, ...]
    torn: int | None = None

    @property
    def rules(self) -> Header:
        """The rules that hold at its end."""
        changed = [event.header for event in self.events if isinstance(event, RulesChanged)]
        return changed[-1] if changed else self.header

    @property
    def ended(self) -> How | None:
        """How it ended; None if it broke off."""
        last = self.events[-1] if self.events else None
        return last.how if isinstance(last, Ended) else None


def header_of(pack: Pack, program: str, date: str) -> Header:
    """The header of a session that begins now with these rules."""
    questions = {
        question.id: Wording(
            question.kind,
            question.ask,
            {choice.id: choice.label for choice in question.options},
            question.min,
            question.max,
            question.unit,
        )
        for question in pack.questions
    }
    return Header(program, pack.about.id, pack.about.version, pack.digest, date, questions)


def fold(pack: Pack, events: Iterable[Entry]) -> State:
    """The state after the events of a session; ``pack`` is the one of its last rules."""
    given, steps = course(events)
    return fold_events(pack, steps, given)


def course(events: Iterable[Entry]) -> tuple[Answers, list[Event]]:
    """What was given beforehand, and the interview's own events, without what no longer counts."""
    given: Answers = NOTHING
    steps: list[Event] = []
    for event in events:
        match event:
            case Given(answers):
                given = answers
            case Answered() | WentBack():
                steps.append(event)
            case RulesChanged(_, dropped):
                given, steps = _without(frozenset(dropped), given, steps)
    return given, steps


def _without(dropped: frozenset[Part], given: Answers, steps: list[Event]) -> tuple[Answers, list[Event]]:
    """The same path and the same drafts, in fresh events, without the answers to some parts."""
    path, drafts = retrace(steps)
    before = dict(kept(dropped, ((Step(name), answer) for name, answer in given.items())))
    fresh: list[Event] = [Answered(step, answer) for step, answer in kept(dropped, path)]
    for step, answer in kept(dropped, drafts.items()):
        fresh += (Answered(step, answer), WentBack())
    return {step.question: answer for step, answer in before.items()}, fresh


def kept(dropped: frozenset[Part], answered: Iterable[tuple[Step, Answer]]) -> Iterator[tuple[Step, Answer]]:
    """The answers that go on counting; of a list, the items that do."""
    for step, answer in answered:
        if not dropped.isdisjoint((Part(step.question), Part(step.question, step.item))):
            continue
        if not isinstance(answer, Mapping):
            yield step, answer
        elif left := {
            item: state for item, state in answer.items() if Part(step.question, item) not in dropped
        }:
            yield step, left
