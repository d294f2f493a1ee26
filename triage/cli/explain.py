"""`triage explain`: why asked, how concluded, why not, what if, and what matters."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from triage.answers import Answers
    from triage.pack import Pack
    from triage.report.document import Document


def _common(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that every explanation has."""
    for option in reversed(
        (
            click.option("--session", metavar="FILE", help="Explain the session that `run --save` wrote."),
            click.option("--answers", "file", metavar="FILE", help="Explain answers in YAML or JSON."),
            click.option("--pack", "name", metavar="PACK", help="The pack; by default that of the session."),
            click.option("--format", "style", type=click.Choice(["text", "json"]), default="text",
                         show_default=True, help="Words, or the records as data."),
        )
    ):  # fmt: skip
        command = option(command)
    return command


MOST = click.option(
    "--most", type=click.IntRange(1, 1_000), default=3, show_default=True, help="Show at most so many."
)


@click.group()
def explain() -> None:
    """Say exactly how a summary came about, from a session or a file of answers."""


@explain.command()
@click.argument("question")
@_common
def why(question: str, session: str | None, file: str | None, name: str | None, style: str) -> None:
    """Why QUESTION is asked: what waits on it, and what each answer would do."""
    from triage.cli.options import known_question
    from triage.explain import why as reason
    from triage.interview import Step
    from triage.report.reasons import why_told

    pack, answers = _given(session, file, name)
    question = known_question(pack, question.replace("-", "_"))
    before = {key: value for key, value in answers.items() if key != question}
    found = reason(pack, before, Step(question))
    _tell(style, found, why_told(pack, found))


@explain.command()
@click.argument("subject", default="level")
@MOST
@click.option("--tree", "whole", is_flag=True, help="The whole tree of conditions as well.")
@_common
def how(
    subject: str, most: int, whole: bool, session: str | None, file: str | None, name: str | None, style: str
) -> None:
    """How SUBJECT came about: `level`, or the id of a cause or a red flag.

    Shows the smallest sets of answers that force it, whatever the rest.
    """
    from triage.explain import how as reasons
    from triage.explain import tree
    from triage.explain.how import conditions_behind
    from triage.report.reasons import how_told, tree_told
    from triage.view import View

    pack, answers = _given(session, file, name)
    subject = subject.replace("-", "_")
    found = reasons(pack, answers, subject, most=most)
    document = (*how_told(pack, found), *_further(found.more))
    if not whole:
        _tell(style, found, document)
        return
    view = View(pack, answers)
    root = tree(view, conditions_behind(view, subject))
    _tell(style, {"how": found, "tree": root}, (*document, *tree_told(root)))


def _further(more: bool) -> "Document":
    """How to see the rest of what was cut."""
    from triage.report.document import Paragraph

    return (Paragraph("A larger --most shows further ones."),) if more else ()


@explain.command("why-not")
@click.argument("subject")
@MOST
@_common
def why_not(
    subject: str, most: int, session: str | None, file: str | None, name: str | None, style: str
) -> None:
    """Why SUBJECT was not reached: a level, or the id of a cause or a red flag.

    Shows what failed, and the smallest changes of answers that would have reached it.
    """
    from triage.explain import why_not as reasons
    from triage.report.reasons import why_not_told

    pack, answers = _given(session, file, name)
    found = reasons(pack, answers, subject.replace("-", "_"), most=most)
    _tell(style, found, (*why_not_told(pack, found), *_further(found.more)))


@explain.command("what-if")
@click.argument("changes", nargs=-1, required=True, metavar="QUESTION=ANSWER ...")
@_common
def what_if(
    changes: tuple[str, ...], session: str | None, file: str | None, name: str | None, style: str
) -> None:
    """What would differ with other answers, such as `age=70` or `alarm=fever,!jaundice`."""
    from triage.cli.options import changes_of
    from triage.explain import what_if as tried
    from triage.report.reasons import what_if_told

    pack, answers = _given(session, file, name)
    found = tried(pack, answers, changes_of(pack, changes))
    _tell(style, found, what_if_told(pack, found))


@explain.command()
@_common
def matters(session: str | None, file: str | None, name: str | None, style: str) -> None:
    """Which single answer would change the level, what could still raise it, and what changed nothing."""
    from triage.explain import matters as reasons
    from triage.report.reasons import matters_told

    pack, answers = _given(session, file, name)
    found = reasons(pack, answers)
    _tell(style, found, matters_told(pack, found))


def _given(session: str | None, file: str | None, name: str | None) -> tuple["Pack", "Answers"]:
    """The pack and the answers that an explanation is about."""
    from triage.answers import normalise
    from triage.cli import DEFAULT_PACK
    from triage.cli.files import read_answers
    from triage.loading import find_pack, load_pack
    from triage.view import View, check_live

    if (session is None) == (file is None):
        raise click.UsageError("give the answers with --session FILE or with --answers FILE")
    if session is not None:
        from triage.cli.replay import recorded

        return recorded(session, name)
    pack = load_pack(find_pack(name or DEFAULT_PACK))
    answers = normalise(pack, read_answers(str(file), pack))
    check_live(View(pack, answers))
    return pack, answers


def _tell(style: str, found: object, document: "Document") -> None:
    import json
    import sys

    if style == "json":
        click.echo(json.dumps(plain(found), indent=2, ensure_ascii=False))
    elif sys.stdout.isatty():
        from triage.cli.screen import show_document

        show_document(document)
    else:
        from triage.report.text import to_text

        click.echo(to_text(document), nl=False)


def plain(value: object) -> object:
    """A record as plain data for JSON; whether something holds is a word, as in the text."""
    from triage.logic import Truth
    from triage.report.reasons import TRUTH

    if isinstance(value, Truth):
        return TRUTH[value]
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if hasattr(value, "_asdict"):
        return {key: plain(part) for key, part in value._asdict().items()}
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", by_alias=True)
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    return value
