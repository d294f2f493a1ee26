"""`triage run`: the interview, by terminal, by lines on standard input, or by flags and files."""

import os
import re
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from triage import __version__
from triage.cli.formats import FONTS, FORMATS, STYLE, Told, ready

if TYPE_CHECKING:
    from triage.answers import Answers
    from triage.assessment import Assessment
    from triage.cli.recorder import Recorder
    from triage.cli.talk import Ending, Talk
    from triage.pack import Pack

INCOMPLETE = 4
GO_WITH_RESUME = ("resume", "accept_changes", "style", "fonts", "output", "force", "plain", "exit_level")


class RunCommand(click.Command):
    """A command whose options are its own and the questions of the pack its first argument names."""

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Load the pack before the options are read, because the pack says which there are."""
        from triage.cli import DEFAULT_PACK
        from triage.cli.options import question_options
        from triage.loading import find_pack, load_pack

        name = args.pop(0) if args and not args[0].startswith("-") else DEFAULT_PACK
        pack = load_pack(find_pack(name))
        command = RunCommand(
            self.name,
            callback=self.callback,
            params=[*self.params, *question_options(pack)],
            help=self.help,
            context_settings=self.context_settings,
        )
        return super(RunCommand, command).make_context(info_name, args, parent, obj=pack, **extra)

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """The pack comes first."""
        return ["[PACK]", "[OPTIONS]"]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The program's own options, then the questions under the pack's own headings."""
        from triage.cli.options import QuestionOption

        sections: dict[str, list[tuple[str, str]]] = {"Options": []}
        for param in self.get_params(ctx):
            title = param.question.section if isinstance(param, QuestionOption) else "Options"
            record = param.get_help_record(ctx)
            if record:
                sections.setdefault(title, []).append(record)
        for title, records in sections.items():
            with formatter.section(title):
                formatter.write_dl(records, col_max=32)


