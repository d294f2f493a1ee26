"""From an assessment to a document: what is said, in which order, with which words.

The order is fixed: how soon and where to go, what fired it, what the finding usually means or why
we do not reassure, the causes, how they are usually handled, advice, tests, questions to take along,
follow-up, sources, the answers given.
"""

from collections.abc import Iterable, Iterator

from triage.answers import describe_answer
from triage.assessment import (
    Assessment,
    CauseFound,
    EvidenceFound,
    OpenAnswer,
    SourceCited,
    Statement,
)
from triage.pack import EMERGENCY, RANK, Pack, Role
from triage.report.document import Block, Bullets, Callout, Document, Heading, Paragraph, Tone
from triage.terms import Glossary

DISCLAIMER = (
    "This summary prepares a visit to a doctor. It is not a diagnosis, and it does not replace a doctor's "
    "advice. It knows the causes that its documents name; yours may be missing here."
)
SEE_A_DOCTOR = (
    "See a doctor about this finding, whatever else this summary says. Take your scan report and this "
    "page with you."
)
SUPPORT_WORDS = {
    "strong": "your answers speak strongly for it",
    "moderate": "your answers speak for it",
    "weak": "your answers speak for it a little",
    "contested": "some answers speak strongly for it and some strongly against it",
}
ORIGIN_WORDS = {
    "report": "the scan report",
    "record": "what is on record",
    "history": "your history",
    "exposure": "where you lived or what you met",
    "age": "your age",
}
WAY_WORDS = {
    "nothing": "Often nothing needs to be done",
    "watching": "Watching",
    "procedure": "Procedures that specialists choose",
    "prescription": "Prescription treatment that only a doctor can decide on",
}


def summary(pack: Pack, assessment: Assessment) -> Document:
    """The whole summary as blocks. ``pack`` lends its words for the answers and its terms."""
    glossary = Glossary(pack.about.terms)
    blocks = [
        *_title(assessment),
        *_how_soon(pack, assessment),
        *_why_so_soon(assessment),
        *_finding(assessment),
        *_causes(assessment),
        *_handling(assessment),
        *_advice(assessment),
        *_section(
            "Tests a doctor may order", assessment.tests, *(cause.tests for cause in assessment.causes)
        ),
        *_section("Questions to take along", assessment.ask_doctor),
        *_section("Follow-up", assessment.follow_up, *(cause.follow_up for cause in assessment.causes)),
        *_doctor(),
        *_sources(assessment),
        *_answers(pack, assessment),
        *_about(assessment),
    ]
    return tuple(_explained(block, glossary) for block in blocks)


def cite(part: Statement) -> str:
    """The sentence with where it comes from in brackets."""
    return f"{part.say} {mark(part)}"


def mark(part: Statement) -> str:
    """Where a sentence comes from: ``[S16]``, ``[we reason from R19.x]`` or ``[our judgement]``."""
    if part.basis == "judgement":
        return "[our judgement]"
    names = ", ".join(part.sources)
    return f"[we reason from {names}]" if part.basis == "derived" else f"[{names}]"


def _title(assessment: Assessment) -> Iterator[Block]:
    yield Heading(1, f"Summary: {assessment.pack.title}")
    if assessment.date:
        yield Paragraph(f"Date: {assessment.date}")


# --- how soon -----------------------------------------------------------------------------------


def _how_soon(pack: Pack, assessment: Assessment) -> Iterator[Block]:
    yield Heading(2, "How soon, and where to go")
    level = assessment.level
    says = tuple(cite(part) for part in level.say)
    emergency_open = assessment.could_reach is not None and RANK[assessment.could_reach] >= EMERGENCY
    title = f"{level.title} ({level.within})"
    if assessment.could_reach is not None:
        title = f"At least: {title}"
    yield Callout(_tone(assessment), title, says)
    if assessment.floor:
        yield Paragraph(
            "An emergency sign was asked about and the answer is not known. "
            "For that alone, be seen within a day."
        )
    if assessment.could_reach is not None:
        yield from _could_reach(pack, assessment, emergency_open)
    if assessment.status == "incomplete":
        count = sum(question.status == "unasked" for question in assessment.open_questions)
        noun = "question that matters was" if count == 1 else "questions that matter were"
        yield Paragraph(
            f"This summary is not complete: {count} {noun} not answered. "
            "What was not answered counts as not known."
        )


