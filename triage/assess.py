"""From answers to an :class:`~triage.assessment.Assessment`: level, causes, advice, and their sources.

Pure: no clock, file or console. The level is the highest that fires and nothing lowers it; what is
not excluded is ``could_reach``; causes are ranked by support, then by what they rest on.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType
from typing import cast

from pydantic import BaseModel

from triage.answers import Answers, describe, normalise
from triage.asking import asking
from triage.assessment import (
    AdviceGiven,
    Assessment,
    CauseFound,
    EvidenceFound,
    FlagFired,
    FlagOpen,
    Handled,
    LevelFound,
    NotReassured,
    OpenAnswer,
    OpenQuestion,
    PackUsed,
    Reason,
    SourceCited,
    Statement,
    Status,
    Support,
)
from triage.condition import Item, Open, Verdict
from triage.logic import UNKNOWN, YES
from triage.pack import (
    FLOOR,
    JUDGEMENT,
    LEVELS,
    RANK,
    Advice,
    Cause,
    Evidence,
    Level,
    Origin,
    Pack,
    Reassurance,
    Sentence,
    Strength,
    Whenever,
)
from triage.view import View, because, check_live

STRENGTH: Mapping[Strength, int] = {"weak": 1, "moderate": 2, "strong": 3}
ORIGIN: Mapping[Origin, int] = {"age": 1, "exposure": 2, "history": 3, "record": 4, "report": 5}
SUPPORT_ORDER: tuple[Support, ...] = ("strong", "moderate", "weak", "contested", "against", "open", "none")
SUPPORTED = frozenset[Support]({"strong", "moderate", "weak", "contested"})


def assess(pack: Pack, answers: Mapping[str, object], *, date: str | None = None) -> Assessment:
    """What the answers come to under the pack.

    ``answers`` maps question ids to answers in any form :func:`triage.answers.normalise` accepts;
    what is missing is unknown. Raises :class:`triage.errors.AnswerError` for answers that name no
    question, lie outside its domain, or do not apply beside the others.
    """
    canonical = normalise(pack, answers)
    view = View(pack, canonical)
    check_live(view)
    return _assessment(view, canonical, date)


def _assessment(view: View, answers: Answers, date: str | None) -> Assessment:
    pack = view.pack
    level, floor = certain_level(view)
    could_reach = LEVELS[max(view.possible_rank(), RANK[level])]
    still_open = view.open_atoms()
    reassured, doubts = _reassurance(view, level, could_reach)
    withheld = _whenever(view, pack.about.causes_withheld)
    hidden = withheld is not None
    causes = () if hidden else ranked(view)
    established = any(cause.support in SUPPORTED for cause in causes)
    guard = pack.about.reassurance
    result = Assessment(
        pack=_pack_used(pack),
        date=date,
        status=_status(view, still_open),
        level=_level(view, level),
        could_reach=None if could_reach == level else could_reach,
        floor=floor,
        carer=_whenever(view, pack.about.carer),
        red_flags=tuple(_fired(view)),
        possible_flags=tuple(_possible(view, RANK[level])),
        finding=tuple(_said(view, pack.about.finding)),
        reassured=reassured,
        reassurance=_statement(guard) if guard and reassured else None,
        not_reassured=doubts,
        causes=causes,
        causes_withheld=withheld,
        established=established,
        not_established=() if established or hidden else tuple(_said(view, pack.about.not_established)),
        weak_alone=_statement(pack.about.weak_alone) if causes and causes[0].support == "weak" else None,
        advice=tuple(_advice(view, pack.general.advice)),
        tests=tuple(_said(view, pack.general.tests)),
        ask_doctor=tuple(_said(view, pack.general.ask_doctor)),
        follow_up=tuple(_said(view, pack.general.follow_up)),
        open_questions=tuple(_open_questions(pack, still_open)),
        sources=(),
        answers={
            name: dict(value) if isinstance(value, Mapping) else value for name, value in answers.items()
        },
    )
    return result.model_copy(update={"sources": tuple(_sources(pack, result))})


# --- level --------------------------------------------------------------------------------------


def certain_level(view: View) -> tuple[Level, bool]:
    """The level that is certain, and whether it stands on the floor alone.

    The floor: an emergency flag that was asked about to the end and is still unknown gives at least
    ``consultation_24``.
    """
    fired = view.fired_rank()
    if fired < RANK[FLOOR] and view.emergency_asked_in_vain():
        return FLOOR, True
    return LEVELS[fired], False


def _level(view: View, level: Level) -> LevelFound:
    words = view.pack.about.levels[level]
    return LevelFound(id=level, title=words.title, within=words.within, say=tuple(_said(view, words.say)))


def _status(view: View, still_open: Iterable[Open]) -> Status:
    if asking(view):
        return "incomplete"
    return "unsettled" if still_open else "complete"


def _fired(view: View) -> Iterator[FlagFired]:
    flags = sorted(view.pack.red_flags, key=lambda flag: -RANK[flag.level])
    for flag in flags:
        verdict = view.judge(flag.when)
        if verdict.truth is YES:
            yield FlagFired(
                id=flag.id,
                level=flag.level,
                say=flag.say,
                basis=flag.basis,
                sources=flag.sources,
                because=_reasons(view, verdict),
            )


def _possible(view: View, rank: int) -> Iterator[FlagOpen]:
    for flag, verdict in sorted(view.open_flags(rank), key=lambda pair: -RANK[pair[0].level]):
        yield FlagOpen(
            id=flag.id,
            level=flag.level,
            say=flag.say,
            basis=flag.basis,
            sources=flag.sources,
            open=_open(view.pack, verdict.open),
            alone=_open(view.pack, view.alone(verdict, flag.when)),
        )


# --- reassurance --------------------------------------------------------------------------------


def _reassurance(view: View, level: Level, could_reach: Level) -> tuple[bool, tuple[NotReassured, ...]]:
    """Whether the guard of every reassuring sentence holds, and if not, why not."""
    guard = view.pack.about.reassurance
    if guard is None:
        return False, ()
    doubts = tuple(_doubts(view, guard, level, could_reach))
    return not doubts, doubts


def _doubts(view: View, guard: Reassurance, level: Level, could_reach: Level) -> Iterator[NotReassured]:
    report = view.judge(guard.when).truth
    if report is not YES:
        yield _own_doubt("report", "Your answers do not say that the report calls the spot harmless.")
    for off in guard.switch_off:
        truth = view.judge(off.when).truth
        if truth is YES:
            yield NotReassured(id=off.id, say=off.because, basis=off.basis, sources=off.sources)
        elif truth is UNKNOWN and report is YES:
            say = f"Not known so far: {off.because[0].lower()}{off.because[1:]}"
            yield NotReassured(id=off.id, say=say, basis=off.basis, sources=off.sources)
    if level != LEVELS[0]:
        yield _own_doubt("level", "Your answers call for a doctor sooner than a planned visit.")
    elif could_reach != level:
        yield _own_doubt("could_reach", "Something more urgent is not ruled out yet.")


def _own_doubt(name: str, say: str) -> NotReassured:
    """A doubt that rests on the guard itself, not on a statement."""
    return NotReassured(id=name, say=say, basis=JUDGEMENT)


# --- causes -------------------------------------------------------------------------------------


def ranked(view: View) -> tuple[CauseFound, ...]:
    """The causes by support, then best origin of the evidence for, then evidence for minus against,
    then the pack's order."""
    found = [_cause(view, cause) for cause in view.pack.causes]
    return tuple(sorted(found, key=_rank))


