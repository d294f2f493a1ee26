"""What the summary tells, over many answer sets at once: each sentence, and which cause stands first.

:mod:`triage.assess` says the same of one person; a test holds the two together.
"""

from collections.abc import Iterable, Iterator, Sequence

from triage.assess import ORIGIN, SUPPORT_ORDER
from triage.assessment import Assessment, Statement
from triage.pack import LEVELS, Cause, Sentence, Whenever
from triage.worlds import P, Sheet

TOLD = ("strong", "moderate", "weak", "contested")


def sentences(found: Assessment) -> Iterator[str]:
    """Every sentence that tells the person something: not the doubts, and not what is merely possible."""
    parts: list[Statement | None] = [*found.level.say, found.carer, *found.red_flags, *found.finding]
    parts += [found.reassurance, found.causes_withheld, *found.not_established, found.weak_alone]
    for cause in found.causes:
        parts += [*cause.supporting, *cause.against, *cause.about, *cause.handling]
        parts += [*cause.advice, *cause.tests, *cause.follow_up]
    parts += [*found.advice, *found.tests, *found.ask_doctor, *found.follow_up]
    return (part.say for part in parts if part is not None)


def told(sheet: Sheet[P]) -> Iterator[tuple[str, P]]:
    """Every sentence of the pack with where it is told; one may come several times."""
    pack = sheet.compiled.pack
    about, general = pack.about, pack.general
    hidden = _whenever(sheet, about.causes_withheld)
    for level, where in zip(LEVELS, sheet.levels(), strict=True):
        yield from _sentences(sheet, where, about.levels[level].say)
    for flag in pack.red_flags:
        yield flag.say, sheet.planes(flag.when).yes
    for whenever, where in ((about.carer, _whenever(sheet, about.carer)), (about.causes_withheld, hidden)):
        if whenever is not None:
            yield whenever.say, where
    if about.reassurance is not None:
        yield about.reassurance.say, sheet.reassured()
    yield from _sentences(sheet, sheet.full, about.finding)
    yield from _causes(sheet, sheet.full ^ hidden)
    for several in (general.advice, general.tests, general.ask_doctor, general.follow_up):
        yield from _sentences(sheet, sheet.full, several)


def _causes(sheet: Sheet[P], shown: P) -> Iterator[tuple[str, P]]:
    """What is said of the causes where they are shown, and what is said if nothing speaks for any."""
    about = sheet.compiled.pack.about
    better, weak = sheet.none, sheet.none
    for cause in sheet.compiled.pack.causes:
        support = sheet.support(cause)
        speaking = _any(sheet, (support[name] for name in TOLD))
        weak, better = weak | support["weak"], better | support["strong"] | support["moderate"]
        for part in (*cause.supporting, *cause.against):
            yield part.say, shown & sheet.planes(part.when).yes
        for several in (cause.about, cause.handling, cause.advice, cause.tests, cause.follow_up):
            yield from _sentences(sheet, shown & speaking, several)
    yield about.weak_alone.say, shown & weak & (sheet.full ^ better)
    established = _established(sheet)
    yield from _sentences(sheet, shown & (sheet.full ^ established), about.not_established)


def _established(sheet: Sheet[P]) -> P:
    supports = (sheet.support(cause) for cause in sheet.compiled.pack.causes)
    return _any(sheet, (support[name] for support in supports for name in TOLD))


def _whenever(sheet: Sheet[P], part: Whenever | None) -> P:
    return sheet.none if part is None else sheet.planes(part.when).yes


def _sentences(sheet: Sheet[P], where: P, parts: Iterable[Sentence]) -> Iterator[tuple[str, P]]:
    return ((part.say, where & sheet.planes(part.when).yes) for part in parts)


def _any(sheet: Sheet[P], planes: Iterable[P]) -> P:
    found = sheet.none
    for plane in planes:
        found |= plane
    return found


# --- the order of the causes ----------------------------------------------------------------------


def first(sheet: Sheet[P], cause: str) -> P:
    """Where this cause stands first, by the order of :func:`triage.assess.ranked`."""
    pack = sheet.compiled.pack
    found = sheet.full ^ _whenever(sheet, pack.about.causes_withheld)
    names = [other.id for other in pack.causes]
    if cause not in names:
        return sheet.none
    place = names.index(cause)
    own = _keys(sheet, pack.causes[place])
    for number, other in enumerate(pack.causes):
        if number != place:
            before, same = _compare(sheet, own, _keys(sheet, other))
            found &= before | same if place < number else before
    return found


def _keys(sheet: Sheet[P], cause: Cause) -> list[list[P]]:
    """The three keys a cause is ranked by, each as *at most 0, at most 1, ...* from the best on."""
    return [_by_support(sheet, cause), _by_origin(sheet, cause), _by_number(sheet, cause)]


def _by_support(sheet: Sheet[P], cause: Cause) -> list[P]:
    support = sheet.support(cause)
    return _growing(sheet, [support.get(name, sheet.none) for name in SUPPORT_ORDER])


def _by_origin(sheet: Sheet[P], cause: Cause) -> list[P]:
    best = max(ORIGIN.values())
    planes = [sheet.none] * (best + 1)
    for part in cause.supporting:
        planes[best - ORIGIN[part.origin]] |= sheet.planes(part.when).yes
    planes[best] = sheet.full
    return _growing(sheet, planes)


def _by_number(sheet: Sheet[P], cause: Cause) -> list[P]:
    """The number of pieces against, less that for it; the keys of two causes begin at the same number."""
    causes = sheet.compiled.pack.causes
    most = max(len(other.supporting) for other in causes)
    worst = max(len(other.against) for other in causes)
    pro = _counted(sheet, [sheet.planes(part.when).yes for part in cause.supporting])
    contra = _counted(sheet, [sheet.planes(part.when).yes for part in cause.against])
    keys = []
    for key in range(-most, worst + 1):  # against - for <= key: whatever is against is made up for
        holds = sheet.full
        for number, reached in enumerate(contra):
            need = number - key
            enough = sheet.full if need <= 0 else pro[need] if need < len(pro) else sheet.none
            holds &= (sheet.full ^ reached) | enough
        keys.append(holds)
    return keys


def _counted(sheet: Sheet[P], planes: Sequence[P]) -> list[P]:
    """Where at least 0, 1, 2 ... of the planes are."""
    reached = [sheet.full, *[sheet.none] * len(planes)]
    for plane in planes:
        for number in range(len(planes), 0, -1):
            reached[number] |= reached[number - 1] & plane
    return reached


def _growing(sheet: Sheet[P], planes: Sequence[P]) -> list[P]:
    found, sums = sheet.none, []
    for plane in planes:
        found |= plane
        sums.append(found)
    return sums


def _compare(sheet: Sheet[P], one: Sequence[Sequence[P]], other: Sequence[Sequence[P]]) -> tuple[P, P]:
    """Where one stands before the other by the keys, and where they are equal."""
    before, same = sheet.none, sheet.full
    for mine, theirs in zip(one, other, strict=True):
        less, more = sheet.none, sheet.none
        for own, their in zip(mine, theirs, strict=True):
            less |= own & (sheet.full ^ their)
            more |= their & (sheet.full ^ own)
        before |= same & less
        same &= sheet.full ^ (less | more)
    return before, same
