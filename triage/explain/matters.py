"""The answers that matter: which single one would change the level, and which changed nothing.

Every other answer to everything asked is tried at once, one bit each, so what is said of all of them is
proved and not sampled.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from triage.answers import Answers
from triage.explain.given import Given, Unit, known, unit_of, viewed
from triage.explain.standing import standing, standings
from triage.explain.trial import Trial, places
from triage.pack import LEVELS, RANK, Level, Pack
from triage.worlds import Plane, Sheet


@dataclass(frozen=True, slots=True)
class Turn:
    """Answers that would change the level, the level they make certain, and what they leave open above it."""

    answers: tuple[Given, ...]
    level: Level
    could_reach: Level | None


@dataclass(frozen=True, slots=True)
class Matters:
    """What would change the level, and what does not matter.

    ``single`` are the other answers that alone would change it; only if there are none, ``pairs`` are
    those that would together; ``tried`` and ``tried_pairs`` count the tries behind that, all there are.
    ``open`` is what was not answered or not known and could still raise it.
    ``nothing`` are the given answers in whose place any other would make no difference, not even to what
    could be reached.
    ``could_reach`` is the highest level that is not ruled out now, None if that is the level itself.
    """

    level: Level
    could_reach: Level | None
    single: tuple[Turn, ...]
    pairs: tuple[Turn, ...]
    tried: int
    tried_pairs: int
    open: tuple[Unit, ...]
    nothing: tuple[Given, ...]


def matters(pack: Pack, answers: Mapping[str, object]) -> Matters:
    """Which answers matter to the level. Raises :class:`triage.errors.AnswerError` for misfits."""
    given = viewed(pack, answers).answers
    trial = Trial(pack, given)
    level, could_reach = standing(trial.view)
    others = [one for one in trial.others() if trial.applies(one)]
    alone = [(one,) for one in others]
    single = tuple(_turns(trial, level, alone))
    together = [] if single else list(_independent(list(trial.others())))
    verdicts = (verdict for _, verdict in trial.view.open_flags(above=RANK[level]))
    still_open = dict.fromkeys(unit_of(still.atom) for verdict in verdicts for still in verdict.open)
    return Matters(
        level=level,
        could_reach=could_reach,
        single=single,
        pairs=tuple(_turns(trial, level, together)),
        tried=len(alone),
        tried_pairs=len(together),
        open=tuple(still_open),
        nothing=tuple(_inert(trial, given, others)),
    )


def _independent(others: Sequence[Given]) -> Iterator[tuple[Given, ...]]:
    return (pair for pair in combinations(others, 2) if pair[0].unit != pair[1].unit)


def _turns(trial: Trial, level: Level, tries: Sequence[tuple[Given, ...]]) -> Iterator[Turn]:
    """Those tries that come to another level; an answer that then applies no more is set aside."""
    found = [
        (RANK[now.level], place, now)
        for now, plane in standings(trial.sheet(tries))
        for place in places(plane)
        if now.level != level
    ]
    yield from (Turn(tries[place], *now) for _, place, now in sorted(found))


def _inert(trial: Trial, given: Answers, others: Sequence[Given]) -> Iterator[Given]:
    """The given answers in whose place every other gives the same outcome, and leaves no more in doubt."""
    differs = _differs_from_first(trial.sheet([(), *((one,) for one in others)]))
    moved = {one.unit for place, one in enumerate(others, start=1) if differs >> place & 1}
    yield from (piece for piece in known(given) if piece.unit not in moved)


def _differs_from_first(sheet: Sheet[Plane]) -> int:
    """The answer sets whose outcome is not that of the first, or that could reach another level."""
    found = 0
    for plane in (*sheet.outcome(), *(sheet.possible(rank) for rank in range(len(LEVELS)))):
        found |= plane ^ (sheet.full if plane & 1 else 0)
    return found
