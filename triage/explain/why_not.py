"""Why something was not concluded: what failed, and the smallest changes that would have reached it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from triage.assess import SUPPORTED, certain_level, ranked
from triage.condition import Condition
from triage.errors import AnswerError, Misfit, did_you_mean, shown
from triage.explain.given import Given, Unit, changed, unit_of, viewed
from triage.explain.how import find
from triage.explain.nearest import Blocker, Goal, everywhere, nearest
from triage.explain.settling import settling
from triage.explain.standing import Standing, standing
from triage.logic import NO, YES
from triage.pack import EMERGENCY, FLOOR, LEVELS, RANK, Cause, Evidence, Level, Pack, RedFlag
from triage.view import View
from triage.worlds import Plane, Sheet


@dataclass(frozen=True, slots=True)
class Failed:
    """A rule that did not do it: the answers that ruled it out, or what it still waits on."""

    rule: str
    says: str
    condition: str
    because: tuple[Given, ...]
    waits_on: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why a level, red flag or cause was not reached.

    ``reached`` is true if it was, after all. ``stood_in_the_way`` are rules that forbid it;
    ``changes`` are the smallest sets of other answers that would have come to it, ``more`` says whether
    there are others. ``withheld`` is the sentence that says why the causes are not told to this person.
    For a level, ``now`` is how soon it is as answered, and ``then`` what each of the changes would come to.
    """

    subject: str
    title: str
    reached: bool
    failed: tuple[Failed, ...] = ()
    stood_in_the_way: tuple[Failed, ...] = ()
    changes: tuple[tuple[Given, ...], ...] = ()
    more: bool = False
    withheld: str | None = None
    now: Standing | None = None
    then: tuple[Standing, ...] = ()


def why_not(pack: Pack, answers: Mapping[str, object], subject: str, *, most: int = 3) -> WhyNot:
    """Why a level or a cause (by id), or a red flag, was not reached, with at most ``most`` changes.

    Raises :class:`triage.errors.AnswerError` for answers that do not fit, and with the nearest name if there
    is no such thing.
    """
    view = viewed(pack, answers)
    if subject in RANK:
        return _level(view, LEVELS[RANK[subject]], most)
    try:
        thing = find(pack, subject)
    except AnswerError:
        names = [*LEVELS, *(cause.id for cause in pack.causes), *(flag.id for flag in pack.red_flags)]
        message = f"there is no level, cause or red flag '{shown(subject)}'"
        raise AnswerError([Misfit(subject, message, did_you_mean(subject[:60], names))]) from None
    return _flag(view, thing, most) if isinstance(thing, RedFlag) else _cause(view, thing, most)


def _level(view: View, level: Level, most: int) -> WhyNot:
    """From below a level is not reached because no flag of it fires, from above because a higher one does."""
    rank, title = RANK[level], view.pack.about.levels[level].title
    now, (_, floor) = standing(view), certain_level(view)
    if now.level == level:
        return WhyNot(level, title, True, now=now)
    changes, more = _changes(view, level_goal(view.pack, level), most)
    then = tuple(standing(View(view.pack, changed(view.pack, view.answers, one)[0])) for one in changes)
    if RANK[now.level] < rank:
        failed = _failed(view, _flags(view.pack, rank, rank))
        return WhyNot(level, title, False, failed, (), changes, more, now=now, then=then)
    above = _flags(view.pack, rank + 1)
    firing = [flag for flag in above if view.holds(flag.when)]
    way = [flag for flag, _ in view.open_flags(above=EMERGENCY - 1)] if floor else firing
    return WhyNot(level, title, False, (), _failed(view, way), changes, more, now=now, then=then)


def _flags(pack: Pack, lowest: int, highest: int = len(LEVELS)) -> list[RedFlag]:
    return [flag for flag in pack.red_flags if lowest <= RANK[flag.level] <= highest]


def _flag(view: View, flag: RedFlag, most: int) -> WhyNot:
    if view.holds(flag.when):
        return WhyNot(flag.id, flag.say, True)
    changes, more = _changes(view, flag_goal(flag), most)
    return WhyNot(flag.id, flag.say, False, _failed(view, [flag]), (), changes, more)


