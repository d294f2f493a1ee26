"""The schema of a pack: the shapes its files may have, as frozen models.

Everything an author can write is here, field by field; :mod:`triage.loading` reads the files and
joins them into one :class:`Pack`.
"""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, update_wrapper
from typing import Annotated, Literal, TypeAlias, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from triage.condition import Condition, ConditionError, Names, parse
from triage.source import Text

T = TypeVar("T")

Level: TypeAlias = Literal[
    "consultation", "consultation_2w", "consultation_24", "emergency", "emergency_ambulance"
]
LEVELS: tuple[Level, ...] = (
    "consultation",
    "consultation_2w",
    "consultation_24",
    "emergency",
    "emergency_ambulance",
)
RANK: dict[str, int] = {level: rank for rank, level in enumerate(LEVELS)}
EMERGENCY = RANK["emergency"]
# What an emergency sign gives that was asked about to the end and is still not known.
FLOOR: Level = "consultation_24"

Kind: TypeAlias = Literal["yes_no", "one_of", "several_of", "number"]
Role: TypeAlias = Literal["symptom", "risk", "relieving", "neutral"]
Strength: TypeAlias = Literal["weak", "moderate", "strong"]
Origin: TypeAlias = Literal["age", "exposure", "history", "record", "report"]
Basis: TypeAlias = Literal["sourced", "derived", "judgement"]
DocumentKind: TypeAlias = Literal[
    "client_seed", "guideline", "review", "study", "public_health", "reference", "case_report", "judgement"
]
Flaw: TypeAlias = Literal["unsafe", "wrong", "unsupported", "inconsistent", "translation"]
JUDGEMENT: DocumentKind = "judgement"
SEED: DocumentKind = "client_seed"


