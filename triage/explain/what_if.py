"""What if: two sets of answers side by side, and only what differs."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

from triage.answers import normalise
from triage.assess import SUPPORTED, assess
from triage.assessment import Assessment
from triage.explain.given import changed, each
from triage.pack import Pack


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs; ``name`` is empty where there is only one, and None is "not there"."""

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
    yield from _between("level", {"": before.level.id}, {"": after.level.id})
    yield from _between("could reach", {"": before.could_reach}, {"": after.could_reach})
    yield from _between("status", {"": before.status}, {"": after.status})
    yield from _between("red flag", _flags(before), _flags(after))
    yield from _between("causes", {"": _told(before)}, {"": _told(after)})
    if _told(before) == _told(after):
        yield from _between("cause", _supports(before), _supports(after))
        yield from _between("evidence", _evidence(before), _evidence(after))
    yield from _between("reassurance", {"": _given(before.reassured)}, {"": _given(after.reassured)})
    both = _supported(before) & _supported(after)
    yield from _between("sentence", _sentences(before, both), _sentences(after, both))


def _between(
    what: str, before: Mapping[str, str | None], after: Mapping[str, str | None]
) -> Iterator[Difference]:
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name):
            yield Difference(what, name, before.get(name), after.get(name))


def _flags(found: Assessment) -> dict[str, str | None]:
    return {flag.say: "fires" for flag in found.red_flags}


def _told(found: Assessment) -> str:
    return "withheld" if found.causes_withheld else "told"


def _supports(found: Assessment) -> dict[str, str | None]:
    return {cause.title: cause.support for cause in found.causes}


def _supported(found: Assessment) -> set[str]:
    return {cause.id for cause in found.causes if cause.support in SUPPORTED}


def _evidence(found: Assessment) -> dict[str, str | None]:
    told: dict[str, str | None] = {}
    for cause in found.causes:
        told |= {f"{cause.title}: {part.say}": "for" for part in cause.supporting}
        told |= {f"{cause.title}: {part.say}": "against" for part in cause.against}
    return told


def _given(value: bool) -> str:
    return "given" if value else "not given"


def _sentences(found: Assessment, causes: Container[str]) -> dict[str, str | None]:
    """What is said beside all this; of a cause only what hangs on more than the cause itself."""
    one_by_one = (found.carer, found.weak_alone)
    parts = [
        *(part for part in one_by_one if part is not None), *found.level.say, *found.finding,
        *found.not_established, *found.advice, *found.tests, *found.ask_doctor, *found.follow_up,
    ]  # fmt: skip
    for cause in found.causes:
        if cause.id in causes:
            parts += [*cause.about, *cause.handling, *cause.advice, *cause.tests, *cause.follow_up]
    return {part.say: "said" for part in parts}
