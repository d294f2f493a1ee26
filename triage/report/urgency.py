"""How soon and where to go: the level, what is not ruled out, what would settle it, what fired it."""

from collections.abc import Iterator, Mapping

from triage.assessment import Assessment, FlagFired, OpenAnswer
from triage.pack import EMERGENCY, LEVELS, RANK, Level, Pack
from triage.report.document import Block, Bullets, Callout, Heading, Paragraph, Tone
from triage.report.wording import cite, open_point


def how_soon(pack: Pack, assessment: Assessment) -> Iterator[Block]:
    """The level, never without what is not ruled out while the two differ."""
    yield Heading(2, "How soon, and where to go")
    level = assessment.level
    title = f"{level.title} ({level.within})"
    if assessment.could_reach is not None:
        title = f"At least: {title}"
    yield Callout(_tone(assessment), title, tuple(cite(part) for part in level.say))
    if assessment.floor:
        yield Paragraph(
            "An emergency sign was asked about and the answer is not known. "
            "For that alone, be seen within a day."
        )
    if assessment.could_reach is not None:
        yield from _could_reach(pack, assessment, assessment.could_reach)
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


def _could_reach(pack: Pack, assessment: Assessment, could_reach: Level) -> Iterator[Block]:
    """What is not ruled out, the signs that alone would make it so, and the answers that would settle it."""
    words = pack.about.levels[could_reach]
    yield Paragraph(f"We could not rule out something more urgent: {words.title} ({words.within}).")
    lowest = min(RANK[could_reach], EMERGENCY)
    told: dict[OpenAnswer, None] = {}
    for level in reversed(LEVELS[lowest:]):
        signs = _signs(pack, assessment, level, told)
        if signs:
            yield Paragraph(f"{pack.about.levels[level].title} if any of these is so:")
            yield Bullets(tuple(open_point(answer) for answer in signs))
            told.update(dict.fromkeys(signs))
    flags = [flag for flag in assessment.possible_flags if RANK[flag.level] >= lowest]
    others = dict.fromkeys(answer for flag in flags for answer in flag.open if answer not in told)
    if others:
        yield Paragraph(f"These answers would {'also help to ' if told else ''}settle it:")
        yield Bullets(tuple(open_point(answer) for answer in others))


def _signs(
    pack: Pack, assessment: Assessment, level: Level, told: dict[OpenAnswer, None]
) -> list[OpenAnswer]:
    """What would alone fire a flag of this level: a symptom or a risk that the person can name."""
    alone = dict.fromkeys(
        answer for flag in assessment.possible_flags if flag.level == level for answer in flag.alone
    )
    return [answer for answer in alone if answer not in told and _can_be_named(pack, answer)]


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