def _tone(assessment: Assessment) -> Tone:
    rank = max(RANK[assessment.level.id], RANK[assessment.could_reach or "consultation"])
    return "alarm" if rank >= EMERGENCY else "soon" if rank > 0 else "calm"


def _could_reach(pack: Pack, assessment: Assessment, emergency: bool) -> Iterator[Block]:
    """What is not ruled out, the signs that would make it urgent, and the answers that would settle it."""
    could = pack.about.levels[assessment.could_reach or assessment.level.id]
    yield Paragraph(f"We could not rule out something more urgent: {could.title} ({could.within}).")
    flags = [flag for flag in assessment.possible_flags if not emergency or RANK[flag.level] >= EMERGENCY]
    answers = tuple(dict.fromkeys(answer for flag in flags for answer in flag.open))
    signs = tuple(answer for answer in answers if emergency and _role(pack, answer) == "symptom")
    others = tuple(answer for answer in answers if answer not in signs)
    if signs:
        yield Paragraph("If you have any of these now, do not wait; get emergency help:")
        yield Bullets(tuple(f"{answer.text} ({_status(answer)})" for answer in signs))
    if others:
        yield Paragraph(
            "These answers would also help to settle it:" if signs else "These answers would settle it:"
        )
        yield Bullets(tuple(f"{answer.text} ({_status(answer)})" for answer in others))


def _role(pack: Pack, answer: OpenAnswer) -> Role:
    question = pack.question[answer.question]
    return question.role_of(answer.item) if answer.item else question.role


def _status(answer: OpenAnswer) -> str:
    return "not sure" if answer.status == "unknown" else "not answered"


def _why_so_soon(assessment: Assessment) -> Iterator[Block]:
    if assessment.red_flags:
        yield Heading(2, "Why so soon")
        yield Bullets(
            tuple(
                f"{cite(flag)} You said: {'; '.join(reason.text for reason in flag.because)}."
                for flag in assessment.red_flags
            )
        )


# --- what it means ------------------------------------------------------------------------------


def _finding(assessment: Assessment) -> Iterator[Block]:
    yield Heading(2, "What this finding usually means")
    yield from _paragraphs(assessment.finding)
    if assessment.reassurance:
        yield Callout("calm", cite(assessment.reassurance))
    elif assessment.not_reassured:
        yield Paragraph("For you, we do not say that this is harmless. Why not:")
        yield Bullets(tuple(doubt.say for doubt in assessment.not_reassured))


def _causes(assessment: Assessment) -> Iterator[Block]:
    yield Heading(2, "Causes to discuss with your doctor")
    if assessment.causes_withheld:
        yield Paragraph(cite(assessment.causes_withheld))
        return
    yield from _paragraphs(assessment.not_established)
    if assessment.weak_alone:
        yield Paragraph(cite(assessment.weak_alone))
    for cause in assessment.causes:
        if cause.support in SUPPORT_WORDS:
            yield from _supported(cause)
    yield from _other_causes(assessment.causes)


def _supported(cause: CauseFound) -> Iterator[Block]:
    yield Heading(3, f"{cause.title}: {SUPPORT_WORDS[cause.support]}")
    yield from _paragraphs(cause.about)
    yield Bullets(
        (
            *(_evidence("For", part) for part in cause.supporting),
            *(_evidence("Against", part) for part in cause.against),
            *((f"Still open: {_open_list(cause)}.",) if cause.open else ()),
        )
    )


def _evidence(side: str, part: EvidenceFound) -> str:
    reasons = "; ".join(reason.text for reason in part.because)
    return f"{side} ({part.strength}, from {ORIGIN_WORDS[part.origin]}): {cite(part)} You said: {reasons}."


