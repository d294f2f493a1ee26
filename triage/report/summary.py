"""From an assessment to a document: what is said, in which order, with which words.

The order is fixed: how soon and where to go, what fired it, what would settle it, what the finding usually
means or why we do not reassure, the causes, how they are usually handled, advice, tests, questions to take
along, follow-up, what would change the advice, sources, the answers given. On paper what one needs at the
doctor's comes first, on a page of its own. In an emergency what is for a planned visit is left out.
"""

from collections.abc import Iterable, Iterator

from triage.assessment import AdviceGiven, Assessment, CauseFound, EvidenceFound
from triage.pack import EMERGENCY, RANK, Pack
from triage.report.document import (
    STEPS,
    Bar,
    Block,
    Bullets,
    Callout,
    Chart,
    Document,
    Heading,
    Notes,
    PageBreak,
    Paragraph,
)
from triage.report.origins import about, answers, sources
from triage.report.outlook import outlook
from triage.report.urgency import how_soon, settling, why_so_soon
from triage.report.wording import cite, explained, open_point, paragraphs, section
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
    "prescription": "Prescription treatment, for a doctor alone to decide",
}

TO_READ = (
    "title", "how soon", "why so soon", "settling", "for later", "finding", "causes", "reasons", "handling",
    "advice", "tests", "questions", "follow-up", "outlook", "doctor",
)  # fmt: skip
ON_PAPER = (
    "title", "how soon", "why so soon", "causes", "questions", "doctor", "notes",
    "settling", "for later", "finding", "reasons", "handling", "advice", "tests", "follow-up", "outlook",
)  # fmt: skip
AT_A_VISIT = ("handling", "tests", "questions", "follow-up")
FOR_LATER = (
    "Nothing from here on needs to be read now. Show it to those who will look after you. Tests, questions "
    "for a visit and follow-up are left out: ask a doctor about them when the emergency is over."
)


def summary(pack: Pack, assessment: Assessment, *, paper: bool = False) -> Document:
    """The whole summary as blocks. ``pack`` lends its words for the answers and its terms.

    With ``paper`` the essentials stand first, with room for notes, and the rest begins on a new page.
    """
    emergency = RANK[assessment.level.id] >= EMERGENCY
    parts: dict[str, Iterator[Block]] = {
        "title": _title(assessment),
        "how soon": how_soon(pack, assessment),
        "settling": settling(pack, assessment),
        "why so soon": why_so_soon(pack, assessment),
        "for later": iter((Heading(2, "For later"), Paragraph(FOR_LATER)) if emergency else ()),
        "finding": _finding(assessment),
        "causes": _causes(assessment),
        "reasons": _reasons(assessment),
        "handling": _handling(assessment),
        "advice": _advice(assessment),
        "tests": section(
            "Tests a doctor may order", assessment.tests, *(cause.tests for cause in assessment.causes)
        ),
        "questions": section("Questions to take along", assessment.ask_doctor),
        "follow-up": section(
            "Follow-up", assessment.follow_up, *(cause.follow_up for cause in assessment.causes)
        ),
        "outlook": outlook(pack, assessment),
        "doctor": _doctor(),
        "notes": iter((Notes("For the doctor's notes", 3), PageBreak())),
    }
    order = [name for name in (ON_PAPER if paper else TO_READ) if not (emergency and name in AT_A_VISIT)]
    told = [block for name in order for block in parts[name]]
    origins = (*sources(pack, assessment), *answers(pack, assessment), *about(assessment))
    return (*explained(told, Glossary(pack.about.terms)), *origins)


def _title(assessment: Assessment) -> Iterator[Block]:
    yield Heading(1, f"Summary: {assessment.pack.title}")
    if assessment.date:
        yield Paragraph(f"Date: {assessment.date}")
    if assessment.carer:
        yield Paragraph(cite(assessment.carer))


# --- what it means ------------------------------------------------------------------------------


def _finding(assessment: Assessment) -> Iterator[Block]:
    yield Heading(2, "What this finding usually means")
    yield from paragraphs(assessment.finding)
    if assessment.reassurance:
        yield Callout("calm", cite(assessment.reassurance))
    elif assessment.not_reassured:
        yield Paragraph("For you, we do not say that this is harmless. Why not:")
        yield Bullets(tuple(cite(doubt) for doubt in assessment.not_reassured))


def _causes(assessment: Assessment) -> Iterator[Block]:
    yield Heading(2, "Causes to discuss with your doctor")
    if assessment.causes_withheld:
        yield Paragraph(cite(assessment.causes_withheld))
        return
    yield from paragraphs(assessment.not_established)
    if assessment.weak_alone:
        yield Paragraph(cite(assessment.weak_alone))
    bars = tuple(_bar(cause) for cause in assessment.causes if cause.support in SUPPORT_WORDS)
    if bars:
        yield Chart(("Cause", "For", "Against"), bars)


def _bar(cause: CauseFound) -> Bar:
    """The strongest that speaks for the cause, and the strongest against it."""
    supporting, against = (
        max((STEPS.index(part.strength) for part in side), default=0)
        for side in (cause.supporting, cause.against)
    )
    return Bar(cause.title, supporting, against)


def _reasons(assessment: Assessment) -> Iterator[Block]:
    if assessment.causes_withheld:
        return
    yield Heading(2, "What speaks for and against each cause")
    for cause in assessment.causes:
        if cause.support in SUPPORT_WORDS:
            yield from _supported(cause)
    yield from _other_causes(assessment.causes)


def _supported(cause: CauseFound) -> Iterator[Block]:
    yield Heading(3, f"{cause.title}: {SUPPORT_WORDS[cause.support]}")
    yield from paragraphs(cause.about)
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
    return "; ".join(open_point(answer) for answer in cause.open)


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
        yield from section("To do", _of_kind(parts, "do"), level=3)
        yield from section("To avoid", _of_kind(parts, "avoid"), level=3)


def _of_kind(parts: Iterable[AdviceGiven], kind: str) -> list[AdviceGiven]:
    return [part for part in parts if part.kind == kind]


def _doctor() -> Iterator[Block]:
    yield Heading(2, "See a doctor")
    yield Paragraph(SEE_A_DOCTOR)
    yield Paragraph(DISCLAIMER)
