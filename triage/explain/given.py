"""Answers one by one: the unit of reasons and of changes is one answer to a question or to one item."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, TypeAlias

from triage.answers import Answer, Answers, normalise
from triage.condition import Atom, Condition, Fact, Item, leaves
from triage.domain import bands
from triage.logic import NO
from triage.pack import Pack
from triage.view import View, check_live

Unit: TypeAlias = tuple[str, str | None]


class Given(NamedTuple):
    """One answer: to a question, or to one item of a several-of question."""

    question: str
    item: str | None
    value: str | int

    @property
    def unit(self) -> Unit:
        """What was answered, without the answer."""
        return self.question, self.item


def each(answers: Answers) -> Iterator[Given]:
    """Canonical answers one by one, "not sure" among them."""
    for name, answer in answers.items():
        if isinstance(answer, Mapping):
            yield from (Given(name, item, state) for item, state in answer.items())
        else:
            yield Given(name, None, answer)


def known(answers: Answers) -> tuple[Given, ...]:
    """The answers that say something: all but "not sure"."""
    return tuple(one for one in each(answers) if one.value != "unknown")


def viewed(pack: Pack, answers: Mapping[str, object]) -> View:
    """Answers in any accepted form seen through the pack, all of them to questions that apply.

    Raises :class:`triage.errors.AnswerError` for answers that do not fit, like :func:`triage.assess`.
    """
    view = View(pack, normalise(pack, answers))
    check_live(view)
    return view


def together(pieces: Iterable[Given], under: Answers | None = None) -> dict[str, Answer]:
    """Single answers as canonical answers, laid over others."""
    answers: dict[str, Answer] = dict(under or {})
    for question, item, value in pieces:
        if item is None:
            answers[question] = value
        else:
            before = answers.get(question)
            answers[question] = {**(before if isinstance(before, Mapping) else {}), item: str(value)}
    return answers


def changed(
    pack: Pack, answers: Answers, changes: Iterable[Given]
) -> tuple[dict[str, Answer], tuple[str, ...]]:
    """The answers with some changed, and the questions whose answers fell away: they apply no more."""
    laid = together(changes, answers)
    view = View(pack, laid)
    gone = tuple(name for name in laid if view.applies(name).truth is NO)
    return {name: laid[name] for name in pack.question if name in laid and name not in gone}, gone


def units_of(pack: Pack, condition: Condition) -> list[Unit]:
    """Everything a condition reads, through facts and gates, in reading order."""
    found: dict[Unit, None] = {}
    waiting, seen = [condition], set[str]()
    while waiting:
        for leaf, _ in leaves(waiting.pop(0)):
            if isinstance(leaf, Fact):
                if leaf.name not in seen:
                    seen.add(leaf.name)
                    waiting.append(pack.fact[leaf.name].when)
            elif unit_of(leaf) not in found:
                found[unit_of(leaf)] = None
                gate = pack.question[leaf.question].only_if
                waiting += [gate] if gate is not None else []
    return list(found)


def unit_of(atom: Atom) -> Unit:
    """What an atom reads."""
    return atom.question, atom.item if isinstance(atom, Item) else None


class Values:
    """The values that the rules of a pack can tell apart, for everything that can be answered."""

    def __init__(self, pack: Pack) -> None:
        self._bands = bands(pack)
        self._questions = pack.question

    def of(self, unit: Unit) -> list[str | int]:
        """The values of a question or item, without "not sure"; one number stands for each band."""
        question = self._questions[unit[0]]
        if question.kind == "number":
            return [band.start for band in self._bands[question.id]]
        if question.kind == "one_of":
            return list(question.choices)
        return ["no", "yes"]

    def alike(self, unit: Unit, one: str | int, other: str | int) -> bool:
        """Whether no rule can tell two values apart."""
        if isinstance(one, int) and isinstance(other, int):
            return any(one in band and other in band for band in self._bands[unit[0]])
        return one == other

    def band(self, question: str, value: int) -> range:
        """The band that a number lies in."""
        return next(band for band in self._bands[question] if value in band)