def _date(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    from datetime import date

    if value is None:
        return None
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            raise ValueError
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise click.BadParameter("a date is written like 2026-11-23") from None


@click.command(cls=RunCommand, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--answers", "file", metavar="FILE", help="Answers in YAML, JSON or FHIR; - for stdin.")
@click.option("--no-input", is_flag=True, help="Never ask. The default with answers and without a terminal.")
@STYLE
@FONTS
@click.option("--output", metavar="FILE", help="Write the summary to a file that only you can read.")
@click.option(
    "--save", metavar="FILE", help="Save every answer at once, in a new file that only you can read."
)
@click.option(
    "--resume", metavar="FILE", help="Go on with the session in a file of --save, in the same file."
)
@click.option(
    "--accept-changes", is_flag=True, help="With --resume: if the rules changed, keep the answers that fit."
)
@click.option("--force", is_flag=True, help="Let --output and --save replace a file.")
@click.option("--date", callback=_date, metavar="YYYY-MM-DD", help="The date to print on the summary.")
@click.option("--plain", is_flag=True, help="No colour, nothing but lines of text.")
@click.option(
    "--exit-level", is_flag=True, help="Leave with 10 for a planned visit up to 14 for an ambulance."
)
@click.pass_context
def run(ctx: click.Context, /, file: str | None, no_input: bool, style: str, output: str | None,
        fonts: tuple[str, ...], save: str | None, resume: str | None, accept_changes: bool, force: bool,
        date: str | None, plain: bool, exit_level: bool, **questions: tuple[str, ...]) -> int:  # fmt: skip
    """Start the interview, or hold given answers against the rules.

    PACK is the name of a pack that comes with the program, or a folder; without it, the pack about
    calcification in the liver. Each question can be answered by an option; what is not named counts
    as not known, never as no, unless a list is closed with `none` or `none-other`. Put `?` in front
    of an item for not sure, `!` for no.

    \b
    triage run --age 63 --hepatitis b --alarm fever --alarm '?black-stool'
    triage run --age 41 --alarm none --format json
    """
    from triage.cli.files import prepare, read_answers
    from triage.cli.options import given_answers
    from triage.view import View, check_live

    pack: Pack = ctx.obj
    _go_together(ctx)
    ready(style, output, fonts)
    apart(save if resume is None else resume, output)
    if output is not None:
        prepare(output, force)
    given = given_answers(pack, questions, {} if file is None else read_answers(file, pack))
    check_live(View(pack, given))
    recorder = _recorder(ctx, given)
    if recorder:
        date = recorder.header.date
    if resume is not None or not (no_input or file == "-" or (given and not sys.stdin.isatty())):
        return _interview(ctx, given, recorder, date or _today())
    if recorder:
        _without_asking(pack, given, recorder)
    return _summarise(ctx, given, recorder, date or (_today() if FORMATS[style].dated else None))


def _interview(ctx: click.Context, given: "Answers", recorder: "Recorder | None", date: str) -> int:
    """Hold the interview; someone who interrupts it is told where the answers are."""
    from triage.cli.talk import conversation

    talk = conversation(ctx.obj, given, plain=ctx.params["plain"], recorder=recorder)
    try:
        return _rounds(ctx, talk, given, date)
    except KeyboardInterrupt:
        if talk.recorder is None:
            raise
        from triage.cli import INTERRUPTED

        click.echo(f"\nInterrupted. {talk.recorder.whereabouts()}", err=True)
        return INTERRUPTED


def _rounds(ctx: click.Context, talk: "Talk", given: "Answers", date: str) -> int:
    """Ask, print the summary, and on a terminal answer questions about it as long as there are any."""
    ask: Callable[[], Ending] = talk.hold
    while True:
        ending = ask()
        if ending.incomplete:
            return INCOMPLETE
        code = _summarise(ctx, ending.answers, talk.recorder, date)
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            return code
        from triage.cli.afterwards import afterwards

        change = afterwards(talk, partial(_save_as, ctx, talk, given, date))
        if change is None:
            return code
        ctx.params["force"] = True  # the summary just written may be replaced by the new one
        ask = change


def _save_as(ctx: click.Context, talk: "Talk", given: "Answers", date: str, path: str) -> str:
    """Save a session that was not saved so far; where it is, or why it could not be saved."""
    from triage.cli.recorder import SessionFileError, begin
    from triage.session import Given, header_of

    if talk.recorder:
        return talk.recorder.whereabouts()
    entries = [*([Given(given)] if given else []), *talk.entries]
    try:
        talk.recorder = begin(path, header_of(ctx.obj, __version__, date), entries, force=False)
    except SessionFileError as error:
        return error.message
    ctx.call_on_close(talk.recorder.close)
    return talk.recorder.whereabouts()


def _summarise(ctx: click.Context, answers: "Answers", recorder: "Recorder | None", date: str | None) -> int:
    """Hold the answers against the rules and write the summary; the exit code."""
    from triage.assess import assess

    params = ctx.params
    assessment = assess(ctx.obj, answers, date=date)
    told = Told(ctx.obj, assessment, _today(), params["fonts"])
    write_summary(told, params["style"], params["output"], params["force"], params["plain"])
    if recorder:
        _tell_saved(recorder)
    return 10 + _rank(assessment) if params["exit_level"] else 0


def _go_together(ctx: click.Context) -> None:
    """Refuse options that would change what a recorded session says."""
    if ctx.params["resume"] is None:
        if ctx.params["accept_changes"]:
            raise click.UsageError("--accept-changes goes with --resume")
        return
    for param in ctx.command.params:
        given = ctx.params[param.name or ""] not in (None, False, ())
        if given and param.name not in GO_WITH_RESUME:
            raise click.UsageError(f"{param.opts[0]} does not go with --resume: a session has its own")


def apart(session: str | None, output: str | None) -> None:
    """Refuse a summary that would take the place of the session."""
    if session is not None and output is not None and os.path.realpath(session) == os.path.realpath(output):
        raise click.UsageError(f"--output: '{output}' is the session; the summary needs another file")


def _recorder(ctx: click.Context, given: "Answers") -> "Recorder | None":
    """The session file to write, begun or reopened; closed when the command ends."""
    save, resume, date = (ctx.params[name] for name in ("save", "resume", "date"))
    if resume is not None:
        from triage.cli.resume import reopened

        recorder = reopened(ctx.obj, resume, ctx.params["accept_changes"], ctx.params["plain"])
    elif save is not None:
        from triage.cli.recorder import begin
        from triage.session import Given, header_of

        header = header_of(ctx.obj, __version__, date or _today())
        recorder = begin(save, header, [Given(given)] if given else [], ctx.params["force"])
    else:
        return None
    ctx.call_on_close(recorder.close)
    return recorder


def _without_asking(pack: "Pack", given: "Answers", recorder: "Recorder") -> None:
    """A run that does not ask is a session too: it ends with what was given."""
    from triage.interview import next_step
    from triage.session import Ended

    recorder.append(Ended("finished" if next_step(pack, given) is None else "stopped"))


def _tell_saved(recorder: "Recorder") -> None:
    from triage.cli.recorder import SessionFileError

    if recorder.trouble:
        raise SessionFileError(
            f"--save: cannot write '{recorder.path}': {recorder.trouble}; the summary is above"
        )
    click.echo(f"The session is in {recorder.path}. Only you can read it.", err=True)


def _today() -> str:
    from datetime import date

    return date.today().isoformat()


def _rank(assessment: "Assessment") -> int:
    from triage.pack import RANK

    return RANK[assessment.level.id]


def write_summary(told: Told, style: str, output: str | None, force: bool, plain: bool) -> None:
    """Write the summary to standard output, or to a private file."""
    from triage.cli.files import write_private

    if style == "text" and not output and not plain and sys.stdout.isatty():
        from triage.cli.screen import show_document
        from triage.report.summary import summary

        show_document(summary(told.pack, told.assessment))
        return
    content = FORMATS[style].write(told)
    if not output:
        click.echo(content, nl=False)
        return
    try:
        write_private(output, content, force)
    except OSError as error:
        click.echo(FORMATS["text"].write(told) if FORMATS[style].binary else content, nl=False)
        raise click.UsageError(
            f"--output: cannot write '{output}': {error.strerror or error}; the summary is above"
        ) from None
    click.echo(f"The summary is in {output}. Only you can read it.", err=True)
