"""Every question of a pack as an option of `triage run`, and what was given back as answers."""

from collections.abc import Iterable, Mapping
from typing import Any

import click

from triage.answers import Answer, normalise
from triage.errors import AnswerError, Misfit, did_you_mean, shown
from triage.pack import Pack, Question

CLOSE = "none-other"


class QuestionOption(click.Option):
    """An option that answers one question; also understood with underscores, listed with dashes."""

    def __init__(self, question: Question) -> None:
        self.question = question
        dashed = f"--{question.id.replace('_', '-')}"
        names = dict.fromkeys((dashed, f"--{question.id}"))
        super().__init__(
            [*names, question.id], multiple=True, metavar=_metavar(question), help=_help(question)
        )

    def get_help_record(self, ctx: click.Context) -> tuple[str, str]:
        """One spelling is enough in the help."""
        return f"--{self.question.id.replace('_', '-')} {self.metavar}", self.help or ""


def _metavar(question: Question) -> str:
    if question.kind == "number":
        return "N"
    return "ITEM" if question.kind == "several_of" else "ANSWER"


def _help(question: Question) -> str:
    if question.kind == "number":
        return f"{question.ask} [{question.min} to {question.max}, or unknown]"
    names = ["yes", "no"] if question.kind == "yes_no" else [_dashed(choice) for choice in question.choices]
    more = ["none", CLOSE] if question.kind == "several_of" else ["unknown"]
    return f"{question.ask} [{' | '.join((*names, *more))}]"


def _dashed(name: str) -> str:
    return name.replace("_", "-")


def question_options(pack: Pack) -> list[click.Option]:
    """One option per question, in the author's order."""
    return [QuestionOption(question) for question in pack.questions]


def given_answers(
    pack: Pack, values: Mapping[str, Iterable[str]], file: Mapping[str, object]
) -> dict[str, Answer]:
    """The answers of the options laid over those of a file, item by item.

    What is not named stays unknown, unless the list is closed with ``none`` or ``none-other``.
    Raises :class:`click.UsageError` naming the option and what it allows.
    """
    answers: dict[str, Any] = dict(normalise(pack, file))
    for name, given in values.items():
        try:
            _lay(pack, answers, name, given)
        except AnswerError as error:
            raise click.UsageError(
                "; ".join(f"--{_dashed(name)}: {part}" for part in error.misfits)
            ) from None
    return normalise(pack, answers)


def _lay(pack: Pack, answers: dict[str, Any], name: str, given: Iterable[str]) -> None:
    """Lay what was given for a question over its answer."""
    words = [word for value in given for word in value.split(",")]
    if words:
        answers[name] = _answer(pack, pack.question[name], words, answers.get(name))


def _answer(pack: Pack, question: Question, words: list[str], before: object) -> object:
    closings = ("none", "none_other") if question.kind == "several_of" else ()
    words = [_meant(word.strip(), (*question.choices, *closings)) for word in words]
    if question.kind != "several_of":
        if len(set(words)) > 1:
            both = " and ".join(f"'{shown(word)}'" for word in dict.fromkeys(words))
            raise AnswerError([Misfit(question.id, f"two answers to one question: {both}", "keep one")])
        return normalise(pack, {question.id: words[0]})[question.id]
    closing = [word for word in words if word in closings]
    items = [word for word in words if word not in closing]
    if "none" in closing and items:
        message = f"'none' and '{shown(items[0])}' contradict each other"
        raise AnswerError([Misfit(question.id, message, f"'{CLOSE}' says no to the rest")])
    _known(question, items)
    said = normalise(pack, {question.id: items}).get(question.id)
    earlier = before if isinstance(before, Mapping) and "none" not in closing else {}
    rest = dict.fromkeys(question.choices, "no") if closing else {}
    return {**rest, **earlier, **(said if isinstance(said, Mapping) else {})}


def _meant(word: str, names: Iterable[str]) -> str:
    """The word as packs write it, in any case and with dashes; one that names nothing stays as it is."""
    mark = word[:1] if word[:1] in ("?", "!") else ""
    name = word.removeprefix(mark).lower().replace("-", "_")
    return mark + name if name in (*names, "yes", "no", "unknown") else word


def _known(question: Question, words: Iterable[str]) -> None:
    """A better word than the general one for a misspelt item."""
    for word in words:
        if word.lstrip("?!") not in question.choices:
            allowed = [*map(_dashed, question.choices), "none", CLOSE]
            nearest = did_you_mean(_dashed(word.lstrip("?!").lower()), allowed)
            hint = f"{nearest}; '?' in front: not sure, '!': no"
            raise AnswerError([Misfit(question.id, f"there is no item '{shown(word)}'", hint)])


def changes_of(pack: Pack, words: Iterable[str]) -> dict[str, Answer]:
    """The answers in words like ``age=70``, ``alarm=fever,!jaundice`` or, for one item, ``fever=no``.

    Raises :class:`AnswerError` for what cannot be read.
    """
    values: dict[str, list[str]] = {}
    for word in words:
        name, sign, answer = word.partition("=")
        if not sign:
            message = f"'{shown(word)}' changes nothing"
            raise AnswerError([Misfit(name, message, "write QUESTION=ANSWER, such as age=70")])
        question, said = _change(pack, name.strip().lower().replace("-", "_"), answer.strip())
        values.setdefault(question, []).append(said)
    answers: dict[str, Any] = {}
    for name, given in values.items():
        _lay(pack, answers, name, given)
    return normalise(pack, answers)


def _change(pack: Pack, name: str, answer: str) -> tuple[str, str]:
    """The question that a name stands for, or is an item of, and the answer as an option takes it."""
    asked = asking(pack, name)
    if asked is None or asked.id == name:
        return known_question(pack, name), answer
    marks = {"yes": "", "no": "!", "unknown": "?"}
    if answer.lower() not in marks:
        raise AnswerError(
            [Misfit(name, f"'{name}' cannot be '{shown(answer)}'", "allowed: yes, no, unknown")]
        )
    return asked.id, marks[answer.lower()] + name


def asking(pack: Pack, name: str) -> Question | None:
    """The question of this name, or the several-of question with an item of this name."""
    if name in pack.question:
        return pack.question[name]
    several = (question for question in pack.questions if question.kind == "several_of")
    return next((question for question in several if name in question.choices), None)


def known_question(pack: Pack, name: str) -> str:
    """The name of a question. Raises :class:`AnswerError`, with a suggestion, if there is none of it."""
    if name not in pack.question:
        message = f"there is no question '{shown(name)}'"
        raise AnswerError([Misfit(name, message, did_you_mean(name, list(pack.question)))])
    return name
