"""What would change the advice: what it rests on, and which single answers would move it."""

from collections.abc import Iterator, Sequence

from triage.assessment import Assessment
from triage.explain import Matters, Turn, how, matters
from triage.explain.given import units_of
from triage.explain.words import change_in_words
from triage.pack import EMERGENCY, LEVELS, RANK, Pack
from triage.report.document import Block, Bullets, Heading, Paragraph
from triage.report.reasons import apart, quoted
from triage.report.wording import soon

SHOWN = 3


def outlook(pack: Pack, assessment: Assessment) -> Iterator[Block]:
    """A few lines, exact: every single other answer was tried. Nobody is told of another age."""
    found = matters(pack, assessment.answers)
    rank = RANK[assessment.level.id]
    turns, _ = apart(pack, found.single)
    yield Heading(2, "What would change this advice")
    yield from _rests_on(pack, assessment)
    yield from _more_urgent(pack, found, [turn for turn in turns if RANK[turn.level] > rank])
    yield from _less_urgent(pack, [turn for turn in turns if RANK[turn.level] < rank], rank)
    if not turns:
        aside = ", another age or number aside" if found.single else ""
        yield Paragraph(f"No single other answer would change how soon{aside}; each was tried.")


def _rests_on(pack: Pack, assessment: Assessment) -> Iterator[Block]:
    """The smallest set of answers that forces the level, whatever the rest."""
    reasons = how(pack, assessment.answers).reasons
    if reasons:
        yield Paragraph(f"How soon rests on: {quoted(pack, reasons[0])}.")


def _more_urgent(pack: Pack, found: Matters, turns: Sequence[Turn]) -> Iterator[Block]:
    """How many single answers would make it more urgent, and the first of each level."""
    if not turns:
        return
    one = "one other answer:" if len(turns) == 1 else f"any one of {len(turns)} other answers. Examples:"
    yield Paragraph(f"It would be more urgent with {one}")
    leading = {level: [turn for turn in turns if turn.level == level] for level in reversed(LEVELS)}
    yield Bullets(tuple(_change(pack, _nearest(pack, found, some)) for some in leading.values() if some))


def _nearest(pack: Pack, found: Matters, turns: Sequence[Turn]) -> Turn:
    """One of the turns to a level: what is still open before what was answered, then what is urgent for a
    reason that names what the pack is about, then the order of the questions.
    """
    flags = [flag for flag in pack.red_flags if flag.level == turns[0].level]
    subject = [word for word in pack.about.subject.casefold().split() if len(word) > 3]
    naming = [flag.when for flag in flags if any(word in flag.say.casefold() for word in subject)]
    about = {unit for when in naming for unit in units_of(pack, when)}
    return min(
        turns, key=lambda turn: (turn.answers[0].unit not in found.open, turn.answers[0].unit not in about)
    )


def _less_urgent(pack: Pack, turns: Sequence[Turn], rank: int) -> Iterator[Block]:
    """The same the other way; nobody in an emergency is told how to talk it down."""
    if turns and rank < EMERGENCY:
        one = "one answer was" if len(turns) == 1 else f"any one of {len(turns)} answers was"
        listed = sorted(turns, key=lambda turn: -RANK[turn.level])[:SHOWN]
        such_as = "" if len(turns) == len(listed) else ". Examples"
        yield Paragraph(f"It would be less urgent if {one} given by mistake{such_as}:")
        yield Bullets(tuple(_change(pack, turn) for turn in listed))
        yield Paragraph("A sign that comes and goes still counts.")


def _change(pack: Pack, turn: Turn) -> str:
    """Another answer, and how soon it would then be."""
    return f"“{change_in_words(pack, turn.answers[0])}”: {soon(pack, turn.level, turn.could_reach)}"
