"""What stands at a prompt: where the person is, the numbered answers, an answer so far, what is left."""

from collections.abc import Sequence
from itertools import takewhile
from operator import attrgetter

from triage.answers import Answer, describe_answer
from triage.asking import asking
from triage.cli.replies import NOT_SURE
from triage.cli.screen import Screen
from triage.interview import State, Step, closer_looks_left, steps_left
from triage.pack import Pack, Question
from triage.view import View

FEW = 7  # questions that are told one by one; more of them would push the rest off the screen


def progress(pack: Pack, state: State, step: Step) -> str:
    """Where the person is. The numbers are never below what remains, and fall as it goes on."""
    left = steps_left(pack, state.answers, state.clarified)
    if not step.plainer:
        number = len({past.question for past in state.path} | {step.question})
        return f"Question {number} · {f'at most {left - 1} more' if left > 1 else 'the last one'}"
    looks = len(list(takewhile(attrgetter("plainer"), reversed(state.path))))
    ahead = closer_looks_left(pack, state.answers, state.clarified)
    total = looks + ahead if ahead == 1 else f"at most {looks + ahead}"
    then = f"then at most {left} more question{'s' * (left > 1)}" if left else "then no more questions"
    return f"Closer look {looks + 1} of {total} · {then}"


def choices(step: Step, question: Question, items: Sequence[str]) -> Sequence[str]:
    """The numbered lines under a question; ``items`` are those of a list that are asked."""
    if step.item is not None or question.kind == "yes_no":
        return ("yes", "no", f"{NOT_SURE}, or rather not say")
    if question.kind == "one_of":
        return (*(choice.label for choice in question.options), f"{NOT_SURE}, or rather not say")
    return [question.choices[item].label for item in items]


def draft_told(question: Question, step: Step, draft: Answer) -> str:
    """An answer that was taken back, in few words."""
    if step.item is not None:
        return NOT_SURE if draft == "unknown" else str(draft)
    if isinstance(draft, dict):
        named = {item: state for item, state in draft.items() if state != "no"}
        return describe_answer(question, named).rstrip(".") if named else "none"
    return describe_answer(question, draft)


def show_unanswered(screen: Screen, view: View) -> None:
    """What was not asked and matters."""
    left = {still.atom.question for still in asking(view)}
    asked = [question for question in view.pack.questions if question.id in left]
    screen.line(f"Not answered: {len(left)} question{'s' * (len(left) != 1)}.")
    if len(asked) <= FEW:
        for question in asked:
            screen.line(question.ask, indent="- ")
    else:
        screen.line("; ".join(question.label for question in asked) + ".", indent="- ")
