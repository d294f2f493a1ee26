"""The interview as a conversation, line by line: on a terminal, or with lines from a pipe.

Prompts go to standard error, so that standard output holds the summary alone. End of input is never
an answer.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from io import TextIOWrapper
from typing import TYPE_CHECKING, Literal

from triage.answers import NOTHING, Answer, Answers, describe_answer
from triage.cli import banner
from triage.cli.prompts import choices, draft_told, progress, show_unanswered
from triage.cli.replies import Command, Reply, Unclear, allowed, read_reply, skipped
from triage.cli.screen import Screen
from triage.explain.why import why
from triage.interview import (
    Answered,
    Event,
    State,
    Step,
    WentBack,
    fold,
    next_step,
    steps_left,
)
from triage.pack import EMERGENCY, RANK, Pack, Question
from triage.report.reasons import why_lines
from triage.session import Asked, Ended, Entry, course
from triage.terms import Glossary
from triage.view import View

if TYPE_CHECKING:
    from triage.cli.recorder import Recorder

MAX_LINE = 4_000
NOT_SAVED = "nothing is saved unless you ask"
HELP = (
    "Type a number, a word or its first letters. Or type: why (or ?) to see why this is asked, "
    "back to change the answer before, skip if you cannot or do not want to say, "
    "list to see your answers, quit to stop."
)
CLOSER = (
    "It is fine not to be sure. What can be urgent is asked once more, one thing at a time, "
    "in plainer words. If you still do not know, just say so."
)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a conversation ended: the answers on the live path, and whether questions were left."""

    answers: Answers
    how: Literal["done", "stopped", "quit", "end of input"]

    @property
    def incomplete(self) -> bool:
        """Whether it was broken off: by `quit` or because the input ended."""
        return self.how in ("quit", "end of input")


class _LeftOff(Exception):
    """The person quit, or the input ended."""

    def __init__(self, how: Literal["quit", "end of input"]) -> None:
        self.how = how


def conversation(
    pack: Pack, given: Answers = NOTHING, *, plain: bool = False, recorder: "Recorder | None" = None
) -> "Talk":
    """An interview over standard input and standard error, new or going on with a recorded one."""
    accept_any_bytes()
    screen = Screen(sys.stderr, plain)

    def read() -> str:
        line = sys.stdin.readline(MAX_LINE)
        if not sys.stdin.isatty():
            screen.line()  # nobody typed the line break that ends a prompt
        return line

    events: list[Event] = []
    if recorder:
        given, events = course(recorder.events)
    return Talk(pack, given, screen, read, recorder, events)


def accept_any_bytes() -> None:
    """Let bytes that are no text be no answer instead of an error; to be called before the first line."""
    if isinstance(sys.stdin, TextIOWrapper) and sys.stdin.errors != "replace":
        sys.stdin.reconfigure(errors="replace")


