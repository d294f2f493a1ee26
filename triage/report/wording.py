"""How a sentence is written with where it comes from, and what still is not known."""

from collections.abc import Iterable, Iterator

from triage.assessment import OpenAnswer, Statement
from triage.pack import Level, Pack
from triage.report.document import Block, Bullets, Callout, Heading, Paragraph
from triage.terms import Glossary


def cite(part: Statement) -> str:
    """The sentence with where it comes from in brackets."""
    return f"{part.say} {mark(part)}"


def mark(part: Statement) -> str:
    """Where a sentence comes from: ``[S16]``, ``[we reason from R19.triad]`` or ``[our judgement]``."""
    if part.basis == "judgement":
        return "[our judgement]"
    names = ", ".join(part.sources)
    return f"[we reason from {names}]" if part.basis == "derived" else f"[{names}]"


def paragraphs(parts: Iterable[Statement]) -> Iterator[Block]:
    """One paragraph a sentence."""
    return (Paragraph(cite(part)) for part in parts)


def section(title: str, *groups: Iterable[Statement], level: int = 2) -> Iterator[Block]:
    """A heading and the sentences of all groups as a list, each once; nothing if there are none."""
    points = tuple(dict.fromkeys(cite(part) for group in groups for part in group))
    if points:
        yield Heading(level, title)
        yield Bullets(points)


def soon(pack: Pack, level: Level, could_reach: Level | None) -> str:
    """How soon, in short: never the level alone while something more urgent is not ruled out."""
    title = f'"{pack.about.levels[level].title}"'
    if could_reach is None:
        return title
    return f'at least {title} (we could not rule out "{pack.about.levels[could_reach].title}")'


def open_point(answer: OpenAnswer) -> str:
    """An answer that could still change something; what was never asked needs no remark."""
    return f"{answer.text} (you were not sure)" if answer.status == "unknown" else answer.text


def explained(blocks: Iterable[Block], glossary: Glossary) -> Iterator[Block]:
    """The blocks with each medical term explained at the end of the text that uses it first."""
    for block in blocks:
        match block:
            case Paragraph(text):
                yield Paragraph(glossary.explain(text))
            case Bullets(points):
                yield Bullets(tuple(glossary.explain(point) for point in points))
            case Callout(tone, title, lines, beside):
                shown, also, *rest = (glossary.explain(text) for text in (title, beside, *lines))
                yield Callout(tone, shown, tuple(rest), also)
            case Heading(_, text):
                yield block
                if meaning := glossary.meanings(text):
                    yield Paragraph(meaning)
            case _:
                yield block
