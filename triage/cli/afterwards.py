"""After the summary, on a terminal: how, why not, what if, what matters, another answer, save."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from triage.answers import Answer
from triage.assess import ranked
from triage.cli import banner
from triage.cli.options import asking, changes_of, known_question
from triage.errors import AnswerError, did_you_mean, shown
from triage.explain import how, matters, what_if, why_not
from triage.pack import LEVELS, Question
from triage.report.document import Document
from triage.report.reasons import how_told, matters_told, what_if_told, why_not_told
from triage.view import View

if TYPE_CHECKING:
    from triage.cli.talk import Ending, Talk

NARROW = 60
WORDS = {
    "how": "how the level came about",
    "how NAME": "how a cause or a red flag came about",
    "why-not NAME": "why not this level, cause or flag",
    "what-if NAME=ANSWER": "what would differ with another answer",
    "matters": "the answers that matter most",
    "change NAME": "answer it again; change alone says more",
    "names": "the names of levels, causes and red flags",
    "list": "your answers",
    "save FILE": "keep this session in a file",
    "Enter": "end",
}
Change: TypeAlias = "Callable[[], Ending] | None"


def afterwards(talk: "Talk", save: Callable[[str], str]) -> Change:
    """Answer questions about the summary until the person is done: None, or how to go on with another answer.

    ``save`` writes the session to a file and says where it is, or why it could not.
    """
    talk.screen.document((banner.in_short(talk.pack, View(talk.pack, talk.state.answers)),))
    talk.screen.line("Ask about this summary, or press Enter to end. Type help for the words.", style="bold")
    while True:
        talk.screen.prompt()
        words = talk.read().split()
        if not words or words[0].casefold() in ("quit", "end", "stop"):
            return None
        try:
            change = _reply(talk, save, *_verb(words))
        except AnswerError as error:
            talk.screen.line(f"{error} Type names to see the names.")
        else:
            if change is not None:
                return change


def _verb(words: list[str]) -> tuple[str, list[str]]:
    """The word that says what to do, also where it was typed as two, and what follows it."""
    first, *rest = words[0].casefold(), *words[1:]
    if rest and (first, rest[0].casefold()) in (("why", "not"), ("what", "if")):
        return f"{first}-{rest[0].casefold()}", rest[1:]
    return {"whynot": "why-not", "whatif": "what-if", "why": "how", "?": "help"}.get(first, first), rest


def _reply(talk: "Talk", save: Callable[[str], str], verb: str, rest: list[str]) -> Change:
    """Reply to a line; how to go on, if it changes an answer. Raises :class:`AnswerError`."""
    match verb, rest:
        case (("change" | "back"), []):
            _changeable(talk)
        case "change", [*changes]:
            return _change(talk, changes)
        case "save", [path]:
            talk.screen.line(save(path))
        case "list", []:
            talk.list()
        case "names", []:
            _names(talk)
        case "help", []:
            _help(talk)
        case _:
            if not rest and _underscored(verb) in talk.state.answers:
                return _change(talk, [verb])
            document = _document(talk, verb, rest)
            if document is not None:
                talk.screen.document(document)
            else:
                talk.screen.line(_not_understood(verb, rest))
    return None


def _not_understood(verb: str, rest: list[str]) -> str:
    typed = shown(" ".join((verb, *rest)))
    if "=" in verb and not rest:
        return f"Type what-if {typed} to try that answer, or change {typed} to give it."
    near = did_you_mean(verb, [form.split()[0] for form in WORDS])
    hint = f"({near}) " if near.startswith("did") and near != f"did you mean '{verb}'?" else ""
    return f"'{typed}' is not understood here. {hint}Type help."


def _document(talk: "Talk", verb: str, rest: list[str]) -> Document | None:
    """The explanation that is asked for; None if nothing is."""
    pack, answers = talk.pack, talk.state.answers
    match verb, rest:
        case "how", []:
            return how_told(pack, how(pack, answers, most=3))
        case "how", [name]:
            return how_told(pack, how(pack, answers, _underscored(name), most=3))
        case "why-not", [name]:
            return why_not_told(pack, why_not(pack, answers, _underscored(name)))
        case "what-if", [_, *_]:
            return what_if_told(pack, what_if(pack, answers, changes_of(pack, rest)))
        case "matters", []:
            return matters_told(pack, matters(pack, answers))
        case _:
            return None


# --- another answer ------------------------------------------------------------------------------------


def _change(talk: "Talk", words: list[str]) -> Change:
    """How to go on with what `change` names; None, with a reason, if it cannot be changed."""
    if len(words) > 1:
        talk.screen.line("Change one answer at a time. what-if tries several.")
        return None
    name, given, _ = words[0].partition("=")
    asked = asking(talk.pack, _underscored(name))
    question = asked.id if asked else known_question(talk.pack, _underscored(name))
    if question not in talk.state.answers:
        talk.screen.line("Only what was answered can be changed. change alone lists it.")
        return None
    if given:
        return partial(talk.change, question, _fitting(talk, words[0])[question])
    if question not in {step.question for step in talk.state.path} and asked and asked.kind == "several_of":
        talk.screen.line(f"This came from an option or a file. Type change {_example(asked, 'none')}.")
        return None
    return partial(talk.change, question)


def _fitting(talk: "Talk", word: str) -> dict[str, Answer]:
    return changes_of(talk.pack, [word])


def _changeable(talk: "Talk") -> None:
    """The answers there are, by their names, and how to change one."""
    for name, said in talk.state.answers.items():
        talk.screen.line(_as_typed(talk.pack.question[name], said), indent="- ")
    question, answer = _one_of(talk)
    talk.screen.line(
        f"change {question.id} asks that again. change {_example(question, answer)} changes it at once."
    )


def _as_typed(question: Question, answer: Answer) -> str:
    """An answer by its names, as `change` takes them; of a list, what is not no."""
    if not isinstance(answer, Mapping):
        return f"{question.id}={answer} ({question.label})"
    if len(alike := set(answer.values())) == 1:
        return f"{question.id} ({question.label}): all {alike.pop()}"
    named = [f"{item}={state}" for item, state in answer.items() if state != "no"]
    rest = ["the rest no"] if len(named) < len(answer) else []
    return f"{question.id} ({question.label}): {', '.join(named + rest)}"


def _one_of(talk: "Talk") -> tuple[Question, Answer]:
    """An answer that was given, as an example: a number if there is one."""
    pack = talk.pack
    given = [(pack.question[name], answer) for name, answer in talk.state.answers.items()]
    numbers = [one for one in given if one[0].kind == "number"]
    return (numbers or given or [(pack.questions[0], "unknown")])[0]


def _example(question: Question, answer: Answer) -> str:
    """An answer to a question as `change` takes it."""
    if question.kind == "number":
        most = question.max or 0
        other = (
            most // 2 if not isinstance(answer, int) else answer + 10 if answer + 10 <= most else answer - 10
        )
        return f"{question.id}={other}"
    if question.kind == "several_of":
        return f"{next(iter(question.choices))}=no"
    return f"{question.id}=unknown"


# --- help ----------------------------------------------------------------------------------------------


def _help(talk: "Talk") -> None:
    """The words, each with an example from this summary."""
    view = View(talk.pack, talk.state.answers)
    question, answer = _one_of(talk)
    example = {
        "how NAME": f"how {next((cause.id for cause in ranked(view)), 'level')}",
        "why-not NAME": f"why-not {LEVELS[min(view.fired_rank() + 1, len(LEVELS) - 1)]}",
        "what-if NAME=ANSWER": f"what-if {_example(question, answer)}",
        "change NAME": f"change {question.id}",
        "save FILE": "save mine.jsonl",
    }
    for form, told in WORDS.items():
        words = example.get(form, form)
        if talk.screen.width < NARROW:
            talk.screen.line(f"{words}: {told}", hang="  ")
        else:
            talk.screen.line(told, indent=f"{words:<30}")


def _names(talk: "Talk") -> None:
    """The names of levels, causes, and of the red flags that fire or could."""
    pack, view = talk.pack, View(talk.pack, talk.state.answers)
    talk.screen.line("Levels: " + ", ".join(reversed(LEVELS)), hang="  ")
    talk.screen.line("Causes: " + ", ".join(cause.id for cause in pack.causes), hang="  ")
    firing = [flag.id for flag in pack.red_flags if view.holds(flag.when)]
    talk.screen.line("Red flags that fire: " + (", ".join(firing) or "none"), hang="  ")
    possible = [flag.id for flag, _ in view.open_flags(above=-1)]
    talk.screen.line("Red flags not ruled out: " + (", ".join(possible) or "none"), hang="  ")


def _underscored(name: str) -> str:
    """A name as packs write it; with dashes, as options are written, it is understood too."""
    return name.casefold().replace("-", "_")