@dataclass(frozen=True, slots=True)
class Written:
    """Annotates text of a certain form. Unlike StringConstraints it is no work to build a validator of."""

    pattern: str
    shortest: int | None = None
    longest: int | None = None

    def __get_pydantic_core_schema__(self, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.str_schema(
            pattern=self.pattern, min_length=self.shortest, max_length=self.longest, strict=True
        )


Id: TypeAlias = Annotated[str, Written(r"^[a-z][a-z0-9_]*$", longest=48)]
Code: TypeAlias = Annotated[str, Written(r"^[A-Za-z][A-Za-z0-9_.]*$", longest=64)]
Reference: TypeAlias = Annotated[str, Written(r"^[a-z_]+(/[A-Za-z0-9_. ]+)+$", longest=120)]
Version: TypeAlias = Annotated[str, Written(r"^\d+\.\d+\.\d+$")]
Line: TypeAlias = Annotated[str, Written(r"^\S", 1, 300)]
Prose: TypeAlias = Annotated[str, Written(r"^\S", 1, 2_000)]


def _read_condition(value: object, info: ValidationInfo[object]) -> Condition:
    """Read a condition with the names of the pack, which the loader passes as the context."""
    if not isinstance(value, str):
        raise PydanticCustomError("condition", "a condition is text, for example 'fever and jaundice'")
    names = info.context if isinstance(info.context, Names) else Names({}, {}, frozenset())
    written = _as_written(value)
    try:
        return parse(value if written is None else written, names)
    except ConditionError as error:
        offset = 0 if written is None else error.offset
        context = {"message": error.message, "hint": error.hint, "offset": offset, "pointed": error.pointed()}
        raise PydanticCustomError("condition", "{message}", context) from None


def _as_written(value: str) -> str | None:
    """The condition as it stands in the file, so that offsets are places; None if they cannot be.

    Quotes and the header of a block are blanked out; white space means nothing in a condition.
    """
    if not isinstance(value, Text):
        return None
    if value.raw[:1] in (">", "|"):
        header, _, body = value.raw.partition("\n")
        return " " * len(header) + "\n" + body
    if value.raw[:1] in ("'", '"'):
        return " " + value.raw[1:-1] if value.raw[1:-1] == value else None
    return value.raw


@dataclass(frozen=True, slots=True)
class ReadFrom:
    """Annotates a type that is read from text: how, and how it is described.

    Unlike pydantic's own PlainValidator it never looks into the type itself, which saves a third of
    the time that building the models takes.
    """

    read: Callable[[object, ValidationInfo[object]], object]
    description: str

    def __get_pydantic_core_schema__(self, _source: object, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(
            self.read, serialization=core_schema.to_string_ser_schema()
        )

    def __get_pydantic_json_schema__(self, _schema: object, _handler: object) -> dict[str, object]:
        return {"type": "string", "description": self.description}


When: TypeAlias = Annotated[
    Condition, ReadFrom(_read_condition, "A condition, such as: fever and (jaundice or chills)")
]


class Citation(str):
    """The id of a statement; ``words`` are those of the citer that rest on it ("" if all of them do)."""

    __slots__ = ("words",)
    words: str


_CITATION = re.compile(r"([A-Za-z][A-Za-z0-9_.]{0,63})(?: for (\S.*))?")


def _read_citation(value: object, _info: object) -> Citation:
    """Read ``S31`` or ``S31 for hepatitis B``."""
    found = _CITATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise PydanticCustomError(
            "citation", "a source is the id of a statement, such as 'S16' or 'S31 for hepatitis B'"
        )
    citation = Citation(found[1])
    citation.words = found[2] or ""
    return citation


Cites: TypeAlias = Annotated[
    Citation, ReadFrom(_read_citation, "A statement, such as: S16, or: S31 for hepatitis B")
]


class Model(BaseModel):
    """Nothing unknown, nothing converted, nothing changed afterwards."""

    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, arbitrary_types_allowed=True, defer_build=True
    )


class Cited(Model):
    """Something that says where it comes from."""

    basis: Basis = Field(
        description="sourced: a statement says so; derived: we reason from statements; judgement"
    )
    sources: tuple[Cites, ...] = Field(
        (), strict=False, description="Statements of sources.yaml, each with the words that rest on it"
    )


class Sentence(Cited):
    """One sentence for the person, with its basis, shown when its condition holds."""

    say: Prose
    when: When | None = None


class LevelText(Model):
    """How a triage level is worded."""

    title: Line
    within: Line
    say: tuple[Sentence, ...] = Field(strict=False, min_length=1)


class SwitchOff(Cited):
    """A reason not to reassure: unless it is surely not so, no reassuring sentence is shown."""

    id: Id
    when: When
    because: Line


class Reassurance(Cited):
    """The reassuring sentence, when the report supports it, and everything that switches it off."""

    when: When
    say: Prose
    switch_off: tuple[SwitchOff, ...] = Field(strict=False, min_length=1)


class Whenever(Cited):
    """A sentence for the person and the condition under which it is said."""

    when: When
    say: Prose


class About(Model):
    """pack.yaml: what the pack is, how levels are worded, and what holds for the whole of it.

    ``carer`` is said when someone answers for a child; ``causes_withheld`` in place of ranked causes.
    """

    id: Id
    version: Version
    title: Line
    reviewed: Annotated[str, Written(r"^\d{4}-\d{2}-\d{2}$")]
    review_note: Prose
    audience: Prose
    subject: Line
    levels: dict[Level, LevelText]
    finding: tuple[Sentence, ...] = Field(strict=False, min_length=1)
    not_established: tuple[Sentence, ...] = Field(strict=False, min_length=1)
    weak_alone: Sentence
    terms: dict[str, Line] = {}
    medicines: tuple[Line, ...] = Field((), strict=False)
    carer: Whenever | None = None
    causes_withheld: Whenever | None = None
    reassurance: Reassurance | None = None


class NamedFact(Model):
    """A named condition."""

    id: Id
    when: When
    says: Line


class Choice(Model):
    """One option of a one-of question, or one item of a several-of question."""

    id: Id
    label: Line
    plainer: Line | None = None
    role: Role | None = None


class Question(Cited):
    """One question. Every question can also be answered with "not sure"."""

    id: Id
    kind: Kind
    section: Line
    ask: Line
    label: Line
    why: Prose
    role: Role = "neutral"
    only_if: When | None = None
    plainer: Line | None = None
    options: tuple[Choice, ...] = Field((), strict=False)
    none: Id | None = None
    min: int | None = None
    max: int | None = None
    unit: Line | None = None

    @cached_property
    def choices(self) -> dict[str, Choice]:
        """The options by id, in the author's order."""
        return {choice.id: choice for choice in self.options}

    def role_of(self, item: str) -> Role:
        """The role of one item: its own, else the question's."""
        return self.choices[item].role or self.role


class RedFlag(Cited):
    """A condition that raises the triage level.

    ``adds_to`` is the flag whose matter this one goes into further; ``weaker_form_of`` is the flag that
    this one stands in for when a relieving answer takes it away, and beside which it need not be told.
    """

    id: Id
    evidence: Line
    level: Level
    when: When
    say: Prose
    adds_to: Id | None = None
    weaker_form_of: Id | None = None


class Evidence(Cited):
    """One piece of evidence for or against a cause.

    ``adds_to`` is the evidence on the same side whose matter this one goes into further.
    """

    id: Id
    when: When
    strength: Strength
    origin: Origin
    say: Prose
    adds_to: Id | None = None


class Handling(Sentence):
    """How something is usually handled; never an instruction."""

    way: Literal["nothing", "watching", "procedure", "prescription"]


class Advice(Sentence):
    """Something to do, or to avoid."""

    id: Id | None = None
    kind: Literal["do", "avoid"]


class Cause(Model):
    """One documented cause: what speaks for it and against it, and what usually follows from it."""

    id: Id
    title: Line
    code: Line
    about: tuple[Sentence, ...] = Field(strict=False, min_length=1)
    supporting: tuple[Evidence, ...] = Field(strict=False, min_length=1, alias="for")
    against: tuple[Evidence, ...] = Field((), strict=False)
    handling: tuple[Handling, ...] = Field((), strict=False)
    advice: tuple[Advice, ...] = Field((), strict=False)
    tests: tuple[Sentence, ...] = Field((), strict=False)
    follow_up: tuple[Sentence, ...] = Field((), strict=False)


class General(Model):
    """advice.yaml: what holds whatever the cause."""

    advice: tuple[Advice, ...] = Field(strict=False, min_length=1)
    tests: tuple[Sentence, ...] = Field((), strict=False)
    ask_doctor: tuple[Sentence, ...] = Field((), strict=False)
    follow_up: tuple[Sentence, ...] = Field((), strict=False)


class Document(Model):
    """A document that statements come from, and how it was read."""

    id: Code
    title: Line
    publisher: Line
    date: Line
    kind: DocumentKind
    read: Line
    note: Prose | None = None


class Statement(Model):
    """One statement of a document, in our own words; cited somewhere, or withheld for a reason."""

    id: Code
    document: Code
    where: Line
    says: Prose
    withheld: Prose | None = None


class Problem(Model):
    """Something wrong with what documents say, and what in the pack deals with it (``kind/id``)."""

    id: Code
    statements: tuple[Code, ...] = Field(strict=False, min_length=1)
    severity: tuple[Flaw, ...] = Field(strict=False, min_length=1)
    says: Prose
    handled: Prose
    by: tuple[Reference, ...] = Field(strict=False, min_length=1)


class Side(Model):
    """What some statements say in a conflict."""

    statements: tuple[Code, ...] = Field(strict=False, min_length=1)
    says: Prose


class Conflict(Cited):
    """Where documents disagree: the sides, the one taken, and where the pack takes it (``kind/id``)."""

    id: Id
    about: Line
    sides: tuple[Side, ...] = Field(strict=False, min_length=2)
    taken: Prose
    by: tuple[Reference, ...] = Field(strict=False, min_length=1)


AnswerValue: TypeAlias = str | int | dict[str, str]


class Expectation(Model):
    """What a worked case must come to; only what is named is compared.

    ``says`` are words of which each stands in some sentence that the person is told, ``says_not`` words that
    stand in none.
    """

    level: Level
    could_reach: Level | None
    status: Literal["complete", "incomplete", "unsettled"] | None = None
    reassured: bool | None = None
    red_flags: tuple[Id, ...] | None = Field(None, strict=False)
    causes: dict[Id, str] = {}
    first: Id | None = None
    not_first: tuple[Id, ...] = Field((), strict=False)
    says: tuple[Line, ...] = Field((), strict=False)
    says_not: tuple[Line, ...] = Field((), strict=False)


class Case(Model):
    """A person's answers with the expected assessment, and what in the evidence demands it."""

    id: Id
    demands: Line
    says: Line
    answers: dict[Id, AnswerValue]
    rest: Literal["no", "unasked"] = "unasked"
    near_miss_of: Line | None = None
    expect: Expectation


class QuestionsFile(Model):
    """questions.yaml"""

    questions: tuple[Question, ...] = Field(strict=False, min_length=1)


class FactsFile(Model):
    """facts.yaml"""

    facts: tuple[NamedFact, ...] = Field(strict=False)


class RedFlagsFile(Model):
    """red_flags.yaml"""

    red_flags: tuple[RedFlag, ...] = Field(strict=False)


class SourcesFile(Model):
    """sources.yaml"""

    documents: tuple[Document, ...] = Field(strict=False, min_length=1)
    statements: tuple[Statement, ...] = Field(strict=False)
    problems: tuple[Problem, ...] = Field((), strict=False)
    conflicts: tuple[Conflict, ...] = Field((), strict=False)


class CasesFile(Model):
    """cases.yaml"""

    cases: tuple[Case, ...] = Field(strict=False)


class Leave(Model):
    """Leave to lower a level, or what can be reached: for whom (a condition of the old pack), and why."""

    before: Level = Field(alias="from")
    after: Level = Field(alias="to")
    where: When
    reason: Prose


class WaiverFile(Model):
    """What `triage diff --waivers` reads: what may be lowered between these two versions of a pack."""

    old: Version
    new: Version
    waivers: tuple[Leave, ...] = Field(strict=False)


class Pack(Model):
    """A whole pack: what all its files say, joined and checked."""

    about: About
    questions: tuple[Question, ...]
    facts: tuple[NamedFact, ...]
    red_flags: tuple[RedFlag, ...]
    causes: tuple[Cause, ...]
    general: General
    documents: tuple[Document, ...]
    statements: tuple[Statement, ...]
    problems: tuple[Problem, ...]
    conflicts: tuple[Conflict, ...]
    digest: str

    def with_parts(self, **parts: object) -> "Pack":
        """The same pack with some of its fields replaced; nothing is checked."""
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return Pack.model_construct(**{**fields, **parts})

    @cached_property
    def question(self) -> dict[str, Question]:
        """The questions by id, in the author's order."""
        return {question.id: question for question in self.questions}

    @cached_property
    def fact(self) -> dict[str, NamedFact]:
        """The named conditions by id."""
        return {fact.id: fact for fact in self.facts}

    @cached_property
    def position(self) -> dict[str, int]:
        """Each question's place in the author's order."""
        return {question.id: place for place, question in enumerate(self.questions)}

    @cached_property
    def statement(self) -> dict[str, Statement]:
        """The statements by id."""
        return {statement.id: statement for statement in self.statements}

    @cached_property
    def document(self) -> dict[str, Document]:
        """The documents by id."""
        return {document.id: document for document in self.documents}


def once(make: Callable[[Pack], T]) -> Callable[[Pack], T]:
    """Decorates what is made from a pack alone: made when first asked for, and kept with the pack."""
    name = f"{make.__module__}.{make.__qualname__}"

    def kept(pack: Pack) -> T:
        known = cast("tuple[Pack, T] | None", vars(pack).get(name))
        if known is None or known[0] is not pack:  # a changed copy comes with what was made from the first
            known = vars(pack)[name] = pack, make(pack)
        return known[1]

    return update_wrapper(kept, make)


def digest(content: object) -> str:
    """The SHA-256 of parsed content in one canonical form (key order and layout do not matter)."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
