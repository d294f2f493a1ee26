"""Answers as people and files give them, held against the questions of a pack.

One answer per question id: ``yes | no | unknown`` for a yes/no question, an option id or ``unknown``
for a one-of question, a whole number or ``unknown`` for a number, and for a several-of question a
map from item to ``yes | no | unknown``. An item or question that is not named was not answered;
that is never a no.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TypeAlias, cast

from triage.condition import COMPARE, Atom, Compare, Item, Option, Said
from triage.errors import AnswerError, Misfit, did_you_mean, shown
from triage.logic import NO, UNKNOWN, YES, Truth
from triage.pack import Pack, Question

Answer: TypeAlias = str | int | Mapping[str, str]
Answers: TypeAlias = Mapping[str, Answer]

STATES = {"yes": YES, "no": NO, "unknown": UNKNOWN}
WORDS = {"yes": "Yes", "unknown": "Not sure", "no": "No"}
LISTS = ("yes", "no", "unknown", "items")
NOTHING: Answers = MappingProxyType({})


def truth_of(atom: Atom, answer: Answer) -> Truth:
    """What an answer to the atom's question says about the atom; UNKNOWN for a "not sure"."""
    if isinstance(atom, Item):
        items = answer if isinstance(answer, Mapping) else {}
        return STATES[items.get(atom.item, "unknown")]
    if answer == "unknown":
        return UNKNOWN
    match atom:
        case Said():
            return STATES[str(answer)]
        case Option(_, option):
            return YES if answer == option else NO
        case Compare(_, sign, number):  # pragma: no branch  # there is no other atom
            return YES if COMPARE[sign](cast(int, answer), number) else NO


def is_answered(atom: Atom, answer: Answer | None) -> bool:
    """Whether the atom was answered at all, be it with "not sure"."""
    if isinstance(atom, Item):
        return isinstance(answer, Mapping) and atom.item in answer
    return answer is not None


def normalise(pack: Pack, given: Mapping[str, object]) -> dict[str, Answer]:
    """Answers in canonical form and the author's order, from any form a file may use.

    Also accepted: ``true`` and ``false`` for yes and no, a list for a several-of question (items not
    named stay open; ``?item`` is unknown, ``!item`` is no), and ``{items: [...], closed: true}``,
    which says no to the rest. ``null`` is no answer. Raises :class:`AnswerError` with every misfit.
    """
    misfits: list[Misfit] = []
    answers: dict[str, Answer] = {}
    for name, value in given.items():
        question = pack.question.get(name)
        if question is None:
            hint = did_you_mean(name, list(pack.question))
            misfits.append(Misfit(name, f"there is no question '{shown(name)}'", hint))
        elif value is not None:
            try:
                answer = _read(question, value)
            except AnswerError as error:
                misfits += error.misfits
            else:
                if answer != {}:
                    answers[name] = answer
    if misfits:
        raise AnswerError(misfits)
    return {name: answers[name] for name in pack.question if name in answers}


def _read(question: Question, value: object) -> Answer:
    if question.kind == "several_of":
        return dict(_items(question, value))
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if question.kind == "number":
        return _number(question, value)
    allowed = ["yes", "no"] if question.kind == "yes_no" else list(question.choices)
    if isinstance(value, str) and value in (*allowed, "unknown"):
        return str(value)
    raise _misfit(question, value, did_you_mean(str(value)[:60], [*allowed, "unknown"]))


def _number(question: Question, value: object) -> Answer:
    if value == "unknown":
        return "unknown"
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        value = int(value)
    if isinstance(value, int) and cast(int, question.min) <= value <= cast(int, question.max):
        return value
    raise _misfit(
        question, value, f"allowed: a whole number from {question.min} to {question.max}, or unknown"
    )


def _items(question: Question, value: object) -> Iterator[tuple[str, str]]:
    """The items of a several-of answer with their states, in the author's order."""
    states: dict[str, str] = {}
    rest = None
    for item, state in _pairs(question, value):
        if item == "closed":
            rest = "no" if state == "yes" else None
            continue
        if item not in question.choices:
            raise _misfit(question, item, did_you_mean(item[:60], list(question.choices)))
        if states.setdefault(item, state) != state:
            message = f"'{question.id}' says both {states[item]} and {state} to '{item}'"
            raise AnswerError([Misfit(question.id, message, "keep one of the two")])
    for item in question.choices:
        if item in states:
            yield item, states[item]
        elif rest is not None:
            yield item, rest


def _pairs(question: Question, value: object) -> Iterator[tuple[str, str]]:
    """The (item, state) pairs that a list or a map gives, before they are held against the question."""
    if value == "unknown":
        yield from ((item, "unknown") for item in question.choices)
    elif value == "none" or value is False:
        yield from ((item, "no") for item in question.choices)
    elif isinstance(value, str):
        yield _marked(value, "yes")
    elif isinstance(value, list | tuple):
        for entry in value:
            if not isinstance(entry, str):
                raise _misfit(question, entry, "a list names items")
            yield _marked(entry, "yes")
    elif isinstance(value, Mapping):
        yield from _from_map(question, value)
    else:
        raise _misfit(question, value, "give a list of items, or a map from item to yes, no or unknown")


def _marked(entry: str, state: str) -> tuple[str, str]:
    """An item with its mark: ``?item`` is unknown, ``!item`` is no."""
    if entry[:1] in ("?", "!"):
        return entry[1:], "unknown" if entry[0] == "?" else "no"
    return entry, state


def _from_map(question: Question, value: Mapping[object, object]) -> Iterator[tuple[str, str]]:
    words: dict[object, str] = {True: "yes", False: "no", "yes": "yes", "no": "no", "unknown": "unknown"}
    for item, state in value.items():
        if item in LISTS and isinstance(state, list | tuple):
            yield from (_marked(str(entry), "yes" if item == "items" else str(item)) for entry in state)
        elif state is not None:
            if not isinstance(state, bool | str) or state not in words:
                raise _misfit(question, f"{item}: {state}", "allowed: yes, no, unknown")
            yield str(item), words[state]


def _misfit(question: Question, value: object, hint: str) -> AnswerError:
    return AnswerError([Misfit(question.id, f"'{question.id}' cannot be '{shown(value)}'", hint)])


def describe(pack: Pack, atom: Atom) -> str:
    """The atom in the words the person saw: ``Fever``, ``Belly pain: it comes in attacks``."""
    question = pack.question[atom.question]
    match atom:
        case Item(_, item):
            return item_label(question, item)
        case Option(_, option):
            return f"{question.label}: {question.choices[option].label}"
        case Compare() | Said():  # pragma: no branch  # there is no other atom
            return question.label


def item_label(question: Question, item: str) -> str:
    """An item in the words the person saw; after a gate it means little without its question."""
    label = question.choices[item].label
    return label if question.only_if is None else f"{question.label}: {label}"


def describe_answer(question: Question, answer: Answer) -> str:
    """An answer in the words the person saw; items that were answered alike stand together."""
    if answer == "unknown":
        return "not sure"
    if isinstance(answer, Mapping):
        alike = {state: [item for item in answer if answer[item] == state] for state in WORDS}
        return " ".join(
            f"{WORDS[state]}: {'; '.join(question.choices[item].label for item in items)}."
            for state, items in alike.items()
            if items
        )
    if question.kind == "one_of":
        return question.choices[str(answer)].label
    return f"{answer} {question.unit}" if question.kind == "number" and question.unit else str(answer)
