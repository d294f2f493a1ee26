"""Planes of results into the texts of each row, by Python alone."""

from collections.abc import Iterator, Sequence

from triage.assess import SUPPORT_ORDER
from triage.batch.evaluating import Result, Standing
from triage.batch.planes import bits_of, codes_of, count_of, rows_of
from triage.batch.words import SUPPORTS, Words
from triage.pack import LEVELS

MOST_KEPT = 100_000
# How many origins of evidence, pieces of evidence and causes the number for a ranking has room for.
ORIGINS, CENTRE, PLACES = 8, 1 << 19, 1 << 10

Texts = Sequence[str]
Lists = Sequence[tuple[str, ...]]


def column(words: Words, result: Result, field: str) -> Texts | Lists:
    """A field for every row: a text, or for a field of several things a tuple of texts."""
    width = result.width
    match field:
        case "status":
            return _named(words.statuses, codes_of(result.status, width))
        case "level":
            return _named(words.levels, codes_of(result.levels, width))
        case "could_reach":
            return _named(words.levels, codes_of(result.could_reach, width))
        case "headline":
            return _headlines(words, result)
        case "red_flags":
            return _lists([(result.flags[place], name) for place, name in words.flags], width)
        case "open":
            return open_questions(result)
        case "causes":
            return _ranked(words, result)
        case _:
            raise KeyError(field)


def supports(words: Words, result: Result) -> Iterator[Texts]:
    """For each cause of the pack its support in every row."""
    for standing in result.causes:
        yield _named(words.supports, support_codes(standing, result))


def support_codes(standing: Standing, result: Result) -> bytes:
    """For each row the place of a cause's support among :data:`SUPPORTS`."""
    planes = [standing.support[name] & result.shown for name in SUPPORT_ORDER]
    return codes_of([*planes, result.full ^ result.shown], result.width)


def _named(names: Sequence[str], codes: bytes) -> list[str]:
    return list(map(names.__getitem__, codes))


def _headlines(words: Words, result: Result) -> list[str]:
    levels, reached = codes_of(result.levels, result.width), codes_of(result.could_reach, result.width)
    count = len(LEVELS)
    return [words.headlines[level * count + reach] for level, reach in zip(levels, reached, strict=True)]


def _lists(named: Sequence[tuple[int, str]], width: int) -> list[tuple[str, ...]]:
    """For each row the names of the planes that have it."""
    here = [(plane, name) for plane, name in named if plane]
    names = [name for _, name in here]
    known: dict[bytes, tuple[str, ...]] = {}
    found = []
    for row in rows_of([bits_of(plane, width) for plane, _ in here], width):
        texts = known.get(row)
        if texts is None:
            texts = tuple(name for name, bit in zip(names, row, strict=True) if bit)
            if len(known) < MOST_KEPT:
                known[row] = texts
        found.append(texts)
    return found


def open_questions(result: Result) -> list[tuple[str, ...]]:
    """For each row the open questions, in the pack's order; ``?`` marks those answered with *not known*."""
    named = []
    for question, plane in result.unasked.items():
        named += [(plane, question), (result.unknown[question], f"?{question}")]
    return _lists(named, result.width)


def _ranked(words: Words, result: Result) -> list[tuple[str, ...]]:
    """For each row the causes with their support, by the rules of :func:`triage.assess.ranked`."""
    standings = [_standings(words, place, result) for place in range(len(result.causes))]
    if not standings:
        return [()] * result.width
    return [tuple(text for _, text in sorted(row) if text) for row in zip(*standings, strict=True)]


def _standings(words: Words, place: int, result: Result) -> list[tuple[int, str]]:
    """For each row where a cause stands in the ranking (a number, lowest first) and what is told of it."""
    standing, width = result.causes[place], result.width
    support = support_codes(standing, result)
    origins = codes_of(standing.origins, width)
    more, less = count_of(standing.supporting, width), count_of(standing.against, width)
    known: dict[tuple[int, int, int, int], tuple[int, str]] = {}
    found = []
    for key in zip(support, origins, more, less, strict=True):
        if key not in known:
            known[key] = standing_of(place, *key), words.causes[place][SUPPORTS[key[0]]]
        found.append(known[key])
    return found


def standing_of(place: int, support: int, origin: int, more: int, less: int) -> int:
    """Where a cause stands, as one number: support, best origin, evidence for minus against, place."""
    return ((support * ORIGINS + ORIGINS - 1 - origin) * 2 * CENTRE + CENTRE - more + less) * PLACES + place
