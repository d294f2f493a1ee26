"""`triage run`: the interview, by terminal, by lines on standard input, or by flags and files."""

import re
import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from triage.assessment import Assessment
    from triage.pack import Pack

INCOMPLETE = 4


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
@click.option("--answers", "file", metavar="FILE", help="Answers in YAML or JSON; - for standard input.")
@click.option("--no-input", is_flag=True, help="Never ask. The default with answers and without a terminal.")
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    show_default=True,
    help="How the summary is written.",
)
@click.option("--output", metavar="FILE", help="Write the summary to a file that only you can read.")
@click.option("--force", is_flag=True, help="Let --output replace a file.")
@click.option("--date", callback=_date, metavar="YYYY-MM-DD", help="The date to print on the summary.")
@click.option("--plain", is_flag=True, help="No colour, nothing but lines of text.")
@click.option(
    "--exit-level", is_flag=True, help="Leave with 10 for a planned visit up to 14 for an ambulance."
)
@click.pass_context
def run(ctx: click.Context, /, file: str | None, no_input: bool, style: str, output: str | None, force: bool,
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
    from triage.assess import assess
    from triage.cli.files import prepare, read_answers
    from triage.cli.options import given_answers
    from triage.view import View, check_live

    pack: Pack = ctx.obj
    if output:
        prepare(output, force)
    given = given_answers(pack, questions, read_answers(file) if file else {})
    check_live(View(pack, given))
    ask = not (no_input or file == "-" or (given and not sys.stdin.isatty()))
    if ask:
        from triage.cli.talk import talk

        ending = talk(pack, given, plain=plain)
        if ending.incomplete:
            return INCOMPLETE
        given, date = dict(ending.answers), date or _today()
    assessment = assess(pack, given, date=date)
    _write(pack, assessment, style, output, force, plain)
    return 10 + _rank(assessment) if exit_level else 0


def _today() -> str:
    from datetime import date

    return date.today().isoformat()


def _rank(assessment: "Assessment") -> int:
    from triage.pack import RANK

    return RANK[assessment.level.id]


def _write(
    pack: "Pack", assessment: "Assessment", style: str, output: str | None, force: bool, plain: bool
) -> None:
    from triage.cli.files import write_private

    if style == "json":
        text = assessment.model_dump_json(by_alias=True, indent=2) + "\n"
    else:
        from triage.report.markdown import to_markdown
        from triage.report.summary import summary
        from triage.report.text import to_text

        document = summary(pack, assessment)
        if style == "text" and not output and not plain and sys.stdout.isatty():
            from triage.cli.screen import show_document

            show_document(document)
            return
        text = to_markdown(document) if style == "markdown" else to_text(document)
    if not output:
        click.echo(text, nl=False)
        return
    try:
        write_private(output, text, force)
    except OSError as error:
        click.echo(text, nl=False)
        raise click.UsageError(
            f"--output: cannot write '{output}': {error.strerror or error}; the summary is above"
        ) from None
    click.echo(f"The summary is in {output}. Only you can read it.", err=True)
