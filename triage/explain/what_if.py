"""What if: two sets of answers side by side, and only what differs."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from triage.answers import normalise
from triage.assess import assess
from triage.assessment import Assessment
from triage.explain.given import changed, each
from triage.pack import Pack


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs; ``before`` or ``after`` is None where it was not there at all."""

    what: str
    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Both assessments, what differs between them, and the questions whose answers apply no more."""

    before: Assessment
    after: Assessment
    differences: tuple[Difference, ...]
    fell_away: tuple[str, ...]


def what_if(pack: Pack, answers: Mapping[str, object], changes: Mapping[str, object]) -> WhatIf:
    """What would come of other answers: ``changes`` laid over ``answers``, item by item.

    Raises :class:`triage.errors.AnswerError` for answers that do not fit the pack.
    """
    given = normalise(pack, answers)
    after, gone = changed(pack, given, each(normalise(pack, changes)))
    before_found, after_found = assess(pack, given), assess(pack, after)
    return WhatIf(before_found, after_found, tuple(_differences(before_found, after_found)), gone)


def _differences(before: Assessment, after: Assessment) -> Iterator[Difference]:
    yield from _between("level", {"": before.level.title}, {"": after.level.title})
    yield from _between("could reach", {"": before.could_reach}, {"": after.could_reach})
    yield from _between("status", {"": before.status}, {"": after.status})
    yield from _between("red flag", _flags(before), _flags(after))
    yield from _between("cause", _supports(before), _supports(after))
    yield from _between("reassurance", {"": _yes(before.reassured)}, {"": _yes(after.reassured)})
    yield from _between("advice", _advice(before), _advice(after))


def _between(
    what: str, before: Mapping[str, str | None], after: Mapping[str, str | None]
) -> Iterator[Difference]:
    for name in dict.fromkeys([*before, *after]):
        one, other = before.get(name), after.get(name)
        if one != other or (name in before) != (name in after):
            yield Difference(what, name or what, one, other)


def _flags(found: Assessment) -> dict[str, str | None]:
    return {flag.say: "fires" for flag in found.red_flags}


def _supports(found: Assessment) -> dict[str, str | None]:
    return {cause.title: cause.support for cause in found.causes}


def _yes(value: bool) -> str:
    return "given" if value else "not given"


def _advice(found: Assessment) -> dict[str, str | None]:
    parts: Iterable[str] = (
        *(part.say for part in found.advice),
        *(part.say for cause in found.causes for part in cause.advice),
    )
    return dict.fromkeys(parts, "said")
