"""How soon and where to go: the level, what is not ruled out, what would settle it, what fired it."""

from collections.abc import Iterator, Mapping, Sequence

from triage.assessment import Assessment, FlagFired, OpenAnswer
from triage.pack import EMERGENCY, LEVELS, RANK, Level, Pack
from triage.report.document import Block, Bullets, Callout, Heading, Paragraph, Tone
from triage.report.wording import cite, open_point


def how_soon(pack: Pack, assessment: Assessment) -> Iterator[Block]:
    """The level, never without what is not ruled out while the two differ."""
    yield Heading(2, "How soon, and where to go")
    level = assessment.level
    title, beside = f"{level.title} ({level.within})", ""
    if assessment.could_reach is not None:
        words = pack.about.levels[assessment.could_reach]
        title = f"At least: {title}"
        beside = f"We could not rule out something more urgent: {words.title} ({words.within})."
    yield Callout(_tone(assessment), title, tuple(cite(part) for part in level.say), beside)
    if assessment.floor:
        yield Paragraph(
            "An emergency sign was asked about and the answer is not known. "
            "For that alone, be seen within a day."
        )
    if assessment.could_reach is not None:
        yield from _could_reach(pack, assessment)
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


def _could_reach(pack: Pack, assessment: Assessment) -> Iterator[Block]:
    """The signs that alone would make it more urgent; without any, the answers that would settle it."""
    signs = _signs(pack, assessment)
    for level, answers in signs.items():
        yield Paragraph(f"{pack.about.levels[level].title} if any of these is so:")
        yield Bullets(tuple(open_point(answer) for answer in answers))
    others = _others(assessment, signs)
    if others and not signs:
        yield Paragraph("These answers would settle it:")
        yield Bullets(tuple(open_point(answer) for answer in others))


def settling(pack: Pack, assessment: Assessment) -> Iterator[Block]:
    """Where signs are told that alone would make it more urgent: what else would help to settle it."""
    signs = _signs(pack, assessment)
    others = _others(assessment, signs)
    if signs and others:
        yield Heading(2, "Answers that would also help to settle it")
        yield Bullets(tuple(open_point(answer) for answer in others))


def _others(assessment: Assessment, signs: Mapping[Level, Sequence[OpenAnswer]]) -> list[OpenAnswer]:
    """What could still make it an emergency, but not alone or not by a sign that one can name."""
    lowest = _lowest(assessment)
    told = {answer for answers in signs.values() for answer in answers}
    flags = [flag for flag in assessment.possible_flags if RANK[flag.level] >= lowest]
    return list(dict.fromkeys(answer for flag in flags for answer in flag.open if answer not in told))


def _lowest(assessment: Assessment) -> int:
    """The lowest level of which open answers are told; high above all where nothing is open."""
    return len(LEVELS) if assessment.could_reach is None else min(RANK[assessment.could_reach], EMERGENCY)


def _signs(pack: Pack, assessment: Assessment) -> dict[Level, list[OpenAnswer]]:
    """What would alone fire a flag, by its level, most urgent first: symptoms and risks that one can name."""
    signs: dict[Level, list[OpenAnswer]] = {}
    told: set[OpenAnswer] = set()
    for level in reversed(LEVELS[_lowest(assessment) :]):
        flags = [flag for flag in assessment.possible_flags if flag.level == level]
        alone = dict.fromkeys(answer for flag in flags for answer in flag.alone)
        if new := [answer for answer in alone if answer not in told and _can_be_named(pack, answer)]:
            signs[level] = new
            told.update(new)
    return signs


def _can_be_named(pack: Pack, answer: OpenAnswer) -> bool:
    question = pack.question[answer.question]
    role = question.role_of(answer.item) if answer.item else question.role
    return question.kind in ("yes_no", "several_of") and role in ("symptom", "risk")


def why_so_soon(pack: Pack, assessment: Assessment) -> Iterator[Block]:
    """What fired at the level itself, then what else fired and how soon that alone would be due."""
    written = {flag.id: flag for flag in pack.red_flags}
    fired = {flag.id for flag in assessment.red_flags}
    told = [flag for flag in assessment.red_flags if written[flag.id].weaker_form_of not in fired]
    rank = {flag.id: RANK[flag.level] for flag in told}
    base = {flag.id: written[flag.id].adds_to or "" for flag in told}
    # What makes it urgent is never told within something that is less so.
    first = [flag for flag in told if rank.get(base[flag.id], -1) < rank[flag.id]]
    more: dict[str, list[FlagFired]] = {}
    for flag in told:
        if flag not in first:
            more.setdefault(base[flag.id], []).append(flag)
    urgent = [flag for flag in first if flag.level == assessment.level.id]
    if urgent:
        yield Heading(2, "Why so soon" if RANK[assessment.level.id] else "What to mention")
        yield Bullets(tuple(_reason(pack, flag, more) for flag in urgent))
    rest = [flag for flag in first if flag not in urgent]
    if rest:
        yield Heading(3, "Less urgent, and also to be told")
        yield Bullets(tuple(f"{_within(pack, flag)}: {_reason(pack, flag, more)}" for flag in rest))


def _reason(pack: Pack, flag: FlagFired, more: Mapping[str, list[FlagFired]]) -> str:
    """What a flag says, on which answers it rests, and what other flags add to it."""
    parts = [f"{cite(flag)} You said: {'; '.join(reason.text for reason in flag.because)}."]
    parts += [f"{_within(pack, other)}: {_reason(pack, other, more)}" for other in more.get(flag.id, ())]
    return " ".join(parts)


def _within(pack: Pack, flag: FlagFired) -> str:
    within = pack.about.levels[flag.level].within
    return f"{within[0].upper()}{within[1:]}"
