"""What an assessment says: frozen models, and the JSON they become.

Every sentence carries its basis and the ids of the statements it rests on. The level is what is
certain; ``could_reach`` is what is not excluded, and is None only when the two are the same.
"""

from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from triage.pack import Basis, DocumentKind, Level, Origin, Strength

Support: TypeAlias = Literal["strong", "moderate", "weak", "contested", "against", "open", "none"]
Status: TypeAlias = Literal["complete", "incomplete", "unsettled"]
Asked: TypeAlias = Literal["unasked", "unknown"]
Way: TypeAlias = Literal["nothing", "watching", "procedure", "prescription"]


class Result(BaseModel):
    """A part of an assessment."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, defer_build=True)


class Reason(Result):
    """One answer that counts, in the words the person saw."""

    question: str
    item: str | None = None
    text: str


class OpenAnswer(Result):
    """One answer that could still change something: not asked yet, or asked and not known."""

    question: str
    item: str | None = None
    text: str
    status: Asked


class Statement(Result):
    """A sentence with its basis and the statements it rests on."""

    say: str
    basis: Basis
    sources: tuple[str, ...] = ()


class AdviceGiven(Statement):
    """Something to do or to avoid."""

    kind: Literal["do", "avoid"]


class Handled(Statement):
    """How a cause is usually handled."""

    way: Way


class FlagFired(Statement):
    """A red flag that the answers fire."""

    id: str
    level: Level
    because: tuple[Reason, ...]


class FlagOpen(Statement):
    """A red flag that is not excluded: what would settle it, and what alone would fire it."""

    id: str
    level: Level
    open: tuple[OpenAnswer, ...]
    alone: tuple[OpenAnswer, ...]


class EvidenceFound(Statement):
    """A piece of evidence for or against a cause that holds."""

    id: str
    strength: Strength
    origin: Origin
    because: tuple[Reason, ...]


class CauseFound(Result):
    """One documented cause and how the answers stand to it; a cause to discuss, never more."""

    id: str
    title: str
    support: Support
    supporting: tuple[EvidenceFound, ...] = Field((), alias="for")
    against: tuple[EvidenceFound, ...] = ()
    open: tuple[OpenAnswer, ...] = ()
    about: tuple[Statement, ...] = ()
    handling: tuple[Handled, ...] = ()
    advice: tuple[AdviceGiven, ...] = ()
    tests: tuple[Statement, ...] = ()
    follow_up: tuple[Statement, ...] = ()


class LevelFound(Result):
    """A triage level with its words."""

    id: Level
    title: str
    within: str
    say: tuple[Statement, ...]


class PackUsed(Result):
    """Which pack, exactly."""

    id: str
    version: str
    digest: str
    title: str
    reviewed: str
    review_note: str


class OpenQuestion(Result):
    """A question whose answer could still change the outcome."""

    id: str
    ask: str
    status: Asked
    items: tuple[str, ...] = ()


class SourceCited(Result):
    """A document that sentences of this assessment rest on, and which of its statements they use."""

    id: str
    title: str
    publisher: str
    date: str
    kind: DocumentKind
    read: str
    statements: tuple[str, ...]


class NotReassured(Statement):
    """One reason why no reassuring sentence is given."""

    id: str


class Assessment(Result):
    """Everything one set of answers comes to."""

    pack: PackUsed
    date: str | None
    status: Status
    level: LevelFound
    could_reach: Level | None
    floor: bool = Field(
        description="The level is raised because an emergency sign was asked about and stays unknown"
    )
    carer: Statement | None
    red_flags: tuple[FlagFired, ...]
    possible_flags: tuple[FlagOpen, ...]
    finding: tuple[Statement, ...]
    reassured: bool
    reassurance: Statement | None
    not_reassured: tuple[NotReassured, ...]
    causes: tuple[CauseFound, ...]
    causes_withheld: Statement | None
    established: bool
    not_established: tuple[Statement, ...]
    weak_alone: Statement | None
    advice: tuple[AdviceGiven, ...]
    tests: tuple[Statement, ...]
    ask_doctor: tuple[Statement, ...]
    follow_up: tuple[Statement, ...]
    open_questions: tuple[OpenQuestion, ...]
    sources: tuple[SourceCited, ...]
    answers: dict[str, str | int | dict[str, str]]
