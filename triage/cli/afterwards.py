"""After the summary, on a terminal: how, why not, what if, what matters, another answer, save."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from triage.cli.options import changes_of
from triage.errors import AnswerError, shown
from triage.explain import how, matters, what_if, why_not
from triage.report.document import Document
from triage.report.reasons import how_told, matters_told, what_if_told, why_not_told

if TYPE_CHECKING:
    from triage.cli.talk import Talk

HELP = (
    "how — how the level came about; how NAME — the same for a cause or red flag. why-not NAME — why "
    "not a level, cause or red flag. what-if QUESTION=ANSWER — what would differ. matters — the one "
    "answer that matters. change QUESTION — answer it again. save FILE — keep the session. Enter ends."
)
NAMES = "`triage show` lists the names."


def afterwards(talk: "Talk", save: Callable[[str], str]) -> bool:
    """Answer questions about the summary until the person is done; True if an answer was changed.

    ``save`` writes the session to a file and says where it is, or why it could not.
    """
    talk.screen.line("Ask about this summary, or press Enter to end. Type help for the words.", style="bold")
    while True:
        talk.screen.prompt()
        words = talk.read().split()
        if not words or words[0].casefold() in ("quit", "end", "stop"):
            return False
        verb, rest = words[0].casefold(), words[1:]
        if verb == "change" and len(rest) == 1:
            if talk.change(_underscored(rest[0])):
                return True
        elif verb == "save" and len(rest) == 1:
            talk.screen.line(save(rest[0]))
        else:
            _explain(talk, verb, rest)


def _explain(talk: "Talk", verb: str, rest: list[str]) -> None:
    try:
        document = _document(talk, verb, rest)
    except AnswerError as error:
        talk.screen.line(f"{error} {NAMES}")
        return
    if document is None:
        what = "" if verb == "help" else f"'{shown(' '.join((verb, *rest)))}' is not understood here. "
        talk.screen.line(what + HELP)
    else:
        talk.screen.document(document)


def _document(talk: "Talk", verb: str, rest: list[str]) -> Document | None:
    """The explanation that is asked for; None if nothing is."""
    pack, answers = talk.pack, talk.state.answers
    match verb, rest:
        case "how", []:
            return how_told(pack, how(pack, answers, most=3))
        case "how", [name]:
            return how_told(pack, how(pack, answers, _underscored(name), most=3))
        case (("why-not" | "whynot"), [name]):
            return why_not_told(pack, why_not(pack, answers, _underscored(name)))
        case (("what-if" | "whatif"), [_, *_]):
            return what_if_told(pack, what_if(pack, answers, changes_of(pack, rest)))
        case "matters", []:
            return matters_told(pack, matters(pack, answers))
        case _:
            return None


def _underscored(name: str) -> str:
    """A name as packs write it; with dashes, as options are written, it is understood too."""
    return name.replace("-", "_")
