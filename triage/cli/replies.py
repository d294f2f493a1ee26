"""What a typed line means: a command, an answer, or a message that says what is allowed.

Numbers, words, labels and unambiguous beginnings are understood, in any case. Nothing is ever
guessed: an empty line is no answer, and a word that fits two options fits none.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from triage.answers import Answer
from triage.errors import shown
from triage.interview import Step
from triage.pack import Question

Word: TypeAlias = Literal["why", "back", "skip", "list", "quit", "help"]
COMMANDS: Mapping[str, Word] = {
    "why": "why", "?": "why", "back": "back", "skip": "skip", "list": "list", "quit": "quit", "help": "help",
}  # fmt: skip
NOT_SURE = "don't know"
NOT_SURE_WORDS = frozenset({"dont know", "not sure", "unsure", "unknown", "rather not say", "i don't know"})
# No answers to a list, and never the beginning of an item such as "No urine".
YES_OR_NO = {"no": "no", "n": "no", "nope": "no", "yes": "yes", "y": "yes"}


@dataclass(frozen=True, slots=True)
class Command:
    """One of the words that steer the interview."""

    word: Word


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, as the pack's data; ``taken_as_no`` lists the items that were not named."""

    answer: Answer
    taken_as_no: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unclear:
    """A line that is no answer, and what to type instead."""

    message: str


def read_reply(line: str, step: Step, question: Question, items: Sequence[str]) -> Command | Reply | Unclear:
    """What ``line`` means as a reply to ``step``; ``items`` are the items on the screen, in their order."""
    text = _tidy(line)
    if text in COMMANDS:
        return Command(COMMANDS[text])
    if not text:
        return Unclear("Enter alone is not an answer. " + allowed(step, question, items))
    if step.item is not None or question.kind == "yes_no":
        return _choice(text, {"yes": "yes", "no": "no"}, {}, step, question, items)
    if question.kind == "one_of":
        labels = {choice.label: choice.id for choice in question.options}
        return _choice(text, labels, {choice: choice for choice in question.choices}, step, question, items)
    if question.kind == "number":
        return _number(text, step, question)
    return _several(text, step, question, items)


def skipped(step: Step, question: Question, items: Sequence[str]) -> Answer:
    """The answer of someone who skips a step: not known, for every item on the screen."""
    whole = question.kind != "several_of" or step.item is not None
    return "unknown" if whole else dict.fromkeys(items, "unknown")


def allowed(step: Step, question: Question, items: Sequence[str]) -> str:
    """What can be typed, in one or two short sentences."""
    if step.item is not None or question.kind == "yes_no":
        return "Type yes, no, or don't know."
    if question.kind == "number":
        return f"Type a whole number from {question.min} to {question.max}, or don't know."
    if question.kind == "one_of":
        return f"Type a number from 1 to {len(question.options) + 1}, or the first letters of an answer."
    if len(items) == 1:
        return "Type 1 if it applies, none if not, ?1 if you are not sure."
    return (
        f"Type the numbers that apply, like 1,{len(items)}. Type ?{min(5, len(items))} for not sure, or none."
    )


def _tidy(line: str) -> str:
    return " ".join(line.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split()).casefold()


def _unclear(text: str, step: Step, question: Question, items: Sequence[str]) -> Unclear:
    return Unclear(f"'{shown(text)}' is not one of the answers. {allowed(step, question, items)}")


def _choice(
    text: str,
    labels: Mapping[str, str],
    words: Mapping[str, str],
    step: Step,
    question: Question,
    items: Sequence[str],
) -> Reply | Unclear:
    """One of several answers, or "don't know", which always stands last."""
    named = {label.casefold(): value for label, value in labels.items()} | {NOT_SURE: "unknown"}
    if text in NOT_SURE_WORDS:
        return Reply("unknown")
    if text.isascii() and text.isdigit():
        values = list(named.values())
        return (
            Reply(values[int(text) - 1])
            if len(text) < 10 and 1 <= int(text) <= len(values)
            else _unclear(text, step, question, items)
        )
    fits = _fitting(text, {**words, **named})
    if len(fits) == 1:
        return Reply(fits[0])
    if fits:
        return Unclear(f"'{shown(text)}' fits more than one answer. Type its number.")
    return _unclear(text, step, question, items)


def _fitting(text: str, named: Mapping[str, str]) -> list[str]:
    """The values that the text names in full, or else those whose names begin with it."""
    if text in named:
        return [named[text]]
    words = text.replace("-", "_").replace(" ", "_")
    if words in named:
        return [named[words]]
    return list(dict.fromkeys(value for name, value in named.items() if name.startswith((text, words))))


def _number(text: str, step: Step, question: Question) -> Reply | Unclear:
    if text in NOT_SURE_WORDS or text == NOT_SURE:
        return Reply("unknown")
    digits = text.removesuffix(question.unit.casefold()).strip() if question.unit else text
    if digits.isascii() and digits.isdigit() and len(digits) < 10:
        value = int(digits)
        if (question.min or 0) <= value <= (question.max or 0):
            return Reply(value)
    return _unclear(text, step, question, ())


def _several(text: str, step: Step, question: Question, items: Sequence[str]) -> Reply | Unclear:
    """Items by number or word, ``?`` in front for not sure; the rest is no."""
    if text in NOT_SURE_WORDS or text == NOT_SURE:
        return Reply(dict.fromkeys(items, "unknown"))
    if text == "none":
        return Reply(dict.fromkeys(items, "no"), tuple(items))
    if text in YES_OR_NO:
        meant = "If none of them applies, type none." if YES_OR_NO[text] == "no" else "Say which."
        return Unclear(f"'{shown(text)}' is not enough for a list. {meant} {allowed(step, question, items)}")
    labels = {question.choices[item].label.casefold(): item for item in items}
    parts = [text] if text.removeprefix("?").strip() in labels else _parts(text)
    if not parts:
        return _unclear(text, step, question, items)
    said: dict[str, str] = {}
    for part in parts:
        mark, name = ("unknown", part[1:].strip()) if part.startswith("?") else ("yes", part)
        if name == "none":
            return Unclear(
                "'none' does not go together with other answers. " + allowed(step, question, items)
            )
        fits = [] if name in YES_OR_NO else _item(name, items, labels)
        if len(fits) > 1:
            return Unclear(f"'{shown(name)}' fits more than one line. Type its number.")
        if not fits:
            return _unclear(part, step, question, items)
        if said.setdefault(fits[0], mark) != mark:
            return Unclear(f"'{shown(name)}' is named twice, once as not sure. Type it once.")
    rest = tuple(item for item in items if item not in said)
    return Reply({item: said.get(item, "no") for item in items}, rest)


def _parts(text: str) -> list[str]:
    """The pieces between commas; bare numbers may also stand apart by blanks."""
    if re.fullmatch(r"[?0-9][?0-9 ,]*", text):
        return [part for part in re.split(r"[ ,]+", text) if part]
    return [part.strip() for part in text.split(",") if part.strip()]


def _item(name: str, items: Sequence[str], labels: Mapping[str, str]) -> list[str]:
    if name.isascii() and name.isdigit():
        place = int(name) if len(name) < 10 else 0
        return [items[place - 1]] if 1 <= place <= len(items) else []
    return _fitting(name, {**{item: item for item in items}, **labels}) if name else []
