"""What would change the advice: what it rests on, and which single answers would move it."""

from collections.abc import Iterator, Sequence

from triage.assessment import Assessment
from triage.explain import Matters, Turn, how, matters
from triage.explain.given import in_words
from triage.pack import EMERGENCY, RANK, Pack
from triage.report.document import Block, Bullets, Heading

SHOWN = 3


def outlook(pack: Pack, assessment: Assessment) -> Iterator[Block]:
    """A few lines, exact: every single other answer was tried."""
    found = matters(pack, assessment.answers)
    rank = RANK[assessment.level.id]
    yield Heading(2, "What would change this advice")
    yield Bullets(
        (
            *_rests_on(pack, assessment),
            *_more_urgent(pack, [turn for turn in found.single if RANK[turn.level] > rank]),
            *_less_urgent(pack, [turn for turn in found.single if _could_be_wrong(pack, turn, rank)], rank),
            *_nothing_single(found),
        )
    )


def _rests_on(pack: Pack, assessment: Assessment) -> Iterator[str]:
    """The smallest set of answers that forces the level, whatever the rest."""
    reasons = how(pack, assessment.answers).reasons
    if reasons:
        yield f"How soon rests on: {'; '.join(in_words(pack, piece) for piece in reasons[0])}."


def _could_be_wrong(pack: Pack, turn: Turn, rank: int) -> bool:
    """Whether it would be less urgent by an answer that one may mistake; nobody mistakes their age."""
    return RANK[turn.level] < rank and pack.question[turn.answers[0].question].kind != "number"


def _more_urgent(pack: Pack, turns: Sequence[Turn]) -> Iterator[str]:
    """How many single answers would make it more urgent, and the first few of them."""
    if turns:
        one = "one other answer" if len(turns) == 1 else f"any one of {len(turns)} other answers"
        yield f"It would be more urgent with {one}{_first_few(pack, turns)}."


def _less_urgent(pack: Pack, turns: Sequence[Turn], rank: int) -> Iterator[str]:
    """The same the other way; nobody in an emergency is told how to talk it down."""
    if turns and rank < EMERGENCY:
        one = "one answer was" if len(turns) == 1 else f"any one of {len(turns)} answers was"
        yield (
            f"It would be less urgent if {one} given by mistake{_first_few(pack, turns)}. "
            "A sign that comes and goes still counts."
        )


def _first_few(pack: Pack, turns: Sequence[Turn]) -> str:
    listed = sorted(turns, key=lambda turn: -RANK[turn.level])[:SHOWN]
    told = (f"{in_words(pack, one.answers[0])} ({pack.about.levels[one.level].title})" for one in listed)
    return f"{', such as' if len(turns) > SHOWN else ''}: {'; '.join(told)}"


def _nothing_single(found: Matters) -> Iterator[str]:
    if not found.single:
        yield "No single other answer would change how soon; each was tried."
