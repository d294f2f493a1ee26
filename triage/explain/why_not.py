"""Why something was not concluded: what failed, and the smallest changes that would have reached it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from triage.answers import normalise
from triage.assess import SUPPORTED, certain_level, ranked
from triage.assessment import Support
from triage.condition import All, Condition, Not
from triage.errors import AnswerError, Misfit, did_you_mean
from triage.explain.given import Given, Unit, changed, unit_of
from triage.explain.how import any_of, find
from triage.explain.nearest import HOLD, NOT_HOLD, nearest
from triage.explain.settling import settling
from triage.logic import NO, YES, Truth
from triage.pack import LEVELS, RANK, Cause, Level, Pack, RedFlag
from triage.view import View


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
    """Why a level or cause was not reached.

    ``reached`` is true if it was, after all. ``stood_in_the_way`` are rules that hold and forbid it;
    ``changes`` are the smallest sets of other answers that would have come to it.
    """

    subject: str
    title: str
    reached: bool
    failed: tuple[Failed, ...]
    stood_in_the_way: tuple[Failed, ...]
    changes: tuple[frozenset[Given], ...]
    more: bool


def why_not(pack: Pack, answers: Mapping[str, object], subject: str, *, most: int = 3) -> WhyNot:
    """Why a level or a cause (by id), or a red flag, was not reached, with at most ``most`` changes.

    Raises :class:`triage.errors.AnswerError` if there is no such thing, with the nearest name.
    """
    view = View(pack, normalise(pack, answers))
    if subject in RANK:
        return _level(view, LEVELS[RANK[subject]], most)
    try:
        thing = find(pack, subject)
    except AnswerError:
        names = [*LEVELS, *(cause.id for cause in pack.causes), *(flag.id for flag in pack.red_flags)]
        message = f"there is no level, cause or red flag '{subject}'"
        raise AnswerError([Misfit(subject, message, did_you_mean(subject, names))]) from None
    return _flag(view, thing, most) if isinstance(thing, RedFlag) else _cause(view, thing, most)


def _level(view: View, level: Level, most: int) -> WhyNot:
    """From below a level is not reached because no flag of it fires, from above because a higher one does."""
    pack, rank = view.pack, RANK[level]
    now = RANK[certain_level(view)[0]]
    title = pack.about.levels[level].title
    if now > rank:
        return _lower(view, level, most)
    flags = [flag for flag in pack.red_flags if RANK[flag.level] == rank]
    failed = tuple(_failed(view, flag.id, flag.say, flag.when) for flag in flags)
    if now == rank:
        return WhyNot(level, title, True, (), (), (), False)
    found, more = _changes(view, any_of([flag.when for flag in flags]), HOLD, most)
    return WhyNot(level, title, False, failed, (), found, more)


def _lower(view: View, level: Level, most: int) -> WhyNot:
    """Higher flags stand in the way of a lower level."""
    title, rank = view.pack.about.levels[level].title, RANK[level]
    firing = [flag for flag in view.pack.red_flags if RANK[flag.level] > rank and view.holds(flag.when)]
    way = tuple(_failed(view, flag.id, flag.say, flag.when) for flag in firing)
    if not firing:  # the level stands on the floor alone
        return WhyNot(level, title, False, (), way, (), False)
    found, more = _changes(view, any_of([flag.when for flag in firing]), NOT_HOLD, most)
    fits = tuple(change for change in found if RANK[certain_level(_after(view, change))[0]] <= rank)
    return WhyNot(level, title, False, (), way, fits, more)


def _after(view: View, change: frozenset[Given]) -> View:
    return View(view.pack, changed(view.pack, view.answers, change)[0])


def _flag(view: View, flag: RedFlag, most: int) -> WhyNot:
    if view.holds(flag.when):
        return WhyNot(flag.id, flag.say, True, (), (), (), False)
    found, more = _changes(view, flag.when, HOLD, most)
    return WhyNot(flag.id, flag.say, False, (_failed(view, flag.id, flag.say, flag.when),), (), found, more)


def _cause(view: View, cause: Cause, most: int) -> WhyNot:
    if _support(view, cause) in SUPPORTED:
        return WhyNot(cause.id, cause.title, True, (), (), (), False)
    failed = tuple(
        _failed(view, part.id, part.say, part.when) for part in cause.supporting if not view.holds(part.when)
    )
    strong = [part for part in cause.against if part.strength == "strong"]
    way = tuple(_failed(view, part.id, part.say, part.when) for part in strong if view.holds(part.when))
    found, more = _changes(view, _supported(cause, [part.when for part in strong], bool(way)), HOLD, most)
    fits = tuple(change for change in found if _support(_after(view, change), cause) in SUPPORTED)
    return WhyNot(cause.id, cause.title, False, failed, way, fits, more)


def _support(view: View, cause: Cause) -> Support:
    return next((one.support for one in ranked(view) if one.id == cause.id), "none")


def _supported(cause: Cause, strong_against: list[Condition], in_the_way: bool) -> Condition:
    """Some evidence for it; where strong evidence stands in the way, that gone or something strong for."""
    some = any_of([part.when for part in cause.supporting])
    strong_for = [part.when for part in cause.supporting if part.strength == "strong"]
    return All((some, any_of([Not(any_of(strong_against)), *strong_for]))) if in_the_way else some


def _changes(
    view: View, condition: Condition, want: frozenset[Truth], most: int
) -> tuple[tuple[frozenset[Given], ...], bool]:
    found = list(islice(nearest(view.pack, view.answers, condition, want), most + 1))
    return tuple(found[:most]), len(found) > most


def _failed(view: View, name: str, says: str, condition: Condition) -> Failed:
    verdict = view.judge(condition)
    settled = verdict.truth in (YES, NO)
    because = settling(view, condition) if settled else ()
    return Failed(name, says, str(condition), because, tuple(_units(view, condition)))


def _units(view: View, condition: Condition) -> Iterator[Unit]:
    yield from dict.fromkeys(unit_of(still.atom) for still in view.judge(condition).open)