def _open_list(cause: CauseFound) -> str:
    return "; ".join(f"{answer.text} ({_status(answer)})" for answer in cause.open)


def _other_causes(causes: Iterable[CauseFound]) -> Iterator[Block]:
    groups = {
        "against": "Your answers speak against",
        "open": "Still open, because something is not known",
        "none": "Nothing in your answers points to",
    }
    for support, words in groups.items():
        points = tuple(_other(cause) for cause in causes if cause.support == support)
        if points:
            yield Heading(3, words)
            yield Bullets(points)


def _other(cause: CauseFound) -> str:
    if cause.support == "open":
        return f"{cause.title}. It would help to know: {_open_list(cause)}."
    return " ".join((f"{cause.title}.", *(cite(part) for part in cause.against)))


# --- what follows -------------------------------------------------------------------------------


def _handling(assessment: Assessment) -> Iterator[Block]:
    causes = [cause for cause in assessment.causes if cause.handling]
    if causes:
        yield Heading(2, "How this is usually handled")
    for cause in causes:
        yield Heading(3, cause.title)
        yield Bullets(tuple(f"{WAY_WORDS[part.way]}: {cite(part)}" for part in cause.handling))


def _advice(assessment: Assessment) -> Iterator[Block]:
    parts = (*assessment.advice, *(part for cause in assessment.causes for part in cause.advice))
    if parts:
        yield Heading(2, "General advice")
        yield Bullets(_once(f"{'Avoid: ' if part.kind == 'avoid' else ''}{cite(part)}" for part in parts))


def _section(title: str, *groups: Iterable[Statement]) -> Iterator[Block]:
    points = _once(cite(part) for group in groups for part in group)
    if points:
        yield Heading(2, title)
        yield Bullets(points)


def _doctor() -> Iterator[Block]:
    yield Heading(2, "See a doctor")
    yield Paragraph(SEE_A_DOCTOR)
    yield Paragraph(DISCLAIMER)


def _paragraphs(parts: Iterable[Statement]) -> Iterator[Block]:
    return (Paragraph(cite(part)) for part in parts)


def _once(points: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(points))


# --- where it comes from ------------------------------------------------------------------------


def _sources(assessment: Assessment) -> Iterator[Block]:
    groups = {
        "The client's three documents": [part for part in assessment.sources if part.kind == "client_seed"],
        "Outside evidence": [
            part for part in assessment.sources if part.kind not in ("client_seed", "judgement")
        ],
        "Our own judgement": [part for part in assessment.sources if part.kind == "judgement"],
    }
    yield Heading(2, "Sources")
    for title, documents in groups.items():
        if documents:
            yield Heading(3, title)
            yield Bullets(tuple(_source(part) for part in documents))


def _source(part: SourceCited) -> str:
    told = f"{part.id}: {part.title}. {part.publisher}, {part.date}. Read: {part.read}."
    return f"{told} Statements: {', '.join(part.statements)}." if part.statements else told


def _answers(pack: Pack, assessment: Assessment) -> Iterator[Block]:
    yield Heading(2, "Your answers")
    told = tuple(
        f"{pack.question[name].label}: {describe_answer(pack.question[name], value)}"
        for name, value in assessment.answers.items()
    )
    yield Bullets(told) if told else Paragraph("No question was answered.")


def _about(assessment: Assessment) -> Iterator[Block]:
    used = assessment.pack
    yield Heading(2, "About this summary")
    yield Paragraph(
        f"Rules: {used.id} {used.version}, reviewed {used.reviewed}, digest {used.digest[:16]}. "
        f"{used.review_note}"
    )


def _explained(block: Block, glossary: Glossary) -> Block:
    """The block with each medical term explained where it stands first."""
    match block:
        case Paragraph(text):
            return Paragraph(glossary.explain(text))
        case Bullets(points):
            return Bullets(tuple(glossary.explain(point) for point in points))
        case Callout(tone, title, lines):
            return Callout(tone, glossary.explain(title), tuple(glossary.explain(line) for line in lines))
        case Heading():
            return block
