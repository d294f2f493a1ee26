"""What if: two sets of answers side by side, and only what differs."""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from triage.answers import normalise
from triage.assess import SUPPORTED, assess
from triage.assessment import Assessment, Statement
from triage.explain.given import changed, each
from triage.pack import Pack

# What is there, by id and words, and how it stands.
States: TypeAlias = Mapping[tuple[str, str], str]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs, by its id and in words, both empty where there is only one of its kind.

    None is "not there".
    """

    what: str
    id: str
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
    yield from _one("level", before.level.id, after.level.id)
    yield from _one("could reach", before.could_reach, after.could_reach)
    yield from _one("status", before.status, after.status)
    yield from _between("red flag", _flags(before), _flags(after))
    yield from _one("causes", _told(before), _told(after))
    if _told(before) == _told(after):
        yield from _between("cause", _supports(before), _supports(after))
        yield from _between("evidence", _evidence(before), _evidence(after))
    yield from _one("reassurance", _given(before.reassured), _given(after.reassured))
    both = _supported(before) & _supported(after)
    same_level = before.level.id == after.level.id
    yield from _between("sentence", _sentences(before, both, same_level), _sentences(after, both, same_level))


def _one(what: str, before: str | None, after: str | None) -> Iterator[Difference]:
    if before != after:
        yield Difference(what, "", "", before, after)


def _between(what: str, before: States, after: States) -> Iterator[Difference]:
    for key in dict.fromkeys([*before, *after]):
        if before.get(key) != after.get(key):
            yield Difference(what, *key, before.get(key), after.get(key))


def _flags(found: Assessment) -> States:
    return {(flag.id, flag.say): "fires" for flag in found.red_flags}


def _told(found: Assessment) -> str:
    return "withheld" if found.causes_withheld else "told"


def _supports(found: Assessment) -> States:
    return {(cause.id, cause.title): cause.support for cause in found.causes}


def _supported(found: Assessment) -> set[str]:
    return {cause.id for cause in found.causes if cause.support in SUPPORTED}


def _evidence(found: Assessment) -> States:
    return {
        (f"{cause.id}.{part.id}", f"{cause.title}: {part.say}"): side
        for cause in found.causes
        for side, parts in (("for", cause.supporting), ("against", cause.against))
        for part in parts
    }


def _given(value: bool) -> str:
    return "given" if value else "not given"


def _sentences(found: Assessment, causes: Container[str], same_level: bool) -> States:
    """What is said beside all this; of the level and of a cause only what hangs on more than them."""
    parts: list[Statement] = [
        *(part for part in (found.carer, found.weak_alone) if part is not None),
        *(found.level.say if same_level else ()), *found.finding, *found.not_established,
        *found.advice, *found.tests, *found.ask_doctor, *found.follow_up,
    ]  # fmt: skip
    for cause in found.causes:
        if cause.id in causes:
            parts += [*cause.about, *cause.handling, *cause.advice, *cause.tests, *cause.follow_up]
    return {("", part.say): "said" for part in parts}