def _rank(cause: CauseFound) -> tuple[int, int, int]:
    best = max((ORIGIN[part.origin] for part in cause.supporting), default=0)
    return SUPPORT_ORDER.index(cause.support), -best, len(cause.against) - len(cause.supporting)


def _cause(view: View, cause: Cause) -> CauseFound:
    supporting, undecided = _evidence(view, cause.supporting)
    against, doubtful = _evidence(view, cause.against)
    support = support_of(supporting, against, bool(undecided))
    told = support in SUPPORTED
    return CauseFound(
        id=cause.id,
        title=cause.title,
        support=support,
        supporting=supporting,
        against=against,
        open=_open(view.pack, dict.fromkeys((*undecided, *doubtful))),
        about=tuple(_said(view, cause.about)) if told else (),
        handling=tuple(
            Handled(**_statement(part).model_dump(), way=part.way)
            for part in (cause.handling if told else ())
            if view.holds(part.when)
        ),
        advice=tuple(_advice(view, cause.advice)) if told else (),
        tests=tuple(_said(view, cause.tests)) if told else (),
        follow_up=tuple(_said(view, cause.follow_up)) if told else (),
    )


def support_of(
    supporting: Iterable[EvidenceFound], against: Iterable[EvidenceFound], undecided: bool
) -> Support:
    """How a cause stands: its strongest evidence for, unless strong evidence speaks against it.

    ``undecided`` says whether some evidence for it is still unknown.
    """
    best = max((part.strength for part in supporting), key=STRENGTH.__getitem__, default=None)
    worst = max((part.strength for part in against), key=STRENGTH.__getitem__, default=None)
    if worst == "strong":
        return "contested" if best == "strong" else "against"
    if best is not None:
        return best
    if undecided:
        return "open"
    return "none" if worst is None else "against"


