"""What changed between the rules of a session and those of today, and which answers no longer fit."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from triage.answers import Answer
from triage.errors import shown
from triage.interview import Step
from triage.session.record import Header, Part, Wording

KINDS = {
    "yes_no": "a yes-or-no question",
    "one_of": "a choice of one",
    "several_of": "a list",
    "number": "a number",
}


class Lost(NamedTuple):
    """An answer that no longer fits: what it is about, what was said, and why it does not fit."""

    part: Part
    said: str
    why: str


def changes(before: Header, after: Header) -> tuple[str, ...]:
    """Everything a person answering could notice, one line each; else that the rules changed."""
    found = [*_questions(before, after)] or ["every question is the same; the rules behind them changed"]
    return (_version(before, after), *found)


def _version(before: Header, after: Header) -> str:
    if before.version == after.version:
        return f"the version is still {after.version}, but its content is not the same"
    return f"version {before.version} is now version {after.version}"


def _questions(before: Header, after: Header) -> Iterator[str]:
    for name, new in after.questions.items():
        if name not in before.questions:
            yield f"'{name}' is a new question: {shown(new.ask)}"
    for name, old in before.questions.items():
        if name in after.questions:
            yield from _within(name, old, after.questions[name])
        else:
            yield f"'{name}' is no longer asked: {shown(old.ask)}"


def _within(name: str, old: Wording, new: Wording) -> Iterator[str]:
    """What changed in one question."""
    if old.kind != new.kind:
        yield f"'{name}' was {KINDS[old.kind]} and is {KINDS[new.kind]}"
    if old.ask != new.ask:
        yield f"'{name}' was worded '{shown(old.ask)}' and is worded '{shown(new.ask)}'"
    if old.unit != new.unit:
        yield f"'{name}' was in {shown(old.unit or 'no unit')} and is in {shown(new.unit or 'no unit')}"
    if new.kind == old.kind and (old.min, old.max) != (new.min, new.max):
        yield f"'{name}' went from {old.min} to {old.max} and goes from {new.min} to {new.max}"
    yield from (f"'{name}' has a new option '{item}'" for item in new.options if item not in old.options)
    for item, label in old.options.items():
        if item not in new.options:
            yield f"'{name}' has no option '{item}' any more"
        elif label != new.options[item]:
            now = shown(new.options[item])
            yield f"'{item}' of '{name}' was worded '{shown(label)}' and is worded '{now}'"


def misfits(before: Header, after: Header, answered: Iterable[tuple[Step, Answer]]) -> tuple[Lost, ...]:
    """The answers of a session that do not fit the rules of today, each once.

    An answer to a question or an option that is worded differently now does not fit: it was an answer
    to something else.
    """
    found: dict[Part, Lost] = {}
    for step, answer in answered:
        for lost in _misfits(before.questions[step.question], after.questions, step, answer):
            found.setdefault(lost.part, lost)
    return tuple(found.values())


def _misfits(old: Wording, questions: Mapping[str, Wording], step: Step, answer: Answer) -> Iterator[Lost]:
    new = questions.get(step.question)
    whole = "it is no longer asked" if new is None else _changed(old, new)
    if new is None or whole:
        yield Lost(Part(step.question), _said(answer), whole)
        return
    for part, said, option in _pieces(old, step, answer):
        if option is None:
            why = "" if new.fits(None, answer) else f"it goes from {new.min} to {new.max} now"
        elif option not in new.options:
            why = "there is no such option any more"
        else:
            why = "" if old.options[option] == new.options[option] else "it is worded differently now"
        if why:
            yield Lost(part, said, why)


def _changed(old: Wording, new: Wording) -> str:
    """Why no answer to the old question is one to the new question; "" if they are the same question."""
    if old.kind != new.kind:
        return f"it is {KINDS[new.kind]} now"
    return "it is worded differently now" if (old.ask, old.unit) != (new.ask, new.unit) else ""


def _pieces(old: Wording, step: Step, answer: Answer) -> Iterator[tuple[Part, str, str | None]]:
    """The parts of an answer: what it is about, what was said, and the option that it names."""
    if step.item is not None:
        yield Part(step.question, step.item), str(answer), step.item
    elif isinstance(answer, Mapping):
        for item, state in answer.items():
            yield Part(step.question, item), state, item
    else:
        yield Part(step.question), str(answer), str(answer) if answer in old.options else None


def _said(answer: Answer) -> str:
    if isinstance(answer, Mapping):
        return ", ".join(f"{item}: {state}" for item, state in answer.items())
    return str(answer)