def _cause(view: View, cause: Cause, most: int) -> WhyNot:
    withheld = view.pack.about.causes_withheld
    if withheld is not None and view.holds(withheld.when):
        return WhyNot(cause.id, cause.title, False, withheld=withheld.say)
    support = next(one.support for one in ranked(view) if one.id == cause.id)
    if support in SUPPORTED:
        return WhyNot(cause.id, cause.title, True)
    changes, more = _changes(view, cause_goal(view.pack, cause), most)
    failed = _failed(view, [part for part in cause.supporting if not view.holds(part.when)])
    way = _failed(view, [part for part in _strong(cause.against) if view.holds(part.when)])
    return WhyNot(cause.id, cause.title, False, failed, way, changes, more)


def _strong(parts: Iterable[Evidence]) -> list[Evidence]:
    return [part for part in parts if part.strength == "strong"]


def _changes(view: View, goal: Goal, most: int) -> tuple[tuple[tuple[Given, ...], ...], bool]:
    """The first of the smallest changes, those of an age or number last: nobody can choose that."""
    found = sorted(nearest(view.pack, view.answers, goal), key=_by_number)
    return tuple(found[:most]), len(found) > most


def _by_number(change: Iterable[Given]) -> bool:
    return any(isinstance(piece.value, int) for piece in change)


def _failed(view: View, rules: Iterable[RedFlag | Evidence]) -> tuple[Failed, ...]:
    """The rules with the answers that settled them, or what they still wait on."""
    found = []
    for rule in rules:
        verdict = view.judge(rule.when)
        because = settling(view, rule.when) if verdict.truth in (YES, NO) else ()
        waits_on = tuple(dict.fromkeys(unit_of(still.atom) for still in verdict.open))
        found.append(Failed(rule.id, rule.say, str(rule.when), because, waits_on))
    return tuple(found)


# --- what is to be reached ------------------------------------------------------------------------


def level_goal(pack: Pack, level: Level) -> Goal:
    """This level and no other: no higher flag fires, no emergency is in doubt, and something calls for it."""
    rank = RANK[level]
    emergencies = _flags(pack, EMERGENCY)
    blockers = [Blocker(_yes(flag), (flag.when,)) for flag in _flags(pack, rank + 1)]
    if rank < RANK[FLOOR]:
        blockers += [Blocker(_in_vain(flag), (flag.when,)) for flag in emergencies]
    calls = _flags(pack, rank, rank) + (emergencies if level == FLOOR else [])
    blockers.append(Blocker(everywhere, tuple(flag.when for flag in calls)))
    reads = tuple(flag.when for flag in pack.red_flags)
    return Goal(reads, lambda sheet: sheet.levels()[rank], tuple(blockers))


def flag_goal(flag: RedFlag) -> Goal:
    """This red flag fires."""
    return Goal((flag.when,), _yes(flag), (Blocker(everywhere, (flag.when,)),))


def cause_goal(pack: Pack, cause: Cause) -> Goal:
    """This cause is told, with some support."""
    withheld = pack.about.causes_withheld
    hiding = () if withheld is None else (withheld.when,)
    supporting, against = _whens(cause.supporting), _whens(cause.against)

    def hidden(sheet: Sheet[Plane]) -> Plane:
        return sheet.planes(hiding[0]).yes if hiding else 0

    def told(sheet: Sheet[Plane]) -> Plane:
        support = sheet.support(cause)
        return (sheet.full ^ hidden(sheet)) & (
            support["strong"] | support["moderate"] | support["weak"] | support["contested"]
        )

    blockers = (
        Blocker(hidden, hiding),
        Blocker(lambda sheet: sheet.support(cause)["against"], (*supporting, *against)),
        Blocker(everywhere, supporting),
    )
    return Goal((*supporting, *against, *hiding), told, blockers)


def _whens(parts: Iterable[Evidence]) -> tuple[Condition, ...]:
    return tuple(part.when for part in parts)


def _yes(flag: RedFlag) -> Callable[[Sheet[Plane]], Plane]:
    return lambda sheet: sheet.planes(flag.when).yes


def _in_vain(flag: RedFlag) -> Callable[[Sheet[Plane]], Plane]:
    """Where an emergency flag was asked about to the end and is still not known."""

    def holds(sheet: Sheet[Plane]) -> Plane:
        planes = sheet.planes(flag.when)
        return sheet.full ^ (planes.yes | planes.no | planes.may_yes | planes.may_no)

    return holds