def _evidence(view: View, parts: Iterable[Evidence]) -> tuple[tuple[EvidenceFound, ...], tuple[Open, ...]]:
    """The evidence that holds, and the atoms that could still make the rest hold."""
    found: list[EvidenceFound] = []
    still_open: dict[Open, None] = {}
    for part in parts:
        verdict = view.judge(part.when)
        still_open.update(dict.fromkeys(verdict.open))
        if verdict.truth is YES:
            found.append(
                EvidenceFound(
                    id=part.id,
                    strength=part.strength,
                    origin=part.origin,
                    say=part.say,
                    basis=part.basis,
                    sources=part.sources,
                    because=_reasons(view, verdict),
                )
            )
    return tuple(found), tuple(still_open)


# --- sentences, reasons, sources ----------------------------------------------------------------


def _statement(part: object) -> Statement:
    cited = cast(Sentence, part)
    return Statement(say=cited.say, basis=cited.basis, sources=cited.sources)


def _whenever(view: View, part: Whenever | None) -> Statement | None:
    return _statement(part) if part is not None and view.holds(part.when) else None


def _said(view: View, sentences: Iterable[Sentence]) -> Iterator[Statement]:
    return (_statement(sentence) for sentence in sentences if view.holds(sentence.when))


def _advice(view: View, parts: Iterable[Advice]) -> Iterator[AdviceGiven]:
    for part in parts:
        if view.holds(part.when):
            yield AdviceGiven(say=part.say, basis=part.basis, sources=part.sources, kind=part.kind)


def _reasons(view: View, verdict: Verdict) -> tuple[Reason, ...]:
    return tuple(
        Reason(
            question=atom.question,
            item=atom.item if isinstance(atom, Item) else None,
            text=because(view, atom),
        )
        for atom in verdict.because
    )


def _open(pack: Pack, still_open: Iterable[Open]) -> tuple[OpenAnswer, ...]:
    answers = {
        OpenAnswer(
            question=atom.question,
            item=atom.item if isinstance(atom, Item) else None,
            text=describe(pack, atom),
            status=status,
        ): None
        for atom, status in still_open
    }
    return tuple(answers)


def _open_questions(pack: Pack, still_open: Iterable[Open]) -> Iterator[OpenQuestion]:
    """The questions behind the open atoms, in the author's order."""
    items: dict[str, list[str]] = {}
    statuses: dict[str, set[str]] = {}
    for atom, status in still_open:
        items.setdefault(atom.question, [])
        statuses.setdefault(atom.question, set()).add(status)
        if isinstance(atom, Item):
            items[atom.question].append(atom.item)
    for question in pack.questions:
        if question.id in items:
            status = "unasked" if "unasked" in statuses[question.id] else "unknown"
            yield OpenQuestion(
                id=question.id, ask=question.ask, status=status, items=tuple(items[question.id])
            )


def _pack_used(pack: Pack) -> PackUsed:
    about = pack.about
    return PackUsed(
        id=about.id,
        version=about.version,
        digest=pack.digest,
        title=about.title,
        reviewed=about.reviewed,
        review_note=about.review_note,
    )


def _sources(pack: Pack, result: Assessment) -> Iterator[SourceCited]:
    """The documents behind every sentence of the result, and their statements, in the pack's order."""
    said = list(_sentences(result))
    used = {name for part in said for name in part.sources}
    judged = any(part.basis == JUDGEMENT for part in said)
    cited: dict[str, list[str]] = {}
    for statement in pack.statements:
        if statement.id in used:
            cited.setdefault(statement.document, []).append(statement.id)
    for document in pack.documents:
        if document.id in cited or (judged and document.kind == JUDGEMENT):
            told = document.model_dump(exclude={"note"})
            yield SourceCited(**told, statements=tuple(cited.get(document.id, ())))


def _sentences(part: object) -> Iterator[Statement]:
    if isinstance(part, Statement):
        yield part
    if isinstance(part, BaseModel):
        for inner in vars(part).values():
            if isinstance(inner, BaseModel | tuple):
                yield from _sentences(inner)
    elif isinstance(part, tuple):
        for inner in part:
            yield from _sentences(inner)


class _Callable(ModuleType):
    """Python puts a module that was imported in the place of a function of its name: so it is one."""

    def __call__(self, pack: Pack, answers: Mapping[str, object], *, date: str | None = None) -> Assessment:
        return assess(pack, answers, date=date)


sys.modules[__name__].__class__ = _Callable
