"""The interview: what to ask next, and a session as a tuple of events.

What could, with the answers so far, still raise the level to an emergency is asked first, its gates
included; then, in the author's order, what can still change the outcome; nothing else. A "not sure"
about an emergency item is followed once by a plainer question about that item alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from triage.answers import NOTHING, Answer, Answers, normalise
from triage.asking import asking, urgent
from triage.condition import Item, Open
from triage.logic import NO
from triage.pack import EMERGENCY, Pack, Question
from triage.view import View


class Step(NamedTuple):
    """One prompt: a question of the pack, or the plainer question about one answer that was "not sure".

    ``item`` names the item of a several-of question the plainer question is about; it is None for a
    whole question.
    """

    question: str
    item: str | None = None
    plainer: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """A step was answered; for a plainer question about an item the answer is yes, no or unknown."""

    step: Step
    answer: Answer


@dataclass(frozen=True, slots=True)
class WentBack:
    """The last answered step was taken back; its answer is kept as a draft."""


Event: TypeAlias = Answered | WentBack


def next_question(pack: Pack, answers: Mapping[str, object]) -> Question | None:
    """The question to ask next, or None when nothing can change the outcome any more.

    ``answers`` are in any form :func:`triage.answers.normalise` accepts; what was answered "not sure"
    is not asked again (:func:`next_step` gives the plainer questions too). Raises
    :class:`triage.errors.AnswerError` for answers that do not fit.
    """
    canonical = normalise(pack, answers)
    view = View(pack, canonical)
    step = next_step(pack, canonical, clarified=_unclear(view, view.open_atoms()))
    return pack.question[step.question] if step else None


def next_step(pack: Pack, answers: Answers = NOTHING, clarified: Iterable[Step] = ()) -> Step | None:
    """The prompt that comes next; ``clarified`` are the plainer questions already asked."""
    view = View(pack, answers)
    done = frozenset(clarified)
    first = [*_questions(urgent(view)), *(step for step in _unclear(view, _higher(view)) if step not in done)]
    return min(first or _questions(asking(view)), key=lambda step: _order(pack, step), default=None)


def _higher(view: View) -> dict[Open, None]:
    """The open atoms of every flag that would raise the level to, or within, the emergencies."""
    found: dict[Open, None] = {}
    for _, verdict in view.open_flags(above=max(EMERGENCY - 1, view.fired_rank())):
        found.update(dict.fromkeys(verdict.open))
    return found


def _questions(unasked: Iterable[Open]) -> Iterator[Step]:
    """The questions behind atoms."""
    return (Step(still.atom.question) for still in unasked)


def _unclear(view: View, still_open: Iterable[Open]) -> Iterator[Step]:
    """The plainer questions behind atoms that were asked and are not known."""
    for atom, status in still_open:
        if status == "unknown":
            question = view.pack.question[atom.question]
            item = atom.item if isinstance(atom, Item) else None
            if (question.choices[item].plainer if item else question.plainer) is not None:
                yield Step(atom.question, item, plainer=True)


def _order(pack: Pack, step: Step) -> tuple[int, int]:
    place = list(pack.question[step.question].choices).index(step.item) if step.item else -1
    return pack.position[step.question], place


def steps_left(pack: Pack, answers: Answers, clarified: Iterable[Step] = ()) -> int:
    """The most questions that can still be asked, whatever is answered; plainer questions not counted.

    A question that is not worth asking now can become so only through the answer to a plainer question that
    is still to come; so those that are worth asking without the answers it is about are all there can be.
    """
    view = View(pack, answers)
    coming = set(_unclear(view, _higher(view))) - set(clarified)
    without = View(pack, dict(_without(answers, coming)))
    return len(set(_questions(asking(without))) - {Step(step.question) for step in coming})


def _without(answers: Answers, coming: Iterable[Step]) -> Iterator[tuple[str, Answer]]:
    """The answers without those that plainer questions will be about."""
    about = {(step.question, step.item) for step in coming}
    for name, said in answers.items():
        if isinstance(said, Mapping):
            yield name, {item: state for item, state in said.items() if (name, item) not in about}
        elif (name, None) not in about:
            yield name, said


def closer_looks_left(pack: Pack, answers: Answers, clarified: Iterable[Step] = ()) -> int:
    """The most plainer questions that can still be asked about the answers there are.

    An answer to one of them never adds another; only an answer to a question of the pack does.
    """
    view = View(pack, answers)
    return len(set(_unclear(view, _higher(view))) - set(clarified))


@dataclass(frozen=True, slots=True)
class State:
    """What a session's events come to.

    ``answers`` are those on the live path; ``drafts`` are answers taken back or no longer applying,
    by step; ``path`` holds the answered steps in order; ``clarified`` the plainer questions asked.
    """

    answers: Mapping[str, Answer]
    drafts: Mapping[Step, Answer]
    path: tuple[Step, ...]
    clarified: frozenset[Step]


def fold(pack: Pack, events: Iterable[Event], given: Answers = NOTHING) -> State:
    """The state after the events, starting from answers given beforehand (by flags or a file)."""
    path, drafts = retrace(events)
    answers = _together(given, path)
    live = {
        name: answer for name, answer in answers.items() if View(pack, answers).applies(name).truth is not NO
    }
    return State(
        live, drafts, tuple(step for step, _ in path), frozenset(step for step, _ in path if step.plainer)
    )


def retrace(events: Iterable[Event]) -> tuple[list[tuple[Step, Answer]], dict[Step, Answer]]:
    """The answered steps in order with their answers, and the drafts that going back has left."""
    path: list[tuple[Step, Answer]] = []
    drafts: dict[Step, Answer] = {}
    for event in events:
        if isinstance(event, Answered):
            path.append((event.step, event.answer))
            drafts.pop(event.step, None)
        elif path:
            step, answer = path.pop()
            drafts[step] = answer
    return path, drafts


def _together(given: Answers, path: Iterable[tuple[Step, Answer]]) -> dict[str, Answer]:
    """All answers, a plainer question's laid over the item it is about."""
    answers: dict[str, Answer] = dict(given)
    for step, answer in path:
        before = answers.get(step.question)
        items = before if isinstance(before, Mapping) else {}
        if step.item is not None:
            answers[step.question] = {**items, step.item: str(answer)}
        elif isinstance(answer, Mapping):
            answers[step.question] = {**items, **answer}
        else:
            answers[step.question] = answer
    return answers
