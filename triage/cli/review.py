"""The form for a clinician who reviews a pack: every rule with its sources, and three boxes."""

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from triage.pack import Cited, Pack

WIDTH = 80
BOXES = "[ ] agree   [ ] change   [ ] remove   Comment: ______________________________"


def review_form(pack: "Pack") -> Iterator[str]:
    """The lines of the form: red flags by level, evidence by cause, what switches reassurance off."""
    from triage.pack import LEVELS

    about = pack.about
    yield from _wrapped(f"Review of '{about.title}', {about.id} {about.version}, digest {pack.digest[:16]}")
    yield from _wrapped(about.review_note)
    yield "Reviewed by: ____________________   Date: ______________"
    for level in reversed(LEVELS):
        flags = [flag for flag in pack.red_flags if flag.level == level]
        if flags:
            yield from _title(f"Red flags: {about.levels[level].title} ({about.levels[level].within})")
        for flag in flags:
            yield from _rule(pack, f"{flag.id} ({flag.evidence})", str(flag.when), flag.say, flag)
    for cause in pack.causes:
        yield from _title(f"Evidence: {cause.title} ({cause.id})")
        for side, evidence in (("for", cause.supporting), ("against", cause.against)):
            for part in evidence:
                name = f"{part.id} ({side}, {part.strength}, from {part.origin})"
                yield from _rule(pack, name, str(part.when), part.say, part)
    if about.reassurance is not None:
        guard = about.reassurance
        yield from _title("Reassurance")
        yield from _rule(pack, "the reassuring sentence", str(guard.when), guard.say, guard)
        for off in guard.switch_off:
            yield from _rule(pack, f"switched off by {off.id}", str(off.when), off.because, off)


def _title(text: str) -> Iterator[str]:
    yield ""
    yield ""
    lines = textwrap.wrap(text, WIDTH)
    yield from lines
    yield "=" * max(map(len, lines))


def _rule(pack: "Pack", name: str, when: str, says: str, cited: "Cited") -> Iterator[str]:
    yield ""
    yield name
    yield from _wrapped(f"when: {when}", "  ")
    yield from _wrapped(f"says: {says}", "  ")
    if not cited.sources:
        yield "  source: our own judgement"
    for number in cited.sources:
        statement = pack.statement[number]
        document = pack.document[statement.document]
        how = "source" if cited.basis == "sourced" else "we reason from"
        told = f"{how}: {number}, {statement.says} ({document.title}, {document.date}; read: {document.read})"
        yield from _wrapped(told, "  ")
    yield f"  {BOXES}"


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent + "  " * bool(indent))
