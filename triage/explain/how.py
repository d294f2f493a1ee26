"""How something was concluded: the smallest sets of answers that force it, and what rules the rest out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from triage.assess import STRENGTH, certain_level, ranked
from triage.assessment import CauseFound
from triage.condition import All, AnyOf, Condition, Not, Verdict
from triage.errors import AnswerError, Misfit, did_you_mean, shown
from triage.explain.forcing import reasons
from triage.explain.given import Given, Unit, known, unit_of, viewed
from triage.explain.settling import settling
from triage.explain.standing import standing
from triage.logic import NO, UNKNOWN, YES
from triage.pack import EMERGENCY, RANK, Cause, Evidence, Level, Pack, RedFlag, Strength
from triage.view import View

LEVEL = "level"


@dataclass(frozen=True, slots=True)
class RuledOut:
    """Red flags above the level that the same answers exclude."""

    flags: tuple[str, ...]
    because: tuple[Given, ...]


@dataclass(frozen=True, slots=True)
class StillOpen:
    """A red flag that is neither fired nor excluded, or evidence that is not known, and what it waits on."""

    rule: str
    says: str
    level: Level | None
    waits_on: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class How:
    """How a level, red flag or cause came about.

    ``reasons`` are minimal sets of answers that force it whatever the rest, smallest first; ``more`` says
    whether there are others. For a level, ``could_reach`` is the highest that is not ruled out (None if
    that is the same), ``ruled_out`` and ``open`` tell why it is not higher, and ``floor`` that it stands on
    an emergency sign that was asked about and is not known. ``withheld`` is the sentence that says why the
    causes are not told to this person.
    """

    subject: str
    title: str
    verdict: str
    reasons: tuple[tuple[Given, ...], ...]
    more: bool
    ruled_out: tuple[RuledOut, ...] = ()
    open: tuple[StillOpen, ...] = ()
    floor: bool = False
    withheld: str | None = None
    could_reach: Level | None = None


def how(pack: Pack, answers: Mapping[str, object], subject: str = LEVEL, *, most: int = 1) -> How:
    """How the ``level``, a red flag or a cause (by id) came about, with at most ``most`` reasons.

    Raises :class:`triage.errors.AnswerError` for answers that do not fit, and with the nearest name if there
    is no such thing.
    """
    view = viewed(pack, answers)
    if subject == LEVEL:
        return _level(view, most)
    thing = find(pack, subject)
    return _flag(view, thing, most) if isinstance(thing, RedFlag) else _cause(view, thing, most)


def find(pack: Pack, name: str) -> RedFlag | Cause:
    """The red flag or cause of this id. Raises :class:`AnswerError`, with a suggestion, if there is none."""
    things: dict[str, RedFlag | Cause] = {flag.id: flag for flag in pack.red_flags}
    things.update({cause.id: cause for cause in pack.causes})
    if name in things:
        return things[name]
    names = [LEVEL, *(cause.id for cause in pack.causes), *(flag.id for flag in pack.red_flags)]
    message = f"there is no cause or red flag '{shown(name)}'"
    raise AnswerError([Misfit(name, message, did_you_mean(name[:60], names))])


def _some(view: View, condition: Condition, most: int) -> tuple[tuple[tuple[Given, ...], ...], bool]:
    """The first reasons for a condition, in the order of the questions, and whether there are more."""
    found = list(islice(reasons(view.pack, condition, known(view.answers)), most + 1))
    place = view.pack.position
    told = (tuple(sorted(one, key=lambda piece: (place[piece.question], str(piece.item)))) for one in found)
    return tuple(islice(told, most)), len(found) > most


def _level(view: View, most: int) -> How:
    pack = view.pack
    level, floor = certain_level(view)
    rank = RANK[level]
    fired = [flag.when for flag in pack.red_flags if RANK[flag.level] >= max(rank, 1)]
    found, more = ((), False) if floor or rank == 0 else _some(view, any_of(fired), most)
    above = [flag for flag in pack.red_flags if RANK[flag.level] > rank]
    return How(
        LEVEL, pack.about.levels[level].title, level, found, more,
        tuple(_ruled_out(view, above)), tuple(_still_open(view, above)), floor,
        could_reach=standing(view).could_reach,
    )  # fmt: skip


def _ruled_out(view: View, flags: Iterable[RedFlag]) -> Iterator[RuledOut]:
    """The excluded flags, grouped by the answers that exclude them."""
    groups: dict[tuple[Given, ...], list[str]] = {}
    for flag in sorted(flags, key=lambda flag: -RANK[flag.level]):
        if view.judge(flag.when).truth is NO:
            groups.setdefault(settling(view, flag.when), []).append(flag.id)
    yield from (RuledOut(tuple(names), because) for because, names in groups.items())


def _still_open(view: View, flags: Iterable[RedFlag]) -> Iterator[StillOpen]:
    for flag in sorted(flags, key=lambda flag: -RANK[flag.level]):
        verdict = view.judge(flag.when)
        if verdict.truth is UNKNOWN:
            yield StillOpen(flag.id, flag.say, flag.level, _units(verdict))


def _units(verdict: Verdict) -> tuple[Unit, ...]:
    return tuple(dict.fromkeys(unit_of(still.atom) for still in verdict.open))


def _flag(view: View, flag: RedFlag, most: int) -> How:
    truth = view.judge(flag.when).truth
    if truth is UNKNOWN:
        return How(flag.id, flag.say, "not known", (), False, open=tuple(_still_open(view, [flag])))
    condition = flag.when if truth is YES else Not(flag.when)
    found, more = _some(view, condition, most)
    return How(flag.id, flag.say, "fires" if truth is YES else "does not fire", found, more)


def _cause(view: View, cause: Cause, most: int) -> How:
    withheld = view.pack.about.causes_withheld
    if withheld is not None and view.holds(withheld.when):
        return How(cause.id, cause.title, "withheld", (), False, withheld=withheld.say)
    found = next(one for one in ranked(view) if one.id == cause.id)
    if found.support == "open":
        return How(cause.id, cause.title, "open", (), False, open=tuple(_undecided(view, cause)))
    told, more = _some(view, deciding(cause, found), most)
    return How(cause.id, cause.title, found.support, told, more)


def _undecided(view: View, cause: Cause) -> Iterator[StillOpen]:
    """The evidence for a cause that is not known yet."""
    for part in cause.supporting:
        verdict = view.judge(part.when)
        if verdict.truth is UNKNOWN:
            yield StillOpen(part.id, part.say, None, _units(verdict))


def conditions_behind(view: View, subject: str) -> Condition:
    """The condition that a level, red flag or cause stands on, whether it holds or not."""
    if subject == LEVEL:
        level, floor = certain_level(view)
        if floor:
            return any_of([flag.when for flag, _ in view.open_flags(above=EMERGENCY - 1)])
        rank = max(RANK[level], 1)
        return any_of([flag.when for flag in view.pack.red_flags if RANK[flag.level] == rank])
    thing = find(view.pack, subject)
    if isinstance(thing, RedFlag):
        return thing.when
    return any_of([part.when for part in (*thing.supporting, *thing.against)])


def deciding(cause: Cause, found: CauseFound) -> Condition:
    """What must hold for a cause to stand as it does: its best evidence for, or what speaks against it."""
    strong_for = any_of(_at_least(cause.supporting, "strong"))
    strong_against = any_of(_at_least(cause.against, "strong"))
    match found.support:
        case "strong" | "moderate" | "weak":
            return any_of(_at_least(cause.supporting, found.support))
        case "contested":
            return All((strong_for, strong_against))
        case "against":
            worst = max(found.against, key=lambda part: STRENGTH[part.strength]).strength
            return any_of(_at_least(cause.against, worst))
        case _:
            return Not(any_of([part.when for part in cause.supporting]))


def _at_least(parts: Iterable[Evidence], strength: Strength) -> list[Condition]:
    return [part.when for part in parts if STRENGTH[part.strength] >= STRENGTH[strength]]


def any_of(conditions: list[Condition]) -> Condition:
    """Some one of the conditions; of none it never holds."""
    return conditions[0] if len(conditions) == 1 else AnyOf(tuple(conditions))