@dataclass(slots=True)
class Talk:
    """One conversation: the events so far, what has been explained, what has been announced.

    ``standing`` are answers after one that is being changed: they count again without being asked.
    ``announced`` are the emergency flags that the person was told of, and that still fire.
    ``entries`` are what this run added to the session; with a ``recorder`` each of them is on the disk
    before anything else is shown.
    """

    pack: Pack
    given: Answers
    screen: Screen
    read: Callable[[], str]
    recorder: "Recorder | None" = None
    events: list[Event] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    standing: dict[Step, Answer] = field(default_factory=dict)
    announced: frozenset[str] = frozenset()
    carer_told: bool = False
    closer_told: bool = False
    glossary: Glossary = field(init=False)

    def __post_init__(self) -> None:
        self.glossary = Glossary(self.pack.about.terms)

    def hold(self) -> Ending:
        """Ask until nothing is left to ask, the person stops, or the input ends."""
        self.opening()
        self.address_carer()
        return self.go_on("That was the last question. Here is your summary.")

    def go_on(self, finished: str, begin: Callable[[], None] | None = None) -> Ending:
        """Begin as told, then ask to the end; what to say then."""
        try:
            if begin is not None:
                begin()
            if self.questions() == "stop":
                self.note(Ended("stopped"))
                return Ending(self.state.answers, "stopped")
        except _LeftOff as left:
            if left.how == "quit":
                self.note(Ended("quit"))
            self.parting(left.how)
            return Ending(self.state.answers, left.how)
        self.note(Ended("finished"))
        self.screen.line(finished)
        self.screen.line()
        return Ending(self.state.answers, "done")

    def questions(self) -> Literal["stop", "go on"]:
        """Ask one question after the other, until the last or until the person stops at an emergency."""
        while True:
            if self.emergency() == "stop":
                return "stop"
            if (step := self.next()) is None:
                return "go on"
            self.ask(step)
            self.let_stand()
            self.address_carer()

    # --- another answer, after the summary ---------------------------------------------------------

    def change(self, question: str, answer: Answer | None = None) -> Ending:
        """Go on with another answer to a question that was answered; without one it is asked.

        The answers after it are kept as far as they apply.
        """

        def begin() -> None:
            self.take_back(question)
            if answer is None:
                self.ask(Step(question))
            else:
                self.note(Asked(Step(question)))
                self.note(Answered(Step(question), together(before, answer)))
            self.let_stand()
            self.forget()

        before = self.state.answers[question]
        return self.go_on("Here is your new summary.", begin)

    def take_back(self, question: str) -> None:
        """Go back to before a question; what was answered after it stands."""
        after = {}
        while question in {step.question for step in self.state.path}:
            step = self.state.path[-1]
            self.note(WentBack())
            if step.question != question:
                after[step] = self.state.drafts[step]
        self.standing = after

    def let_stand(self) -> None:
        """Take the answers that stand for the questions that come now, as far as they come."""
        while (step := self.next()) is not None and step in self.standing:
            self.note(Answered(step, self.standing.pop(step)))

    def note(self, entry: Entry) -> None:
        """Add to the session, and to its file; say so when that fails or works again."""
        self.entries.append(entry)
        if isinstance(entry, Answered | WentBack):
            self.events.append(entry)
        if self.recorder and (told := self.recorder.append(entry)):
            self.screen.line(told, style="bold")

    @property
    def resumed(self) -> bool:
        """Whether this goes on with a recorded session."""
        return self.recorder is not None and self.recorder.resumed

    @property
    def state(self) -> State:
        """What the events so far come to."""
        return fold(self.pack, self.events, self.given)

    def next(self) -> Step | None:
        """The prompt that comes next."""
        state = self.state
        return next_step(self.pack, state.answers, state.clarified)

    # --- opening and parting -----------------------------------------------------------------------

    def opening(self) -> None:
        """What this is, how long it takes, and that nothing leaves the machine."""
        most = steps_left(self.pack, self.state.answers, self.state.clarified)
        self.screen.line(
            f"This prepares your visit to a doctor about {self.pack.about.subject}.", style="bold"
        )
        if self.recorder and self.resumed:
            self.welcome_back(self.recorder.header.date, most)
        else:
            self.screen.line(f"It takes about five minutes: at most {most} questions, most people see fewer.")
        kept = f"your answers are saved in {self.recorder.path}" if self.recorder else NOT_SAVED
        self.screen.line(f"Nothing you type leaves this machine, and {kept}.")
        self.screen.line()
        self.screen.line("It is not a diagnosis. If you feel in danger now, call your emergency number.")
        self.screen.line("What can be urgent is asked once more, in plainer words, if you are not sure.")
        self.screen.line(HELP)
        self.screen.line()

    def welcome_back(self, begun: str, most: int) -> None:
        """Where a recorded session goes on; answers about "now" are as old as the session."""
        count = len({step.question for step in self.state.path})
        self.screen.line(
            f"You go on with your session of {begun}. Questions answered: {count}; left: at most {most}."
        )
        if begun != date.today().isoformat():
            self.screen.line(
                f"What you said about now was about {begun}. "
                "If anything has become worse since then, begin anew, or go back and change it."
            )

    def parting(self, how: str) -> None:
        """Say what was not answered; assume nothing about it."""
        view = View(self.pack, self.state.answers)
        self.screen.line()
        self.screen.document((banner.so_far(self.pack, view),))
        ended = (
            "You stopped before the end." if how == "quit" else "The input ended before the interview did."
        )
        if self.recorder is None:
            self.screen.line(f"{ended} Nothing was assumed, and nothing was saved.", style="bold")
        else:
            self.screen.line(f"{ended} Nothing was assumed.", style="bold")
            self.screen.line(self.recorder.whereabouts())
            if self.recorder.trouble:
                self.list()
        show_unanswered(self.screen, view)

    def address_carer(self) -> None:
        """Say once, as soon as it is known, that someone is answering for a child."""
        carer = self.pack.about.carer
        if carer and not self.carer_told and View(self.pack, self.state.answers).holds(carer.when):
            self.carer_told = True
            self.screen.line(carer.say)
            self.screen.line()

    # --- one prompt ----------------------------------------------------------------------------------

    def ask(self, step: Step) -> None:
        """Show one prompt and read lines until one of them settles it."""
        question = self.pack.question[step.question]
        self.note(Asked(step))
        self.show(step, question)
        while True:
            line = self.line()
            draft = self.state.drafts.get(step)
            if draft is not None and not line.strip():
                self.note(Answered(step, draft))
                return
            reply = read_reply(line, step, question, self.items(step, question))
            match reply:
                case Unclear(message):
                    self.screen.line(message)
                case Reply(answer, taken_as_no):
                    self.take(step, question, answer, taken_as_no)
                    return
                case Command("back"):
                    if self.back():
                        return
                case Command("skip"):
                    self.take(step, question, skipped(step, question, self.items(step, question)), ())
                    return
                case Command("quit"):
                    raise _LeftOff("quit")
                case Command("why"):
                    self.explain(step)
                case Command("list"):
                    self.list()
                case Command("help"):
                    self.screen.line(HELP)
                    self.screen.line(allowed(step, question, self.items(step, question)))

    def line(self) -> str:
        """One line from the person. End of input ends the interview; it is never an answer."""
        self.screen.prompt()
        line = self.read()
        if not line:
            raise _LeftOff("end of input")
        if not line.endswith("\n"):
            while len(line) == MAX_LINE and not line.endswith("\n"):
                line = self.read()
        return line

    def items(self, step: Step, question: Question) -> list[str]:
        """The items on the screen: those that no flag or file has answered."""
        answer = self.state.answers.get(question.id)
        done = answer if isinstance(answer, dict) else {}
        return [item for item in question.choices if item not in done]

    def show(self, step: Step, question: Question) -> None:
        """The terms used for the first time, the question, and its numbered answers."""
        state = self.state
        if step.plainer and not self.closer_told:
            self.closer_told = True
            self.screen.line(CLOSER)
            self.screen.line()
        self.screen.line(progress(self.pack, state, step), style="dim")
        choice = question.choices.get(step.item or "")
        plainer = choice.plainer if choice else question.plainer
        asked = plainer if step.plainer and plainer else question.ask
        labels = choices(step, question, self.items(step, question))
        for term, meaning in self.glossary.first_met(" ".join((asked, *labels))).items():
            self.screen.line(f"({term} means: {meaning}.)", style="dim")
        self.screen.line(asked, style="bold")
        for place, label in enumerate(labels, start=1):
            self.screen.line(label, indent=f"{place:>3}  ")
        self.screen.line(allowed(step, question, self.items(step, question)), style="dim")
        if (draft := state.drafts.get(step)) is not None:
            self.screen.line(f"Your answer so far: {draft_told(question, step, draft)}. Enter keeps it.")

    def take(self, step: Step, question: Question, answer: Answer, taken_as_no: Sequence[str]) -> None:
        """Record an answer; for an emergency list, read back in one line what was taken as no."""
        self.note(Answered(step, answer))
        if (
            taken_as_no
            and len(taken_as_no) < len(question.options)
            and question.id in emergency_lists(self.pack)
        ):
            labels = "; ".join(question.choices[item].label for item in taken_as_no)
            self.screen.line(f"Taken as no: {labels}. (back changes it)")
        self.screen.line()

    def back(self) -> bool:
        """Take the last answer back; it stays as a draft."""
        if not self.state.path:
            self.screen.line("This is the first question.")
            return False
        self.note(WentBack())
        self.forget()
        self.screen.line()
        return True

    def list(self) -> None:
        """The answers so far."""
        answers = self.state.answers
        if not answers:
            self.screen.line("No answers so far.")
        for name, answer in answers.items():
            question = self.pack.question[name]
            self.screen.line(f"{question.label}: {describe_answer(question, answer)}", indent="- ")

    def explain(self, step: Step) -> None:
        """Why this is asked, computed from what is open now."""
        reason = why(self.pack, self.state.answers, step)
        for text in why_lines(self.pack, reason):
            self.screen.line(text, indent="  ")

    # --- emergencies ---------------------------------------------------------------------------------

    def emergency(self) -> Literal["stop", "go on"]:
        """As soon as an emergency level fires, say what to do at once, and offer to stop or go on.

        Another finding of the same level is told too, without the offer.
        """
        view = View(self.pack, self.state.answers)
        firing = banner.emergencies(view)
        rank = max((RANK[flag.level] for flag in firing), default=0)
        new = [flag for flag in firing if RANK[flag.level] == rank and flag.id not in self.announced]
        if not new:
            return "go on"
        again = any(RANK[flag.level] == rank and flag.id in self.announced for flag in firing)
        self.announced |= {flag.id for flag in new}
        self.screen.document((banner.emergency(self.pack, view, new, again=again),))
        return "go on" if again or self.next() is None else self.stop_or_go()

    def forget(self) -> None:
        """Of what was announced, keep what still fires after an answer was taken back."""
        firing = banner.emergencies(View(self.pack, self.state.answers))
        self.announced &= {flag.id for flag in firing}

    def stop_or_go(self) -> Literal["stop", "go on"]:
        """Ask whether to stop here; only a clear answer counts."""
        self.screen.line("Stop here and show the summary, or go on with the questions?", style="bold")
        self.screen.line("stop here", indent="  1  ")
        self.screen.line("go on", indent="  2  ")
        while True:
            text = " ".join(self.line().split()).casefold()
            if text and (text == "1" or "stop here".startswith(text)):
                return "stop"
            if text and (text == "2" or "go on".startswith(text)):
                self.screen.line()
                return "go on"
            if text == "quit":
                raise _LeftOff("quit")
            if text == "back" and self.back():
                return "go on"
            self.screen.line("Type stop or go on.")


def together(before: Answer, answer: Answer) -> Answer:
    """An answer laid over an earlier one: of a list, item by item."""
    if isinstance(before, Mapping) and isinstance(answer, Mapping):
        return {**before, **answer}
    return answer


def emergency_lists(pack: Pack) -> frozenset[str]:
    """The several-of questions that some emergency flag reads."""
    from triage.walk import questions_of

    flags = [flag for flag in pack.red_flags if RANK[flag.level] >= EMERGENCY]
    return frozenset(name for flag in flags for name in questions_of(pack, flag.when))
