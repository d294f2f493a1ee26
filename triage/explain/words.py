"""Conditions and answers in the words the person saw, without the ids that rules use."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from triage.answers import describe, describe_answer, item_label
from triage.condition import All, AnyOf, AtLeast, Atom, Compare, Condition, Fact, Not, Operator
from triage.explain.given import Given, Values
from triage.pack import Pack

COMPARED: dict[Operator, str] = {
    ">=": "{} or more", ">": "more than {}", "<=": "{} or less", "<": "under {}", "=": "{}", "!=": "not {}",
}  # fmt: skip


def in_words(pack: Pack, one: Given) -> str:
    """One answer in the words the person saw: ``Fever: yes``, ``Age: 63 years``."""
    question = pack.question[one.question]
    if one.item is not None:
        return f"{item_label(question, one.item)}: {'not sure' if one.value == 'unknown' else one.value}"
    return f"{question.label}: {describe_answer(question, one.value)}"


def band_in_words(band: range, unit: str | None) -> str:
    """Numbers that no rule can tell apart: ``18 to 39 years``."""
    words = str(band.start) if len(band) == 1 else f"{band.start} to {band.stop - 1}"
    return f"{words} {unit or ''}".strip()


def change_in_words(pack: Pack, one: Given) -> str:
    """An answer that could have been given: a number stands for all that no rule can tell from it."""
    question = pack.question[one.question]
    if not isinstance(one.value, int):
        return in_words(pack, one)
    band = Values(pack).band(one.question, one.value)
    return f"{question.label}: {band_in_words(band, question.unit)}"


def changes_in_words(pack: Pack, changes: Iterable[tuple[Given, ...]]) -> Iterator[str]:
    """Other answers, one set after the other; neighbouring numbers of one question stand together."""
    values = Values(pack)

    def number(change: tuple[Given, ...]) -> str | None:
        """The question, if the set is one number."""
        alone = change[0] if len(change) == 1 else None
        return alone.question if alone and isinstance(alone.value, int) else None

    for name, alike in groupby(changes, number):
        if name is None:
            yield from (" and ".join(change_in_words(pack, piece) for piece in one) for one in alike)
            continue
        question = pack.question[name]
        whole: range | None = None
        for ((_, _, value),) in alike:
            band = values.band(name, int(value))
            if whole is not None and whole.stop != band.start:
                yield f"{question.label}: {band_in_words(whole, question.unit)}"
                whole = None
            whole = range(whole.start if whole else band.start, band.stop)
        assert whole is not None  # no group is empty
        yield f"{question.label}: {band_in_words(whole, question.unit)}"


def atom_in_words(pack: Pack, atom: Atom) -> str:
    """What an atom asks: ``Fever``, ``Hepatitis: hepatitis B``, ``Age: 60 years or more``."""
    if not isinstance(atom, Compare):
        return describe(pack, atom)
    question = pack.question[atom.question]
    number = f"{atom.number} {question.unit or ''}".strip()
    return f"{question.label}: {COMPARED[atom.operator].format(number)}"


def condition_in_words(pack: Pack, condition: Condition) -> str:
    """A condition as a sentence: ``“Fever” and (“Jaundice” or not “Iron tablets”)``."""
    match condition:
        case Not(of):
            return f"not {_part(pack, of, isinstance(of, All | AnyOf))}"
        case All(of):
            return " and ".join(_part(pack, part, isinstance(part, AnyOf)) for part in of)
        case AnyOf(of):
            return " or ".join(_part(pack, part, isinstance(part, All)) for part in of)
        case AtLeast(count, of):
            return f"at least {count} of ({', '.join(condition_in_words(pack, part) for part in of)})"
        case Fact(name):
            return f"“{pack.fact[name].says}”"
        case _:
            return f"“{atom_in_words(pack, condition)}”"


def _part(pack: Pack, part: Condition, in_brackets: bool) -> str:
    words = condition_in_words(pack, part)
    return f"({words})" if in_brackets else words
