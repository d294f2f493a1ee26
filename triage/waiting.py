"""What is worth asking, over many answer sets at once: :mod:`triage.asking` for the planes of a sheet.

Each function gives conditions, and where asking on could settle them so that the outcome changes. ``among``
are the identities of the conditions that are wanted, all unless some are given.
"""

from collections.abc import Container, Iterable, Iterator
from typing import TypeAlias

from triage.condition import Condition
from triage.pack import EMERGENCY, FLOOR, LEVELS, RANK, Cause, Sentence
from triage.worlds import P, Planes, Sheet

Waiting: TypeAlias = Iterator[tuple[Condition, P]]


class _Everything(Container[int]):
    """All conditions."""

    def __contains__(self, _: object) -> bool:
        return True


EVERYTHING = _Everything()


def urgent(sheet: Sheet[P], among: Container[int] = EVERYTHING) -> Waiting[P]:
    """The flags that asking on could raise the level with to, or within, the emergencies."""
    for flag in sheet.compiled.pack.red_flags:
        if RANK[flag.level] >= EMERGENCY and id(flag.when) in among:
            yield flag.when, sheet.planes(flag.when).may_yes & (sheet.full ^ sheet.fired(RANK[flag.level]))


def asking(sheet: Sheet[P], among: Container[int] = EVERYTHING, low: P | None = None) -> Waiting[P]:
    """Everything that asking on could settle so that the outcome changes.

    ``low`` is where the floor would raise the level, if that is to be taken as given.
    """
    return ((when, where) for when, where in _asking(sheet, among, low) if id(when) in among)


def _asking(sheet: Sheet[P], among: Container[int], low: P | None) -> Waiting[P]:
    about, general = sheet.compiled.pack.about, sheet.compiled.pack.general
    yield from _flags(sheet, among, low)
    yield from _levels(sheet, among)
    shown = sheet.full
    if about.causes_withheld is not None:
        hidden = sheet.planes(about.causes_withheld.when)
        yield about.causes_withheld.when, hidden.may_yes
        shown = sheet.full ^ hidden.yes
    for cause in sheet.compiled.pack.causes:
        yield from ((when, where & shown) for when, where in _cause(sheet, cause, among))
    yield from _reassurance(sheet, among)
    if about.carer is not None:
        yield about.carer.when, sheet.planes(about.carer.when).may_yes
    yield from _sentences(sheet, (*about.finding, *about.not_established, *general.advice), among)
    yield from _sentences(sheet, (*general.tests, *general.ask_doctor, *general.follow_up), among)


def _flags(sheet: Sheet[P], among: Container[int], low: P | None) -> Waiting[P]:
    """A flag that could fire; or an emergency that, not excluded, would give the floor."""
    for flag in sheet.compiled.pack.red_flags:
        if id(flag.when) not in among:
            continue
        planes = sheet.planes(flag.when)
        where = planes.may_yes
        if RANK[flag.level] >= EMERGENCY:
            if low is None:
                low = sheet.full ^ (sheet.fired(RANK[FLOOR]) | sheet.in_vain())
            where = where | (planes.may_no & low)
        yield flag.when, where


def _levels(sheet: Sheet[P], among: Container[int]) -> Waiting[P]:
    """The sentences of each level that can still be the certain one at the end."""
    for rank, name in enumerate(LEVELS):
        for when, where in _sentences(sheet, sheet.compiled.pack.about.levels[name].say, among):
            higher = sheet.fired(rank + 1)
            yield when, where & (sheet.full ^ higher) & (sheet.possible(rank) if rank else sheet.full)


def _cause(sheet: Sheet[P], cause: Cause, among: Container[int]) -> Waiting[P]:
    """Evidence that could count; evidence for it, where all of it could be excluded and some speaks or
    could speak against it; and what follows from the cause, where something could speak for it."""
    sentences = (*cause.about, *cause.handling, *cause.advice, *cause.tests, *cause.follow_up)
    evidence = (part.when for part in (*cause.supporting, *cause.against))
    if not any(id(when) in among for when in (*evidence, *(part.when for part in sentences))):
        return
    supporting = [sheet.planes(part.when) for part in cause.supporting]
    against = [sheet.planes(part.when) for part in cause.against]
    excluded = sheet.any(one.yes | one.may_yes for one in against)
    for one in supporting:
        excluded = excluded & (one.no | one.may_no)
    for part, one in zip((*cause.supporting, *cause.against), (*supporting, *against), strict=True):
        yield part.when, one.may_yes
    for part, one in zip(cause.supporting, supporting, strict=True):
        yield part.when, one.may_no & excluded
    told = sheet.any(one.yes | one.may_yes for one in supporting)
    yield from ((when, where & told) for when, where in _sentences(sheet, sentences, among))


def _reassurance(sheet: Sheet[P], among: Container[int]) -> Waiting[P]:
    """Everything about the guard of the reassurance, where asking on could still bring it about."""
    guard = sheet.compiled.pack.about.reassurance
    if guard is None:
        return
    flags = (flag.when for flag in sheet.compiled.pack.red_flags if RANK[flag.level] > 0)
    no = [*(off.when for off in guard.switch_off), *flags]
    if not any(id(when) in among for when in (guard.when, *no)):
        return
    report: Planes[P] = sheet.planes(guard.when)
    could = report.yes | report.may_yes
    for when in no:
        could = could & (sheet.planes(when).no | sheet.planes(when).may_no)
    for when in (guard.when, *no):
        yield when, could & (sheet.planes(when).may_yes | sheet.planes(when).may_no)


def _sentences(sheet: Sheet[P], sentences: Iterable[Sentence], among: Container[int]) -> Waiting[P]:
    for sentence in sentences:
        if sentence.when is not None and id(sentence.when) in among:
            yield sentence.when, sheet.planes(sentence.when).may_yes
