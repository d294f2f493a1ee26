"""Where a summary comes from: the documents, the answers, the pack."""

from collections.abc import Iterator

from triage.answers import describe_answer
from triage.assessment import Assessment, SourceCited
from triage.pack import JUDGEMENT, SEED, Pack
from triage.report.document import Block, Bullets, Heading, Paragraph, Table

COUNTS = {1: "one document", 2: "two documents", 3: "three documents"}


def sources(pack: Pack, assessment: Assessment) -> Iterator[Block]:
    """The documents cited: those the tool started from, outside evidence, our judgement, each apart."""
    begun = sum(part.kind == SEED for part in pack.documents)
    groups = {
        f"The {COUNTS.get(begun, 'documents')} this tool started from": [
            part for part in assessment.sources if part.kind == SEED
        ],
        "Outside evidence": [part for part in assessment.sources if part.kind not in (SEED, JUDGEMENT)],
        "Our own judgement": [part for part in assessment.sources if part.kind == JUDGEMENT],
    }
    yield Heading(2, "Sources")
    for title, documents in groups.items():
        if documents:
            yield Heading(3, title)
            yield Bullets(tuple(_source(part) for part in documents))


def _source(part: SourceCited) -> str:
    title = part.title if part.title.endswith(("?", "!", ".")) else f"{part.title}."
    if part.kind == JUDGEMENT:
        return f"[our judgement]: {title}"
    told = f"{part.id}: {title} Publisher: {part.publisher}. Date: {part.date}. Read: {part.read}."
    return f"{told} Cited here: {', '.join(part.statements)}."


def answers(pack: Pack, assessment: Assessment) -> Iterator[Block]:
    """Every answer on the live path, in the person's words."""
    yield Heading(2, "Your answers")
    told = tuple(
        (pack.question[name].label, describe_answer(pack.question[name], value))
        for name, value in assessment.answers.items()
    )
    yield Table(("Question", "Your answer"), told) if told else Paragraph("No question was answered.")


def about(assessment: Assessment) -> Iterator[Block]:
    """Which pack, exactly."""
    used = assessment.pack
    yield Heading(2, "About this summary")
    yield Paragraph(
        f"Rules: {used.id} {used.version}, reviewed {used.reviewed}, digest {used.digest[:16]}. "
        f"{used.review_note}"
    )
